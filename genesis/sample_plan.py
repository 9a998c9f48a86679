"""A small city to start from: the organisations and parties that one loan needs.

Two supervisors of different organisations hold the key of every envelope's second wrap together.
"""

from dataclasses import replace

from chaincode.rights import PartyKind, Right
from genesis.plan import Plan, PlannedOrganisation, PlannedParty
from genesis.plan_file import chosen_parameters
from ledger.genesis import VALIDATORS_MIN


def _party(label: str, name: str, kind: PartyKind, *rights: Right) -> PlannedParty:
    return PlannedParty(label, name, int(kind), tuple(sorted(int(right) for right in rights)))


def _organisation(
    label: str, name: str, *parties: PlannedParty, governing: bool = True
) -> PlannedOrganisation:
    return PlannedOrganisation(label, name, governing, validators=0, parties=parties)


ORGANISATIONS: tuple[PlannedOrganisation, ...] = (
    _organisation(
        "data-bureau",
        "济南市大数据局",
        _party("authorizer", "公共数据实施机构", PartyKind.AUTHORIZER, Right.AUTHORIZE),
        _party("registrar", "公共数据登记中心", PartyKind.REGISTRAR, Right.REGISTER),
    ),
    _organisation(
        "housing-fund",
        "济南市住房公积金中心",
        _party("department", "住房公积金中心", PartyKind.HOLDER, Right.HOLD),
    ),
    _organisation(
        "operator",
        "泉城数据运营公司",
        _party("operator", "泉城数据运营", PartyKind.OPERATOR, Right.DEVELOP, Right.OPERATE),
        _party("deliverer", "泉城数据交付", PartyKind.DELIVERER, Right.DELIVER),
    ),
    _organisation(
        "bank",
        "泉城银行",
        _party("bank", "泉城银行信贷部", PartyKind.USER, Right.USE),
        _party("settlement-bank", "泉城清算银行", PartyKind.SETTLEMENT_BANK, Right.BANK),
    ),
    _organisation(
        "identity",
        "济南市身份认证中心",
        _party("identity-authority", "身份认证中心", PartyKind.IDENTITY_AUTHORITY, Right.IDENTIFY),
    ),
    _organisation(
        "supervision",
        "济南市数据流通监管办公室",
        _party("supervisor", "数据流通监管", PartyKind.SUPERVISOR, Right.WATCH),
        _party("market", "要素市场运营", PartyKind.MARKET_OPERATOR, Right.MARKET),
    ),
    _organisation(
        "audit",
        "济南市审计局",
        _party("audit-supervisor", "审计监督", PartyKind.SUPERVISOR, Right.WATCH),
        governing=False,
    ),
)


def sample_plan(validators: int, time_ms: int) -> Plan:
    """Return the plan of the sample city, its validators spread evenly, at a testnet's pace."""
    count = sum(item.governing for item in ORGANISATIONS)
    organisations = tuple(
        replace(item, validators=validators // count + (index < validators % count))
        if item.governing
        else item
        for index, item in enumerate(ORGANISATIONS)
    )
    return Plan(
        chain_name="quancheng-testnet",
        time_ms=time_ms,
        protocol_version=1,
        development=validators < VALIDATORS_MIN,
        organisations=organisations,
        parameters=chosen_parameters({"supervisor_wrap": 1}, testnet=True),
    )
