"""The cast: which organisations found the chain, who plays which part, with which rights."""

from dataclasses import dataclass
from enum import StrEnum, unique

from chaincode.rights import PartyKind, Right
from genesis.plan import Plan, PlannedOrganisation, PlannedParty
from genesis.plan_file import chosen_parameters

CHAIN_NAME = "泉城链 · 普惠金融示范网"


@unique
class Role(StrEnum):
    """The parts, each played by a process of its own."""

    AUTHORIZER = "authorizer"
    REGISTRAR = "registrar"
    MARKET = "market"
    DEPARTMENT = "department"
    IDENTITY = "identity"
    SETTLEMENT = "settlement"
    OPERATOR = "operator"
    DELIVERER = "deliverer"
    STRANGER = "stranger"
    BANK = "bank"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    CITIZENS = "citizens"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Part:
    """What a role is on the chain: its public name, kind and rights, and whose node it uses."""

    role: Role
    name: str
    kind: PartyKind
    rights: tuple[Right, ...]
    organisation: str


FOUNDERS: tuple[Part, ...] = (
    Part(Role.AUTHORIZER, "济南市大数据局", PartyKind.AUTHORIZER, (Right.AUTHORIZE,), "bureau"),
    Part(Role.REGISTRAR, "济南市数据登记中心", PartyKind.REGISTRAR, (Right.REGISTER,), "registry"),
    Part(Role.DEPARTMENT, "济南市信用信息中心", PartyKind.HOLDER, (Right.HOLD,), "credit-centre"),
    Part(Role.BANK, "泉城示范银行", PartyKind.USER, (Right.USE,), "demo-bank"),
    Part(Role.SUPERVISOR, "数据流通监管中心", PartyKind.SUPERVISOR, (Right.WATCH,), "supervision"),
    Part(Role.AUDITOR, "济南市审计局数据监督处", PartyKind.SUPERVISOR, (Right.WATCH,), "audit"),
    Part(
        Role.IDENTITY,
        "济南市身份认证中心",
        PartyKind.IDENTITY_AUTHORITY,
        (Right.IDENTIFY,),
        "identity-centre",
    ),
    Part(
        Role.SETTLEMENT,
        "数据交易结算银行",
        PartyKind.SETTLEMENT_BANK,
        (Right.BANK,),
        "settlement-bank",
    ),
    Part(
        Role.OPERATOR,
        "泉城数据运营公司",
        PartyKind.OPERATOR,
        (Right.OPERATE, Right.DEVELOP),
        "data-operator",
    ),
    Part(
        Role.DELIVERER,
        "泉城数据交付公司",
        PartyKind.DELIVERER,
        (Right.DELIVER,),
        "data-deliverer",
    ),
)
"""Parties of the genesis document."""

APPLICANTS: tuple[Part, ...] = (
    Part(Role.MARKET, "泉城数据交易场所", PartyKind.MARKET_OPERATOR, (Right.MARKET,), "bureau"),
    Part(Role.STRANGER, "外来数据交付公司", PartyKind.DELIVERER, (Right.DELIVER,), "supervision"),
)
"""Parties that a sponsor brings in, on its own node, and governance admits."""

_ORGANISATIONS = (
    ("bureau", "济南市大数据局（组织）", True),
    ("credit-centre", "济南市信用信息中心（组织）", True),
    ("demo-bank", "泉城示范银行（组织）", True),
    ("supervision", "数据流通监管中心（组织）", True),
    ("registry", "济南市数据登记中心（组织）", False),
    ("identity-centre", "济南市身份认证中心（组织）", False),
    ("settlement-bank", "数据交易结算银行（组织）", False),
    ("data-operator", "泉城数据运营公司（组织）", False),
    ("data-deliverer", "泉城数据交付公司（组织）", False),
    ("audit", "济南市审计局（组织）", False),
    ("citizen-service", "泉城居民服务平台（组织）", False),
)
"""Label, name, and whether it governs. Who governs runs a validator, everybody else an observer."""

_CITIZENS_NODE = "citizen-service"


def part_of(role: Role) -> Part | None:
    """Return the part of a role, or None for roles that are no party of the chain."""
    for part in (*FOUNDERS, *APPLICANTS):
        if part.role is role:
            return part
    return None


def party_folder(role: Role) -> str:
    """Return the folder of a role below the network's folder: its keystore and nothing else's."""
    for part in FOUNDERS:
        if part.role is role:
            return f"{part.organisation}/parties/{role.value}"
    return f"newcomers/{role.value}"


def node_organisation(role: Role) -> str:
    """Return the organisation whose node a role talks to: its own, or its sponsor's."""
    part = part_of(role)
    return _CITIZENS_NODE if part is None else part.organisation


def founding_plan(time_ms: int) -> Plan:
    """Return the plan that the founders agreed on, with the time scale of a test network."""
    return Plan(
        chain_name=CHAIN_NAME,
        time_ms=time_ms,
        protocol_version=1,
        development=False,
        organisations=tuple(
            PlannedOrganisation(
                label,
                name,
                governing,
                validators=int(governing),
                observers=int(not governing),
                parties=_parties(label),
            )
            for label, name, governing in _ORGANISATIONS
        ),
        parameters=chosen_parameters({"supervisor_wrap": 1}, testnet=True),
    )


def _parties(organisation: str) -> tuple[PlannedParty, ...]:
    return tuple(
        PlannedParty(part.role.value, part.name, int(part.kind), tuple(map(int, part.rights)))
        for part in FOUNDERS
        if part.organisation == organisation
    )
