"""Refusals of grants, matters and consents."""

from collections.abc import Mapping

from ledger.refusal import Code
from ledger.refusal_texts.text import RefusalText

TEXTS: Mapping[Code, tuple[RefusalText, RefusalText]] = {
    Code.GRANT_MISSING: (
        RefusalText(
            "grant missing",
            (
                "Developing, operating and delivering stand on a grant of the holder or "
                "authorizing body to this party."
            ),
            "Name a grant of this kind to this party, or have one offered and accepted.",
        ),
        RefusalText(
            "缺少授权",
            "开发、经营和交付须有持有方或实施机构对该方的授权。",
            "引用授予该方的同类授权，或先完成授予与接受。",
        ),
    ),
    Code.GRANT_ENDED: (
        RefusalText(
            "grant not in force",
            "A grant carries what is done only while it is ACTIVE.",
            "Have a new grant offered and accepted, then list again.",
        ),
        RefusalText(
            "授权已失效",
            "授权仅在 ACTIVE 期间有效。",
            "重新授予并接受后再挂牌。",
        ),
    ),
    Code.OUT_OF_SCOPE: (
        RefusalText(
            "outside the grant's scope",
            "A grant covers the resources, classes and purposes that it names, and no more.",
            "Stay within the scope, or have a grant offered that covers it.",
        ),
        RefusalText(
            "超出授权范围",
            "授权只覆盖其列明的资源、类别和用途。",
            "在范围内办理，或申请覆盖该范围的授权。",
        ),
    ),
    Code.CONSENT_NOT_GRANTED: (
        RefusalText(
            "consent not granted",
            "Data about a person moves only with that person's granted consent.",
            "Wait for the person's answer; without one there is no delivery.",
        ),
        RefusalText(
            "未获授权同意",
            "个人数据须经本人同意方可流转。",
            "等待本人答复；未同意则不得交付。",
        ),
    ),
    Code.CONSENT_EXPIRED: (
        RefusalText(
            "consent expired",
            "A consent ends at its time.",
            "Request a new consent within the matter.",
        ),
        RefusalText(
            "同意已过期",
            "同意到期即止。",
            "在事项内重新请求同意。",
        ),
    ),
    Code.CONSENT_REVOKED: (
        RefusalText(
            "consent revoked",
            "A person may revoke at any time before the release; the revocation wins.",
            "Stop: the line is refunded; ask the person only if the matter truly needs it.",
        ),
        RefusalText(
            "同意已撤回",
            "个人在释放前可随时撤回，撤回优先。",
            "停止办理，订单行将退款；确有必要再向本人请求。",
        ),
    ),
    Code.CONSENT_EXHAUSTED: (
        RefusalText(
            "consent used up",
            "A consent allows the number of uses it names; one use means one.",
            "Request another consent; each use needs its own or a matter with several.",
        ),
        RefusalText(
            "同意已用尽",
            "同意只允许其载明的使用次数，一次即一次。",
            "重新请求同意；每次使用均需相应授权。",
        ),
    ),
    Code.WRONG_PURPOSE: (
        RefusalText(
            "wrong purpose",
            "Data is used for the purpose it was permitted for, or a narrower one.",
            "Use the purpose of the consent, or request consent for the other purpose.",
        ),
        RefusalText(
            "用途不符",
            "数据只能用于获准的用途或其子用途。",
            "使用同意书中的用途，或就新用途另行请求。",
        ),
    ),
    Code.WRONG_USER: (
        RefusalText(
            "wrong user",
            "A consent or matter serves the user it names.",
            "Let the named user act, or open a matter of your own.",
        ),
        RefusalText(
            "使用方不符",
            "同意和事项只服务于其载明的使用方。",
            "由载明的使用方办理，或另立自己的事项。",
        ),
    ),
    Code.WRONG_PRODUCT: (
        RefusalText(
            "wrong product",
            "A consent names one product in one version.",
            "Order exactly that version, or request consent for the present one.",
        ),
        RefusalText(
            "产品不符",
            "同意书载明一个产品的一个版本。",
            "按该版本下单，或就现行版本请求同意。",
        ),
    ),
    Code.WRONG_FIELDS: (
        RefusalText(
            "wrong fields",
            (
                "Fields stay within the consent, and the consent within the product's fields for "
                "the purpose."
            ),
            "Leave out the surplus fields, or request consent for them if the purpose allows.",
        ),
        RefusalText(
            "字段不符",
            "字段不得超出同意，同意不得超出该用途的产品字段。",
            "去掉多余字段；用途允许时另行请求同意。",
        ),
    ),
    Code.MATTER_CLOSED: (
        RefusalText(
            "matter closed",
            "Consents live and die with their matter.",
            "Open a new matter and request consent within it.",
        ),
        RefusalText(
            "事项已结束",
            "同意随事项存续和终止。",
            "另立新事项，并在其中请求同意。",
        ),
    ),
    Code.WRONG_SUBJECT: (
        RefusalText(
            "wrong person",
            (
                "Only the person, a recorded guardian or a custodian answers, and data is that "
                "person's."
            ),
            "Sign with the pseudonym that the request names.",
        ),
        RefusalText(
            "主体不符",
            "只有本人、登记的监护人或托管方可答复，数据须属于本人。",
            "用请求中载明的假名签名。",
        ),
    ),
    Code.TERM_TOO_LONG: (
        RefusalText(
            "term too long",
            "Consents and retention last no longer than matter and parameters allow.",
            "Choose an earlier end.",
        ),
        RefusalText(
            "期限过长",
            "同意与留存期限不得超过事项和参数的规定。",
            "设置更早的截止时间。",
        ),
    ),
    Code.BLANKET_CONSENT: (
        RefusalText(
            "blanket consent",
            "A consent names its fields and its count of uses; there is no wildcard.",
            "Name the fields and uses that the matter needs.",
        ),
        RefusalText(
            "概括授权",
            "同意须列明字段和次数，不得概括授权。",
            "列明事项所需的字段与次数。",
        ),
    ),
    Code.BUNDLED_CONSENT: (
        RefusalText(
            "bundled consent",
            "Each product and each recipient has a consent of its own.",
            "Send one request for each product.",
        ),
        RefusalText(
            "捆绑授权",
            "每个产品、每个接收方须单独同意。",
            "为每个产品分别提出请求。",
        ),
    ),
    Code.GUARDIAN_NEEDED: (
        RefusalText(
            "guardian needed",
            "A minor's guardian consents for the minor.",
            "Have the identity authority record the guardian, who then signs.",
        ),
        RefusalText(
            "须监护人同意",
            "未成年人的同意由监护人作出。",
            "请身份机构登记监护人，由其签名。",
        ),
    ),
    Code.CONSENT_ALTERED: (
        RefusalText(
            "consent altered",
            "What is granted is exactly what was requested.",
            "Show the person the request as it stands on chain and sign that.",
        ),
        RefusalText(
            "同意被改动",
            "所同意的内容须与请求完全一致。",
            "向本人出示链上请求原文后签名。",
        ),
    ),
}
"""English and Chinese by code."""
