"""The plan as a TOML file that the founders write, read and compare line by line.

Kinds, rights and parameters have the names of the chaincode in small letters. A parameter that is
left out has its default; bounds are always those of the chaincode.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from chaincode.parameter_definitions import DEFINITIONS
from chaincode.parameters import ParameterName
from chaincode.rights import PartyKind, Right
from genesis.plan import Plan, PlannedOrganisation, PlannedParty, require_sound_plan
from ledger.genesis import Parameter, Predecessor
from ledger.refusal import Code, Refused, require
from quancheng import strict_toml
from quancheng.bounded_files import read_bounded

PLAN_SIZE_MAX = 1024 * 1024

T = TypeVar("T")

_TOP_KEYS = {
    "chain_name",
    "time_ms",
    "protocol_version",
    "development",
    "predecessor",
    "parameters",
    "organisation",
}
_ORGANISATION_KEYS = {"label", "name", "governing", "validators", "observers", "party"}
_PARTY_KEYS = {"label", "name", "kind", "rights"}


def load_plan(path: Path) -> Plan:
    """Read a plan; refuse (E006) what is no sound plan, naming the place."""
    return parse_plan(read_bounded(path, PLAN_SIZE_MAX))


def parse_plan(data: bytes) -> Plan:
    """Return the plan of TOML bytes; refuse (E006) what is no sound plan, naming the place."""
    require(len(data) <= PLAN_SIZE_MAX, Code.SCHEMA, "plan.size")
    try:
        table = strict_toml.loads(data.decode())
    except (UnicodeDecodeError, strict_toml.NoToml) as error:
        raise Refused(Code.SCHEMA, f"plan: {error}") from error
    _refuse_unknown(table, _TOP_KEYS, "plan")
    plan = Plan(
        chain_name=_value(table, "chain_name", str),
        time_ms=_value(table, "time_ms", int),
        protocol_version=_value(table, "protocol_version", int, 1),
        development=_value(table, "development", bool, False),
        predecessor=_predecessor(table),
        organisations=tuple(_organisation(item) for item in _tables(table, "organisation")),
        parameters=chosen_parameters(_value(table, "parameters", dict, {}), testnet=False),
    )
    require_sound_plan(plan)
    return plan


def chosen_parameters(overrides: Mapping[str, object], *, testnet: bool) -> tuple[Parameter, ...]:
    """Return all parameters with their bounds: overridden, or the default of a city or a testnet.

    The protocol version is not among them; it is a fact of the plan itself.
    """
    governed = [item for item in DEFINITIONS if item.name is not ParameterName.PROTOCOL_VERSION]
    _refuse_unknown(overrides, {item.name.name.lower() for item in governed}, "parameters")
    chosen = []
    for item in governed:
        name = item.name.name.lower()
        default = item.testnet if testnet else item.default
        value = _value(overrides, name, int, default)
        require(item.minimum <= value <= item.maximum, Code.OUT_OF_BOUNDS, f"parameters.{name}")
        chosen.append(Parameter(name, value, item.minimum, item.maximum))
    return tuple(sorted(chosen, key=lambda parameter: parameter.name))


def render_plan(plan: Plan) -> str:
    """Return the TOML text of a plan, with the meaning of every parameter."""
    lines = [
        "# What the founders of a chain agree on before anybody makes a key.",
        "# Every contribution signs its hash: a later change needs new contributions.",
        "",
        f"chain_name = {_quoted(plan.chain_name)}",
        "# Unix time in milliseconds from which the chain counts.",
        f"time_ms = {plan.time_ms}",
        f"protocol_version = {plan.protocol_version}",
        "# A development chain may have fewer than four validators; it then survives no traitor.",
        f"development = {_truth(plan.development)}",
    ]
    if plan.predecessor is not None:
        lines += [
            "",
            "# The chain that this one founds anew.",
            "[predecessor]",
            f"genesis_hash = {_quoted(plan.predecessor.genesis_hash.hex())}",
            f"block_hash = {_quoted(plan.predecessor.block_hash.hex())}",
        ]
    lines += ["", "[parameters]", *_parameter_lines(plan.parameters)]
    for organisation in plan.organisations:
        lines += _organisation_lines(organisation)
    return "\n".join(lines) + "\n"


def _organisation(table: Mapping[str, object]) -> PlannedOrganisation:
    _refuse_unknown(table, _ORGANISATION_KEYS, "organisation")
    return PlannedOrganisation(
        label=_value(table, "label", str),
        name=_value(table, "name", str),
        governing=_value(table, "governing", bool, True),
        validators=_value(table, "validators", int, 1),
        observers=_value(table, "observers", int, 0),
        parties=tuple(_party(item) for item in _tables(table, "party")),
    )


def _party(table: Mapping[str, object]) -> PlannedParty:
    _refuse_unknown(table, _PARTY_KEYS, "party")
    names = _value(table, "rights", list)
    return PlannedParty(
        label=_value(table, "label", str),
        name=_value(table, "name", str),
        kind=_number(PartyKind.__members__, _value(table, "kind", str), "party.kind"),
        rights=tuple(
            sorted(_number(Right.__members__, str(item), "party.rights") for item in names)
        ),
    )


def _predecessor(table: Mapping[str, object]) -> Predecessor | None:
    if "predecessor" not in table:
        return None
    parts = _value(table, "predecessor", dict)
    try:
        genesis_hash = bytes.fromhex(_value(parts, "genesis_hash", str))
        block_hash = bytes.fromhex(_value(parts, "block_hash", str))
    except ValueError as error:
        raise Refused(Code.SCHEMA, "predecessor") from error
    return Predecessor(genesis_hash, block_hash)


def _refuse_unknown(table: Mapping[str, object], known: set[str], where: str) -> None:
    for name in table:
        require(name in known, Code.SCHEMA, f"{where}.{name}")


def _value(table: Mapping[str, object], name: str, kind: type[T], default: T | None = None) -> T:
    value = table.get(name, default)
    # A boolean is an integer to Python, but not to the reader of the file.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise Refused(Code.SCHEMA, name)
    return value


def _tables(table: Mapping[str, object], name: str) -> Sequence[Mapping[str, object]]:
    rows = _value(table, name, list, [])
    for row in rows:
        require(isinstance(row, dict), Code.SCHEMA, name)
    return rows


def _number(members: Mapping[str, int], name: str, where: str) -> int:
    require(name.upper() in members, Code.SCHEMA, f"{where} {name}")
    return int(members[name.upper()])


def _parameter_lines(parameters: Sequence[Parameter]) -> list[str]:
    meanings = {item.name.name.lower(): (item.meaning, item.unit) for item in DEFINITIONS}
    lines = []
    for parameter in parameters:
        meaning, unit = meanings[parameter.name]
        bounds = f"{parameter.minimum} to {parameter.maximum}"
        lines += [f"# {meaning} ({unit}, {bounds})", f"{parameter.name} = {parameter.value}"]
    return lines


def _organisation_lines(organisation: PlannedOrganisation) -> list[str]:
    lines = [
        "",
        "[[organisation]]",
        f"label = {_quoted(organisation.label)}",
        f"name = {_quoted(organisation.name)}",
        f"governing = {_truth(organisation.governing)}",
        f"validators = {organisation.validators}",
        f"observers = {organisation.observers}",
    ]
    for party in organisation.parties:
        rights = ", ".join(_quoted(Right(number).name.lower()) for number in party.rights)
        lines += [
            "",
            "[[organisation.party]]",
            f"label = {_quoted(party.label)}",
            f"name = {_quoted(party.name)}",
            f"kind = {_quoted(PartyKind(party.kind).name.lower())}",
            f"rights = [{rights}]",
        ]
    return lines


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _truth(value: bool) -> str:
    return "true" if value else "false"
