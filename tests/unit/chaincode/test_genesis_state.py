"""The founding state says what the genesis document says; an unfit document is refused."""

from dataclasses import replace

import pytest

from chaincode import parameters, validators
from chaincode.genesis_state import genesis_changes
from chaincode.ids import key_id
from chaincode.membership.records import KEYS, ORGANISATIONS, PARTIES, RIGHTS
from chaincode.parameter_definitions import DEFINITIONS
from chaincode.parameters import ParameterName, params_hash
from chaincode.rights import PartyKind, Right
from ledger.genesis import Genesis, Parameter, decode_genesis
from ledger.refusal import Code, Refused
from tests.unit.chaincode.memory import MemoryState
from tests.unit.chaincode.world import founding_genesis, founding_party


def with_party(kind: int, *rights: int) -> Genesis:
    genesis = founding_genesis()
    founded = founding_party(genesis.organisations[0].id, "extra", PartyKind.USER)
    parties = (*genesis.parties, replace(founded, kind=kind, rights=rights))
    return replace(genesis, parties=tuple(sorted(parties, key=lambda party: party.sign_key)))


def test_the_document_decodes_and_founds() -> None:
    genesis = decode_genesis(with_party(PartyKind.USER, Right.USE).encoded())
    state = MemoryState(genesis_changes(genesis))
    assert list(state.values) == sorted(state.values)
    party = next(item for item in genesis.parties if item.name == "extra")
    record = PARTIES.known(state, key_id(party.sign_key))
    assert KEYS.known(state, party.sign_key).party == record.id
    assert RIGHTS.known(state, (record.id, Right.USE)).until_ms is None
    assert ORGANISATIONS.known(state, record.organisation).governing
    for height in (1, 2, 1_000):
        assert validators.set_at(state, height) == genesis.validator_set()
    assert list(validators.history(state)) == [(1, genesis.validator_set())]


@pytest.mark.parametrize(
    ("kind", "rights", "code"),
    [
        (99, (), Code.SCHEMA),
        (PartyKind.USER, (99,), Code.SCHEMA),
        (PartyKind.USER, (Right.MARKET,), Code.ROLE_CONFLICT),
        (PartyKind.SUPERVISOR, (Right.WATCH, Right.AUTHORIZE), Code.ROLE_CONFLICT),
    ],
)
def test_unknown_and_conflicting_founders_are_refused(
    kind: int, rights: tuple[int, ...], code: Code
) -> None:
    with pytest.raises(Refused) as refused:
        genesis_changes(with_party(kind, *rights))
    assert refused.value.refusal.code is code


def test_a_parameter_left_out_has_its_default() -> None:
    bare = replace(founding_genesis(), parameters=())
    state = MemoryState(genesis_changes(bare))
    for definition in DEFINITIONS:
        assert parameters.value_at(state, definition.name, 1) == definition.default


@pytest.mark.parametrize(
    ("parameter", "code"),
    [
        (Parameter("invented", 1, 0, 2), Code.SCHEMA),
        (Parameter("block_drift_ms", 1, 1, 60_000), Code.OUT_OF_BOUNDS),
        (Parameter("block_drift_ms", 200, 100, 10**9), Code.OUT_OF_BOUNDS),
    ],
)
def test_parameters_are_known_and_within_the_widest_bounds(
    parameter: Parameter, code: Code
) -> None:
    with pytest.raises(Refused) as refused:
        genesis_changes(replace(founding_genesis(), parameters=(parameter,)))
    assert refused.value.refusal.code is code


def test_every_parameter_is_in_the_hash_of_the_header() -> None:
    genesis = replace(founding_genesis(), parameters=())
    before = params_hash(MemoryState(genesis_changes(genesis)), 1)
    for definition in DEFINITIONS:
        if definition.name is ParameterName.PROTOCOL_VERSION:
            changed = replace(genesis, protocol_version=2)
        else:
            value = (
                definition.maximum
                if definition.default == definition.minimum
                else definition.minimum
            )
            name = definition.name.name.lower()
            row = Parameter(name, value, definition.minimum, definition.maximum)
            changed = replace(genesis, parameters=(row,))
        assert params_hash(MemoryState(genesis_changes(changed)), 1) != before, definition.name


def test_a_voting_key_is_no_partys_key() -> None:
    genesis = founding_genesis()
    founded = founding_party(genesis.organisations[0].id, "validator 0", PartyKind.USER)
    with pytest.raises(Refused) as refused:
        genesis_changes(replace(genesis, parties=(founded,)))
    assert refused.value.refusal.code is Code.TAKEN
