"""The world state before the first block, as the genesis document founds it."""

from chaincode.ids import key_id
from chaincode.membership.records import (
    KEYS,
    ORGANISATIONS,
    PARTIES,
    RIGHTS,
    KeyBinding,
    Organisation,
    Party,
    PartyStatus,
    RightHeld,
)
from chaincode.parameter_definitions import DEFINITIONS
from chaincode.parameters import (
    PARAMETERS,
    VERSIONS,
    ParameterName,
    ParameterRecord,
    ParameterVersion,
)
from chaincode.rights import PartyKind, Right, are_compatible
from chaincode.state import EmptyState, Overlay
from chaincode.validators import SCHEDULE, SETS, Schedule, record_of
from ledger.genesis import Genesis, GenesisParty, Parameter
from ledger.refusal import Code, Refused, require
from ledger.suites import tagged_hash
from ledger.validators import Validator

_CA_TAG = b"qc/ca/v1"


def genesis_changes(genesis: Genesis) -> dict[bytes, bytes]:
    """Return the founding state by raw key, ascending.

    Refuse (E006, E014) a document the chaincode cannot found on.
    """
    state = Overlay(EmptyState())
    for organisation in genesis.organisations:
        ca_hash = tagged_hash(_CA_TAG, organisation.ca_certificate)
        record = Organisation(organisation.name, organisation.governing, ca_hash)
        ORGANISATIONS.put(state, organisation.id, record)
    for party in genesis.parties:
        _found_party(state, party, genesis.validators)
    _found_parameters(state, genesis)
    SETS.put(state, 0, record_of(genesis.validator_set(), from_height=1))
    SCHEDULE.put(state, Schedule(newest_epoch=0, from_height=1))
    return {key: value for key, value in state.changes().items() if value is not None}


def _found_party(state: Overlay, founding: GenesisParty, validators: tuple[Validator, ...]) -> None:
    where = f"parties[{founding.name}]"
    try:
        kind = PartyKind(founding.kind)
        rights = tuple(Right(right) for right in founding.rights)
    except ValueError:
        raise Refused(Code.SCHEMA, where) from None
    require(are_compatible(kind, rights), Code.ROLE_CONFLICT, where)
    votes = any(member.public_key == founding.sign_key for member in validators)
    require(not votes, Code.TAKEN, where)
    party = Party(
        id=key_id(founding.sign_key),
        organisation=founding.organisation,
        name=founding.name,
        kind=kind,
        status=PartyStatus.ACTIVE,
        sign_key=founding.sign_key,
        kem_key=founding.kem_key,
        credential=None,
    )
    PARTIES.put(state, party.id, party)
    KEYS.put(state, party.sign_key, KeyBinding(party.id, from_height=1, until_height=None))
    for right in rights:
        RIGHTS.put(state, (party.id, right), RightHeld(until_ms=None))


def _found_parameters(state: Overlay, genesis: Genesis) -> None:
    given = {parameter.name: parameter for parameter in genesis.parameters}
    for definition in DEFINITIONS:
        text = definition.name.name.lower()
        default = Parameter(text, definition.default, definition.minimum, definition.maximum)
        if definition.name is ParameterName.PROTOCOL_VERSION:
            version = genesis.protocol_version
            default = Parameter(text, version, definition.minimum, definition.maximum)
        chosen = given.pop(text, default)
        within = definition.minimum <= chosen.minimum and chosen.maximum <= definition.maximum
        require(within, Code.OUT_OF_BOUNDS, f"parameters.{text}")
        record = ParameterRecord(chosen.value, chosen.minimum, chosen.maximum, chosen.value, 1)
        PARAMETERS.put(state, definition.name, record)
        VERSIONS.put(state, (definition.name, 1), ParameterVersion(chosen.value))
    for unknown in given:
        raise Refused(Code.SCHEMA, f"parameters.{unknown}")
