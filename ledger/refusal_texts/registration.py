"""Refusals of membership and registration."""

from collections.abc import Mapping

from ledger.refusal import Code
from ledger.refusal_texts.text import RefusalText

TEXTS: Mapping[Code, tuple[RefusalText, RefusalText]] = {
    Code.TAKEN: (
        RefusalText(
            "already taken",
            "A key, code or name serves once, and never for somebody else.",
            "Generate a fresh key, or choose another code; what is taken stays taken.",
        ),
        RefusalText(
            "已被占用",
            "密钥、代码只使用一次，且不得转作他用。",
            "生成新密钥或另选代码；已占用者不再释放。",
        ),
    ),
    Code.KEY_REVOKED: (
        RefusalText(
            "key not in force",
            "A key signs only on the heights for which the registry binds it.",
            "Sign with the party's newest key; if you did not rotate it, raise an alarm at once.",
        ),
        RefusalText(
            "密钥未生效",
            "密钥仅在登记的高度区间内有效。",
            "用该方最新密钥签名；若并非本人轮换，请立即报警。",
        ),
    ),
    Code.BAD_BINDING: (
        RefusalText(
            "pseudonym not bound",
            (
                "A person acts through a fresh pseudonym that an identity authority bound for "
                "this one matter."
            ),
            "Let the wallet make a new pseudonym and have the authority bind it.",
        ),
        RefusalText(
            "假名未绑定",
            "个人须使用身份机构为本事项绑定的全新假名。",
            "由钱包生成新假名，并请身份机构绑定。",
        ),
    ),
    Code.BINDING_EXPIRED: (
        RefusalText(
            "pseudonym expired",
            "The binding of a pseudonym holds until its end.",
            "Have the identity authority bind a fresh pseudonym and request consent again.",
        ),
        RefusalText(
            "假名已过期",
            "假名绑定仅在期限内有效。",
            "请身份机构绑定新假名，并重新请求授权。",
        ),
    ),
    Code.BAD_DELEGATION: (
        RefusalText(
            "not entitled to act for the person",
            "Only a recorded guardian or custodian acts for another, within the recorded term.",
            "Record the delegation first, or have the person sign; a custodian is never the user.",
        ),
        RefusalText(
            "无权代理",
            "只有登记在案的监护人或托管方可在期限内代理。",
            "先登记代理关系，或由本人签名；托管方不得同时为使用方。",
        ),
    ),
    Code.BAD_KEY: (
        RefusalText(
            "unsound key",
            "A key is a canonical point of full order of a known suite.",
            "Generate the key with the wallet or keystore; never make key bytes by hand.",
        ),
        RefusalText(
            "密钥不合格",
            "密钥须为已知套件的规范全阶点。",
            "用钱包或密钥库生成密钥，切勿手工拼凑。",
        ),
    ),
    Code.OPEN_DUTIES: (
        RefusalText(
            "open duties",
            "A party leaves only when it owes nothing: no order, escrow or erasure is open.",
            "End its orders, attest its erasures, burn its balance, then propose the exit again.",
        ),
        RefusalText(
            "义务未了",
            "参与方了结全部订单、托管款和删除义务后方可退出。",
            "完结订单、证明删除、清空余额后再提议退出。",
        ),
    ),
    Code.NOTICE_RUNNING: (
        RefusalText(
            "public notice still running",
            "A resource is activated only after its public notice.",
            "Wait until notice_until_ms of the resource, then activate.",
        ),
        RefusalText(
            "公示未满",
            "资源须在公示期满后激活。",
            "等到资源的 notice_until_ms 之后再激活。",
        ),
    ),
    Code.RESOURCE_NOT_ACTIVE: (
        RefusalText(
            "resource not active",
            "Every source is registered and within its term when it is used.",
            "Renew or register the resource; what was ordered of it is refunded.",
        ),
        RefusalText(
            "资源未生效",
            "使用时每个来源资源须已登记且在有效期内。",
            "续期或登记该资源；相关订单将退款。",
        ),
    ),
    Code.RECONFIRMATION_NEEDED: (
        RefusalText(
            "catalogue changed",
            "A product stands on the item catalogue it was reviewed against.",
            "Submit the product again with the present catalogue root of the resource.",
        ),
        RefusalText(
            "目录已变更",
            "产品须基于审核时的数据目录。",
            "用资源当前的目录根重新提交产品。",
        ),
    ),
    Code.BAD_ROOT: (
        RefusalText(
            "bad root",
            "A root is the hash of a real catalogue, never empty.",
            "Compute the Merkle root of the item catalogue and submit it.",
        ),
        RefusalText(
            "根无效",
            "目录根须为真实目录的哈希，不得为空。",
            "计算数据目录的 Merkle 根后提交。",
        ),
    ),
    Code.SOURCES_NOT_ACTIVE: (
        RefusalText(
            "sources not active",
            "A product is made of registered resources within their term.",
            "Register or renew the named source first.",
        ),
        RefusalText(
            "来源未生效",
            "产品只能由有效登记的资源构成。",
            "先登记或续期所指来源。",
        ),
    ),
    Code.PRODUCT_NOT_ACTIVE: (
        RefusalText(
            "product not active",
            "Only the active version of a product is sold and delivered.",
            "Read the product; use its present version, or wait until it is resumed.",
        ),
        RefusalText(
            "产品未生效",
            "只有产品的现行版本可以出售和交付。",
            "查看产品；使用现行版本或等待恢复。",
        ),
    ),
    Code.NOTICE_MISSING: (
        RefusalText(
            "notice missing",
            "A person is shown the registered notice of this product, purpose and kind of user.",
            "Register the notice with the registration body, or name the right one.",
        ),
        RefusalText(
            "缺少告知书",
            "须向个人出示本产品、用途和使用方类型的登记告知书。",
            "先向登记机构登记告知书，或引用正确的一份。",
        ),
    ),
    Code.OBJECTION_OPEN: (
        RefusalText(
            "objection open",
            "Nothing is activated while an objection is open.",
            "Let the registration body resolve the objection, or its objector withdraw it.",
        ),
        RefusalText(
            "异议未决",
            "异议未决期间不得激活。",
            "由登记机构处理，或由异议方撤回。",
        ),
    ),
    Code.IMPACT_ASSESSMENT_MISSING: (
        RefusalText(
            "impact assessment missing",
            "A product that touches sensitive data has an impact assessment.",
            "Make the assessment and commit to it in product.review.",
        ),
        RefusalText(
            "缺少影响评估",
            "涉及敏感数据的产品须有影响评估。",
            "完成评估，并在 product.review 中提交其承诺值。",
        ),
    ),
}
"""English and Chinese by code."""
