"""Refusals between chains, of blocks and files, and of the interface of a node."""

from collections.abc import Mapping

from ledger.refusal import Code
from ledger.refusal_texts.text import RefusalText

TEXTS: Mapping[Code, tuple[RefusalText, RefusalText]] = {
    Code.BAD_FOREIGN_CHAIN: (
        RefusalText(
            "bad foreign chain",
            "A foreign chain is registered by its genesis, once.",
            "Compare the genesis of the other chain with its operators.",
        ),
        RefusalText(
            "外链信息有误",
            "外链以其创世登记，且只登记一次。",
            "与对方运营方核对其创世信息。",
        ),
    ),
    Code.CLIENT_FROZEN: (
        RefusalText(
            "foreign client frozen",
            "Nothing moves through the client of a chain that contradicted itself.",
            "Stop relaying; governance of both chains decides on recovery.",
        ),
        RefusalText(
            "外链客户端已冻结",
            "自相矛盾的链，其客户端不再传递任何内容。",
            "停止中继；由两链治理方决定恢复。",
        ),
    ),
    Code.BAD_FOREIGN_HEADER: (
        RefusalText(
            "bad foreign header",
            "A foreign header carries a certificate of the validator set that is trusted now.",
            "Relay the set changes in order, then the header.",
        ),
        RefusalText(
            "外链区块头有误",
            "外链区块头须由当前可信验证者集出具证书。",
            "按序中继验证者集变更后再提交区块头。",
        ),
    ),
    Code.TRUST_EXPIRED: (
        RefusalText(
            "trust expired",
            "A client is brought up to date within its trust period.",
            "Governance renews trust after comparing a recent header outside the chain.",
        ),
        RefusalText(
            "信任已过期",
            "客户端须在信任期内更新。",
            "治理方在链外核对最新区块头后恢复信任。",
        ),
    ),
    Code.BAD_PROOF: (
        RefusalText(
            "bad proof",
            "A proof leads from the named key and value to the state root of a trusted header.",
            "Fetch the proof again for that very header.",
        ),
        RefusalText(
            "证明无效",
            "证明须由所指键值推导至可信区块头的状态根。",
            "针对该区块头重新获取证明。",
        ),
    ),
    Code.PACKET_REPEATED: (
        RefusalText(
            "packet repeated",
            "A packet is received, acknowledged and timed out once.",
            "Nothing is to be done; it was relayed before.",
        ),
        RefusalText(
            "数据包重复",
            "数据包的接收、确认与超时各只一次。",
            "无需处理；此前已中继。",
        ),
    ),
    Code.TIMEOUT_NOT_REACHED: (
        RefusalText(
            "timeout not reached",
            "A packet times out only by a foreign header whose time is past its deadline.",
            "Wait, update the client, then try again.",
        ),
        RefusalText(
            "尚未超时",
            "须以时间超过期限的外链区块头证明超时。",
            "等待并更新客户端后重试。",
        ),
    ),
    Code.PACKET_TIMED_OUT: (
        RefusalText(
            "packet timed out",
            "A packet is received before its deadline.",
            "The sending chain refunds; send again with a later deadline.",
        ),
        RefusalText(
            "数据包已超时",
            "数据包须在期限前接收。",
            "由发送链退款；设置更晚期限后重发。",
        ),
    ),
    Code.BAD_CERTIFICATE: (
        RefusalText(
            "bad certificate",
            (
                "A certificate has valid votes of a quorum of the height's validators, in order, "
                "in one view."
            ),
            "Fetch the block from another node; report the peer that sent this one.",
        ),
        RefusalText(
            "证书无效",
            "证书须含该高度法定数量验证者在同一视图的有效签名。",
            "从其他节点获取区块，并报告发送方。",
        ),
    ),
    Code.BAD_HEADER: (
        RefusalText(
            "bad header",
            "A header follows from its parent and from the state of this chain.",
            "Fetch from another node; if all agree, this node's state is damaged: run node doctor.",
        ),
        RefusalText(
            "区块头无效",
            "区块头须由父区块和本链状态推导得出。",
            "从其他节点获取；若各节点一致，本节点状态已损坏，请运行 node doctor。",
        ),
    ),
    Code.BAD_BODY: (
        RefusalText(
            "bad body",
            "A block's body matches its header, protective transactions first.",
            "Fetch the block from another node and report the peer.",
        ),
        RefusalText(
            "区块体无效",
            "区块体须与区块头一致，且保护性交易在前。",
            "从其他节点获取区块，并报告该节点。",
        ),
    ),
    Code.BAD_EVIDENCE_FILE: (
        RefusalText(
            "bad evidence file",
            "Every byte of an evidence file is hashed or cross-checked up to a certified header.",
            "Export the file again from a node; do not edit it.",
        ),
        RefusalText(
            "证据文件无效",
            "证据文件的每个字节均须可核验至经认证的区块头。",
            "从节点重新导出，切勿编辑。",
        ),
    ),
    Code.BAD_EVIDENCE: (
        RefusalText(
            "no evidence of a contradiction",
            (
                "Evidence is two messages that one validator of their height signed and no "
                "correct validator signs both."
            ),
            "Look whether the messages are of one height and signer, and whether both are signed.",
        ),
        RefusalText(
            "不构成矛盾证据",
            "证据须为同一高度的同一验证者签名、且诚实验证者不会同时签出的两条消息。",
            "核对两条消息的高度、签名人与签名。",
        ),
    ),
    Code.BAD_REQUEST: (
        RefusalText(
            "bad request",
            "A request has the form that rpc.discover describes.",
            "Correct the named parameter.",
        ),
        RefusalText(
            "请求有误",
            "请求须符合 rpc.discover 描述的形式。",
            "修正所指参数。",
        ),
    ),
    Code.UNKNOWN_METHOD: (
        RefusalText(
            "unknown method",
            "A method is one of those that rpc.discover lists.",
            "Check the spelling and the node's version.",
        ),
        RefusalText(
            "方法未知",
            "方法须在 rpc.discover 列表之中。",
            "核对拼写和节点版本。",
        ),
    ),
    Code.PRUNED: (
        RefusalText(
            "no longer kept",
            "A node keeps past states for its window only.",
            "Ask for a newer height, or ask an archive node.",
        ),
        RefusalText(
            "历史已清理",
            "节点只保留窗口内的历史状态。",
            "查询较新的高度，或改用归档节点。",
        ),
    ),
    Code.TIMED_OUT: (
        RefusalText(
            "not decided in time",
            "A wait ends at its limit; the transaction may still be decided.",
            "Wait again for the same id; do not sign a second transaction.",
        ),
        RefusalText(
            "等待超时",
            "等待到限即止，交易仍可能被确认。",
            "用同一编号继续等待，勿重复签署新交易。",
        ),
    ),
    Code.NOT_AUTHENTICATED: (
        RefusalText(
            "not authenticated",
            "A listener beyond this machine needs a token of a registered party or person.",
            "Send a valid token, or ask the node's operator for one.",
        ),
        RefusalText(
            "未认证",
            "本机以外的访问须持登记方或本人的令牌。",
            "提供有效令牌，或向节点运营方申请。",
        ),
    ),
    Code.UNAVAILABLE: (
        RefusalText(
            "not available now",
            "A node answers when it is synchronized and running.",
            "Look at /health, wait until the node has caught up, or use another node.",
        ),
        RefusalText(
            "暂不可用",
            "节点完成同步并运行时方可应答。",
            "查看 /health，等待节点追平，或改用其他节点。",
        ),
    ),
}
"""English and Chinese by code."""
