"""What the parties agreed on beforehand, and the three people of the four claims."""

from dataclasses import dataclass

from apps.insurance.cast import CAST, Role
from apps.stage.agreement import AgreedProduct, AgreedResource, Agreement
from apps.stage.data import health_rows, identity_number
from apps.stage.roles.identity import Resident
from apps.stage.scenario import Scenario
from chaincode.membership.purpose import PurposeDefine
from chaincode.registration.records import ProductClass, Sensitivity

PURPOSE_INSURANCE = 400
PURPOSE_CLAIM = 410

_NOTICE = """个人信息处理告知书
泉城示范保险公司因您的理赔申请，请求{holder}提供您的{what}，仅限本次理赔审核使用。
本告知书只涉及这一项数据，其他数据将分别征得您的同意。您可以拒绝，也可以在数据交付前撤回同意。
保险公司应在保存期届满或您要求删除后删除所收到的数据。"""

_SETTLEMENT_FIELDS = ("mdvis", "lncoins", "idp", "lpi", "fmde")
_DIAGNOSIS_FIELDS = ("physlm", "disea", "hlthg", "hlthf", "hlthp")
_INVOICE_FIELDS = ("invoice_on_record",)


def _product(
    name: str, product_class: ProductClass, source: AgreedResource, price: int, what: str
) -> AgreedProduct:
    notice = _NOTICE.format(holder=CAST.party_of(source.holder).name, what=what)
    is_answer = product_class is ProductClass.VERIFY
    return AgreedProduct(
        name=name,
        product_class=product_class,
        operator=Role.OPERATOR,
        deliverer=Role.DELIVERER,
        sources=((source, 10_000),),
        fields=source.fields,
        purpose=PURPOSE_CLAIM,
        notice=notice,
        price=price,
        shares={source.holder: 5_000, Role.OPERATOR: 3_000, Role.DELIVERER: 2_000},
        output_size_max=ANSWER_SIZE_MAX if is_answer else 65_536,
    )


ANSWER_SIZE_MAX = 8
"""Bytes that a VERIFY product may answer: room for a truth, none for a detail."""
RESOURCES = (
    AgreedResource("医保结算信息", Role.MEDICAL, _SETTLEMENT_FIELDS),
    AgreedResource("门诊诊断信息", Role.HEALTH, _DIAGNOSIS_FIELDS, Sensitivity.SENSITIVE),
    AgreedResource("医疗电子发票信息", Role.TAX, _INVOICE_FIELDS),
)
SETTLEMENT = _product("商保理赔结算清单", ProductClass.DETAIL, RESOURCES[0], 2_999, "医保结算清单")
DIAGNOSIS = _product("商保理赔诊断信息", ProductClass.DETAIL, RESOURCES[1], 3_499, "诊断信息")
INVOICE = _product("医疗发票核验", ProductClass.VERIFY, RESOURCES[2], 501, "发票核验结果")
PRODUCTS = (SETTLEMENT, DIAGNOSIS, INVOICE)
AGREEMENT = Agreement(
    purposes=(
        PurposeDefine(PURPOSE_INSURANCE, "商业保险", parent=None, sensitive=False),
        PurposeDefine(PURPOSE_CLAIM, "保险理赔", parent=PURPOSE_INSURANCE, sensitive=True),
    ),
    granted_purpose=PURPOSE_INSURANCE,
    resources=RESOURCES,
    products=PRODUCTS,
    channel="泉城数据交付通道",
    venue="泉城数据交易平台",
    deposits={Role.INSURER: 1_000_000},
)
SCENARIO = Scenario("apps.insurance", CAST, AGREEMENT)

USES = {SETTLEMENT.name: 1, DIAGNOSIS.name: 2, INVOICE.name: 1}
"""Deliveries that each consent allows; the diagnosis could be asked for once more."""
CLAIMS = 4
LINES_OF_CLAIM = len(PRODUCTS)


@dataclass(frozen=True, slots=True)
class Insured:
    """Whose data a claim is about: a row of the health data, and an identity number."""

    row: int
    amount: int
    """What is claimed, in yuan."""
    guardian: str | None = None
    """The identity number of who acts for a minor."""

    @property
    def identity(self) -> str:
        """The identity number."""
        return identity_number(self.row)

    def records(self) -> dict[str, str]:
        """Return what the three holders have of the person."""
        row = dict(health_rows()[self.row])
        row["invoice_on_record"] = str(int(int(row["mdvis"]) > 0))
        return row


GUARDIAN = identity_number(500)
ADULT = Insured(row=1, amount=4_200)
CHILD = Insured(row=11, amount=860, guardian=GUARDIAN)
PATIENT = Insured(row=16, amount=12_700)
EVERYBODY = (ADULT, CHILD, PATIENT)
MISSING_OF_PATIENT = ("hlthf", "hlthp")
"""Fields that the health commission never filled in for the patient."""


def residents() -> list[Resident]:
    """Return whom the identity authority knows."""
    return [
        Resident(GUARDIAN),
        *(Resident(person.identity, person.guardian) for person in EVERYBODY),
    ]
