"""What the parties agreed on beforehand, and how the twelve applicants decide."""

from dataclasses import dataclass
from enum import StrEnum, unique

from apps.loan.cast import CAST, Role
from apps.stage.agreement import AgreedProduct, AgreedResource, Agreement
from apps.stage.data import credit_rows, identity_number
from apps.stage.scenario import Scenario
from chaincode.membership.purpose import PurposeDefine
from chaincode.registration.records import ProductClass

APPLICANTS = 12
RETURNING = 10
"""Applicants that grant; the rest deny."""
REVOKING = 2
"""Of those that grant, the ones that take it back before the key is released."""
INSPECTION_AFTER = 3
"""Released deliveries after which the supervisor inspects, with the product frozen."""

PURPOSE_FINANCE = 100
PURPOSE_CREDIT = 110
PURPOSE_MARKETING = 200
PURPOSES = (
    PurposeDefine(PURPOSE_FINANCE, "金融服务", parent=None, sensitive=False),
    PurposeDefine(PURPOSE_CREDIT, "贷款信用评估", parent=PURPOSE_FINANCE, sensitive=False),
    PurposeDefine(PURPOSE_MARKETING, "营销推广", parent=None, sensitive=False),
)

NOTICE = """个人信息处理告知书
泉城示范银行因您的贷款申请，请求济南市信用信息中心向其提供您的信用基础信息，仅限本次贷款审批使用一次。
您可以拒绝，也可以在数据交付前撤回同意；拒绝或撤回只影响本次申请，不影响您的其他权益。
银行应在保存期届满后删除所收到的数据。"""

DELIVERED_FIELDS = (
    "status_of_existing_checking_account",
    "credit_history",
    "savings_account_and_bonds",
    "present_employment_since",
    "property",
    "housing",
    "job",
    "number_of_existing_credits_at_this_bank",
)
"""Columns that the product gives for a credit assessment, in the order of the bitmap."""

RESOURCE = AgreedResource("个人信用基础信息", Role.DEPARTMENT, DELIVERED_FIELDS)
PRODUCT = AgreedProduct(
    name="普惠金融信用画像",
    product_class=ProductClass.DETAIL,
    operator=Role.OPERATOR,
    deliverer=Role.DELIVERER,
    sources=((RESOURCE, 10_000),),
    fields=DELIVERED_FIELDS,
    purpose=PURPOSE_CREDIT,
    notice=NOTICE,
    # Not divisible by the shares, so that dust shows.
    price=1_999,
    shares={Role.DEPARTMENT: 4_000, Role.OPERATOR: 3_500, Role.DELIVERER: 2_500},
)
AGREEMENT = Agreement(
    purposes=PURPOSES,
    granted_purpose=PURPOSE_FINANCE,
    resources=(RESOURCE,),
    products=(PRODUCT,),
    channel="泉城数据交付通道",
    venue="泉城数据交易平台",
    deposits={Role.BANK: 5_000_000},
)
SCENARIO = Scenario("apps.loan", CAST, AGREEMENT)


@unique
class Decision(StrEnum):
    """What an applicant will answer."""

    GRANT = "grant"
    REVOKE = "grant, then revoke"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Applicant:
    """A citizen: a row of the credit data, an identity number, and what they will decide."""

    row: int
    identity: str
    amount: int
    decision: Decision


def applicants() -> list[Applicant]:
    """Return the twelve applicants; who denies and who revokes is spread among the others."""
    rows = credit_rows()
    return [
        Applicant(row, identity_number(row), int(rows[row]["credit_amount"]), _decision(row))
        for row in range(APPLICANTS)
    ]


def _decision(row: int) -> Decision:
    if row in {4, 8}:
        return Decision.DENY
    if row in {2, 6}:
        return Decision.REVOKE
    return Decision.GRANT
