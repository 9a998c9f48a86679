"""The cast of the statistics scenario; the holder delivers what it computes itself."""

from enum import StrEnum, unique

from apps.stage.cast import Cast, Office, Organisation, Part, Visitor
from chaincode.rights import PartyKind, Right


@unique
class Role(StrEnum):
    """The parts of this scenario besides those that every scenario has."""

    HOLDER = "holder"
    OPERATOR = "operator"
    INSTITUTE = "institute"
    CONSULTANT = "consultant"


CAST = Cast(
    chain_name="泉城链 · 群体统计示范网",
    organisations=(
        Organisation("bureau", "济南市大数据局（组织）", governing=True),
        Organisation("fund-centre", "济南住房公积金中心（组织）", governing=True),
        Organisation("institute", "城市住房研究院（组织）", governing=True),
        Organisation("supervision", "数据流通监管中心（组织）", governing=True),
        Organisation("registry", "济南市数据登记中心（组织）", governing=False),
        Organisation("data-operator", "泉城数据运营公司（组织）", governing=False),
        Organisation("settlement-bank", "数据交易结算银行（组织）", governing=False),
        Organisation("audit", "济南市审计局（组织）", governing=False),
    ),
    founders=(
        Part(
            Office.AUTHORIZER, "济南市大数据局", PartyKind.AUTHORIZER, (Right.AUTHORIZE,), "bureau"
        ),
        Part(
            Role.HOLDER,
            "济南住房公积金中心",
            PartyKind.HOLDER,
            (Right.HOLD, Right.DELIVER),
            "fund-centre",
        ),
        Part(
            Role.INSTITUTE,
            "城市住房研究院",
            PartyKind.USER,
            (Right.USE,),
            "institute",
            serves=False,
        ),
        Part(
            Office.MARKET,
            "泉城数据交易场所",
            PartyKind.MARKET_OPERATOR,
            (Right.MARKET,),
            "bureau",
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
            "registry",
        ),
        Part(
            Office.SETTLEMENT,
            "数据交易结算银行",
            PartyKind.SETTLEMENT_BANK,
            (Right.BANK,),
            "settlement-bank",
            serves=False,
        ),
    ),
    applicants=(
        Part(
            Role.CONSULTANT,
            "华东咨询公司",
            PartyKind.USER,
            (Right.USE,),
            "data-operator",
            serves=False,
        ),
    ),
    visitors=(Visitor(Office.CHANNEL, "audit", serves=True),),
    parameters={"epsilon_of_user_max": 1_000_000, "epsilon_of_resource_max": 1_200_000},
)
"""The resource's budget lets both users together ask little more than one of them alone."""
