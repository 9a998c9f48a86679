"""The cast: which organisations found the chain, who plays which part, with which rights."""

from enum import StrEnum, unique

from apps.stage.cast import Cast, Office, Organisation, Part, Visitor
from chaincode.rights import PartyKind, Right


@unique
class Role(StrEnum):
    """The parts of this scenario besides those that every scenario has."""

    DEPARTMENT = "department"
    OPERATOR = "operator"
    DELIVERER = "deliverer"
    STRANGER = "stranger"
    BANK = "bank"
    CITIZENS = "citizens"


_FOUNDERS: tuple[Part, ...] = (
    Part(Office.AUTHORIZER, "济南市大数据局", PartyKind.AUTHORIZER, (Right.AUTHORIZE,), "bureau"),
    Part(
        Office.REGISTRAR, "济南市数据登记中心", PartyKind.REGISTRAR, (Right.REGISTER,), "registry"
    ),
    Part(Role.DEPARTMENT, "济南市信用信息中心", PartyKind.HOLDER, (Right.HOLD,), "credit-centre"),
    Part(Role.BANK, "泉城示范银行", PartyKind.USER, (Right.USE,), "demo-bank"),
    Part(
        Office.SUPERVISOR, "数据流通监管中心", PartyKind.SUPERVISOR, (Right.WATCH,), "supervision"
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
        Office.IDENTITY,
        "济南市身份认证中心",
        PartyKind.IDENTITY_AUTHORITY,
        (Right.IDENTIFY,),
        "identity-centre",
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
        "data-operator",
        serves=False,
    ),
    Part(
        Role.DELIVERER,
        "泉城数据交付公司",
        PartyKind.DELIVERER,
        (Right.DELIVER,),
        "data-deliverer",
    ),
)

_APPLICANTS: tuple[Part, ...] = (
    Part(
        Office.MARKET,
        "泉城数据交易场所",
        PartyKind.MARKET_OPERATOR,
        (Right.MARKET,),
        "bureau",
        serves=False,
    ),
    Part(
        Role.STRANGER,
        "外来数据交付公司",
        PartyKind.DELIVERER,
        (Right.DELIVER,),
        "supervision",
        serves=False,
    ),
)

_ORGANISATIONS = (
    Organisation("bureau", "济南市大数据局（组织）", governing=True),
    Organisation("credit-centre", "济南市信用信息中心（组织）", governing=True),
    Organisation("demo-bank", "泉城示范银行（组织）", governing=True),
    Organisation("supervision", "数据流通监管中心（组织）", governing=True),
    Organisation("registry", "济南市数据登记中心（组织）", governing=False),
    Organisation("identity-centre", "济南市身份认证中心（组织）", governing=False),
    Organisation("settlement-bank", "数据交易结算银行（组织）", governing=False),
    Organisation("data-operator", "泉城数据运营公司（组织）", governing=False),
    Organisation("data-deliverer", "泉城数据交付公司（组织）", governing=False),
    Organisation("audit", "济南市审计局（组织）", governing=False),
    Organisation("citizen-service", "泉城居民服务平台（组织）", governing=False),
)

CAST = Cast(
    chain_name="泉城链 · 普惠金融示范网",
    organisations=_ORGANISATIONS,
    founders=_FOUNDERS,
    applicants=_APPLICANTS,
    visitors=(
        Visitor(Role.CITIZENS, "citizen-service", serves=False),
        Visitor(Office.CHANNEL, "citizen-service", serves=True),
    ),
)
