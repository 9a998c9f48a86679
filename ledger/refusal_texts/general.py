"""Refusals that any transaction can meet."""

from collections.abc import Mapping

from ledger.refusal import Code
from ledger.refusal_texts.text import RefusalText

TEXTS: Mapping[Code, tuple[RefusalText, RefusalText]] = {
    Code.OK: (
        RefusalText(
            "accepted",
            "Every rule held.",
            "Nothing is to be done.",
        ),
        RefusalText(
            "已接受",
            "所有规则均成立。",
            "无需处理。",
        ),
    ),
    Code.BAD_SIGNATURE: (
        RefusalText(
            "bad signature",
            "Every signer signs the transaction's id with its own key.",
            (
                "Sign again with the keys named as signers; if that fails too, look for bytes "
                "changed on the way."
            ),
        ),
        RefusalText(
            "签名错误",
            "每个签名人须用自己的密钥对交易编号签名。",
            "用所列签名人的密钥重新签名；若仍失败，检查传输中字节是否被改动。",
        ),
    ),
    Code.WRONG_CHAIN: (
        RefusalText(
            "wrong chain",
            "A transaction names the genesis of the chain it is meant for.",
            (
                "Compare your genesis hash with chain_status, then build and sign the transaction "
                "again."
            ),
        ),
        RefusalText(
            "链不符",
            "交易须写明所属链的创世哈希。",
            "将创世哈希与 chain_status 比对后重新构造并签名。",
        ),
    ),
    Code.EXPIRED: (
        RefusalText(
            "expired",
            "A transaction counts only until its valid_until_ms.",
            (
                "Build it again with a later end and sign again; if this repeats, check your "
                "machine's clock."
            ),
        ),
        RefusalText(
            "已过期",
            "交易仅在 valid_until_ms 之前有效。",
            "设置更晚的截止时间重新签名；若反复出现，检查本机时钟。",
        ),
    ),
    Code.DUPLICATE: (
        RefusalText(
            "duplicate",
            "A transaction counts once, even if it was refused by a rule.",
            "Read what became of the first one with tx_get; for a new attempt use a new salt.",
        ),
        RefusalText(
            "重复",
            "同一交易只计一次，被规则拒绝的也算。",
            "用 tx_get 查看首次结果；如需再试，请使用新的盐值。",
        ),
    ),
    Code.SCHEMA: (
        RefusalText(
            "malformed",
            (
                "Every field has its declared form, size and canonical encoding, and none is "
                "missing or extra."
            ),
            "Correct the named field; docs/transactions.md lists the form of every field.",
        ),
        RefusalText(
            "格式不符",
            "每个字段须符合声明的形式、长度和规范编码，不得缺少或多余。",
            "按所指字段修正；各字段形式见 docs/transactions.md。",
        ),
    ),
    Code.NO_RIGHT: (
        RefusalText(
            "no right",
            "The signer holds the right, or is the one party, that this step needs.",
            "Sign with the entitled party's key, or have governance assign the right.",
        ),
        RefusalText(
            "无权",
            "签名方须持有此步骤所需权利，或正是指定的参与方。",
            "用有权方的密钥签名，或由治理方授予该权利。",
        ),
    ),
    Code.PARTY_NOT_ACTIVE: (
        RefusalText(
            "party not active",
            "Only an ACTIVE party acts.",
            (
                "Read the party's status; an applicant waits for admission, a suspended party for "
                "its resumption."
            ),
        ),
        RefusalText(
            "参与方未激活",
            "只有处于 ACTIVE 状态的参与方才能行事。",
            "查看其状态；申请方等待准入，暂停方等待恢复。",
        ),
    ),
    Code.FROZEN: (
        RefusalText(
            "frozen",
            "Nothing is sold, ordered or released while a supervisor's freeze holds.",
            "Ask the supervisor of the named case; revocation, refund and erasure still work.",
        ),
        RefusalText(
            "已冻结",
            "监管冻结期间不得出售、下单或释放。",
            "联系该案件的监管方；撤回、退款和删除仍可进行。",
        ),
    ),
    Code.NOT_FOUND: (
        RefusalText(
            "not found",
            "What a transaction names exists on this chain.",
            "Check the id and the chain; if its creation is recent, wait for its receipt first.",
        ),
        RefusalText(
            "不存在",
            "交易所指对象须在本链上存在。",
            "核对编号和所在链；若刚创建，请先等待其回执。",
        ),
    ),
    Code.BAD_STATE: (
        RefusalText(
            "wrong state",
            "A step starts from the states that its life cycle allows.",
            "Read the object's status and take the step that its state allows.",
        ),
        RefusalText(
            "状态不符",
            "步骤只能从生命周期允许的状态开始。",
            "查看对象状态，执行该状态允许的步骤。",
        ),
    ),
    Code.RATE_LIMIT: (
        RefusalText(
            "too often",
            "A request may be repeated only as often as the parameters say.",
            "Do not ask again in this matter; a denial is an answer.",
        ),
        RefusalText(
            "过于频繁",
            "请求的重复次数以参数为限。",
            "请勿在同一事项中再次请求；拒绝也是答复。",
        ),
    ),
    Code.MISSING_COSIGNER: (
        RefusalText(
            "signature of another party missing",
            "Some steps need two parties, in the order that the type names.",
            "Have the missing party sign the same bytes as the named signer.",
        ),
        RefusalText(
            "缺少共同签名",
            "某些步骤须两方按规定顺序签名。",
            "请缺少的一方作为所指签名人对同一字节签名。",
        ),
    ),
    Code.ROLE_CONFLICT: (
        RefusalText(
            "conflict of roles",
            (
                "Separation of duties: some rights exclude each other, and nobody judges its own "
                "cause."
            ),
            "Let another party take this step, or have governance withdraw the conflicting right.",
        ),
        RefusalText(
            "角色冲突",
            "职责分离：某些权利互斥，且任何人不得裁断自己的事务。",
            "由另一方办理，或由治理方撤回冲突的权利。",
        ),
    ),
    Code.TOO_FAR_AHEAD: (
        RefusalText(
            "valid for too long",
            "A validity ends within the transaction window of the chain.",
            "Choose an earlier valid_until_ms; the window is the parameter transaction_window_ms.",
        ),
        RefusalText(
            "有效期过远",
            "有效期须落在本链的交易窗口之内。",
            "设置更早的 valid_until_ms；窗口见参数 transaction_window_ms。",
        ),
    ),
    Code.UNKNOWN_SIGNER: (
        RefusalText(
            "unknown signer",
            "The first signer is a registered key in force or a bound pseudonym.",
            (
                "Check which key signs; register the party or bind the pseudonym first, and use "
                "the newest key."
            ),
        ),
        RefusalText(
            "签名人未知",
            "首个签名人须为生效的已登记密钥或已绑定的假名。",
            "核对签名密钥；先登记参与方或绑定假名，并使用最新密钥。",
        ),
    ),
    Code.QUOTA: (
        RefusalText(
            "quota used up",
            "An organisation has its share of every block and of the waiting room.",
            "Wait for earlier transactions to be decided, then send the rest more slowly.",
        ),
        RefusalText(
            "配额用尽",
            "每个机构在区块和等待队列中各有份额。",
            "等待先前交易处理完，再放慢发送其余交易。",
        ),
    ),
    Code.NOT_ACTIVATED: (
        RefusalText(
            "not yet active",
            "A type acts only from the protocol version that brought it.",
            "Wait for the activation height that governance set, or use the earlier type.",
        ),
        RefusalText(
            "尚未启用",
            "交易类型自引入它的协议版本起才生效。",
            "等待治理设定的启用高度，或使用先前的类型。",
        ),
    ),
    Code.UNKNOWN_TYPE: (
        RefusalText(
            "unknown type",
            "A transaction has one of the types of the protocol version in force.",
            (
                "Check the spelling and the version that brought the type; rpc.discover and "
                "docs/transactions.md list both."
            ),
        ),
        RefusalText(
            "类型未知",
            "交易须为现行协议版本所含的类型之一。",
            "核对拼写和引入该类型的版本；两者见 rpc.discover 和 docs/transactions.md。",
        ),
    ),
    Code.OVERLOADED: (
        RefusalText(
            "overloaded",
            "A node takes no more than its bounded queues hold.",
            "Wait a few seconds and send again, or use another node.",
        ),
        RefusalText(
            "过载",
            "节点只接受其有界队列可容纳的数量。",
            "稍候数秒再发，或改用其他节点。",
        ),
    ),
    Code.OUT_OF_BOUNDS: (
        RefusalText(
            "out of bounds",
            "A value or time lies within the bounds that parameters or genesis set.",
            "Choose a value within the bounds; state_get shows the parameter in force.",
        ),
        RefusalText(
            "超出界限",
            "数值或时间须在参数或创世规定的界限内。",
            "在界限内取值；当前参数可用 state_get 查看。",
        ),
    ),
}
"""English and Chinese by code."""
