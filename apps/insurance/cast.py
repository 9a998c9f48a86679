"""The cast of the insurance scenario."""

from enum import StrEnum, unique

from apps.stage.cast import Cast, Office, Organisation, Part, Visitor
from chaincode.rights import PartyKind, Right


@unique
class Role(StrEnum):
    """The parts of this scenario besides those that every scenario has."""

    MEDICAL = "medical-insurance"
    HEALTH = "health-commission"
    TAX = "tax-bureau"
    OPERATOR = "operator"
    DELIVERER = "deliverer"
    INSURER = "insurer"
    PEOPLE = "people"


CAST = Cast(
    chain_name="泉城链 · 政保通示范网",
    organisations=(
        Organisation("bureau", "济南市大数据局（组织）", governing=True),
        Organisation("medical", "济南市医疗保障局（组织）", governing=True),
        Organisation("insurer", "泉城示范保险公司（组织）", governing=True),
        Organisation("supervision", "数据流通监管中心（组织）", governing=True),
        Organisation("health", "济南市卫生健康委员会（组织）", governing=False),
        Organisation("tax", "济南市税务局（组织）", governing=False),
        Organisation("city-services", "济南市政务服务中心（组织）", governing=False),
        Organisation("data-company", "泉城数据集团（组织）", governing=False),
        Organisation("settlement-bank", "数据交易结算银行（组织）", governing=False),
        Organisation("audit", "济南市审计局（组织）", governing=False),
    ),
    founders=(
        Part(
            Office.AUTHORIZER, "济南市大数据局", PartyKind.AUTHORIZER, (Right.AUTHORIZE,), "bureau"
        ),
        Part(
            Office.MARKET,
            "泉城数据交易场所",
            PartyKind.MARKET_OPERATOR,
            (Right.MARKET,),
            "bureau",
            serves=False,
        ),
        Part(Role.MEDICAL, "济南市医疗保障局", PartyKind.HOLDER, (Right.HOLD,), "medical"),
        Part(Role.HEALTH, "济南市卫生健康委员会", PartyKind.HOLDER, (Right.HOLD,), "health"),
        Part(Role.TAX, "济南市税务局", PartyKind.HOLDER, (Right.HOLD,), "tax"),
        Part(Role.INSURER, "泉城示范保险公司", PartyKind.USER, (Right.USE,), "insurer"),
        Part(
            Office.SUPERVISOR,
            "数据流通监管中心",
            PartyKind.SUPERVISOR,
            (Right.WATCH,),
            "supervision",
        ),
        Part(
            Office.AUDITOR,
            "济南市审计局数据监督处",
            PartyKind.SUPERVISOR,
            (Right.WATCH,),
            "audit",
            serves=False,
        ),
        Part(
            Office.REGISTRAR,
            "济南市数据登记中心",
            PartyKind.REGISTRAR,
            (Right.REGISTER,),
            "city-services",
        ),
        Part(
            Office.IDENTITY,
            "济南市身份认证中心",
            PartyKind.IDENTITY_AUTHORITY,
            (Right.IDENTIFY,),
            "city-services",
        ),
        Part(
            Office.SETTLEMENT,
            "数据交易结算银行",
            PartyKind.SETTLEMENT_BANK,
            (Right.BANK,),
            "settlement-bank",
            serves=False,
        ),
        Part(
            Role.OPERATOR,
            "泉城数据运营公司",
            PartyKind.OPERATOR,
            (Right.OPERATE, Right.DEVELOP),
            "data-company",
            serves=False,
        ),
        Part(
            Role.DELIVERER,
            "泉城数据交付公司",
            PartyKind.DELIVERER,
            (Right.DELIVER,),
            "data-company",
        ),
    ),
    applicants=(),
    visitors=(
        Visitor(Role.PEOPLE, "city-services", serves=False),
        Visitor(Office.CHANNEL, "audit", serves=True),
    ),
)
