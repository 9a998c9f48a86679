"""A genesis document founds a sound chain or is refused."""

from dataclasses import replace

import pytest
from hypothesis import given

from ledger.genesis import Genesis, Parameter, decode_genesis, genesis_hash_of, require_sound
from ledger.refusal import Code, Refused
from tests.unit.ledger.strategies import geneses, public_key
from tests.unit.ledger.test_suites import SMALL_ORDER
from tests.vectors.golden import golden_genesis

GOOD = golden_genesis()
SMALL_KEY = b"\x01" + SMALL_ORDER["order 8"]


def refused_field(genesis: Genesis) -> str:
    with pytest.raises(Refused) as caught:
        require_sound(genesis)
    assert caught.value.refusal.code is Code.SCHEMA
    with pytest.raises(Refused):
        decode_genesis(genesis.encoded())
    return caught.value.refusal.field


@given(geneses())
def test_a_sound_document_founds_a_chain(genesis: Genesis) -> None:
    """The hash is over the bytes; the set of epoch 0 votes from height 1 on."""
    require_sound(genesis)
    assert genesis.hash() == genesis_hash_of(genesis.encoded())
    assert genesis.validator_set().epoch == 0
    assert genesis.validator_set().members == genesis.validators


def test_every_field_is_in_the_hash() -> None:
    """Documents that differ in one field found different chains."""
    others = [
        replace(GOOD, chain_name="other"),
        replace(GOOD, time_ms=GOOD.time_ms + 1),
        replace(GOOD, protocol_version=2),
        replace(GOOD, development=True),
        replace(GOOD, predecessor=None),
        replace(GOOD, organisations=GOOD.organisations[:1]),
        replace(GOOD, validators=GOOD.validators[:3]),
        replace(GOOD, parties=()),
        replace(GOOD, parameters=()),
    ]
    assert len({item.hash() for item in [GOOD, *others]}) == len(others) + 1


def test_three_validators_are_for_development_only() -> None:
    """Fewer than four tolerate no traitor: refused unless the document says development."""
    three = replace(GOOD, validators=GOOD.validators[:3])
    assert refused_field(three) == "validators.count"
    require_sound(replace(three, development=True))


@pytest.mark.parametrize(
    ("genesis", "field"),
    [
        (replace(GOOD, organisations=GOOD.organisations[::-1]), "organisations"),
        (replace(GOOD, organisations=GOOD.organisations[:1] * 2), "organisations"),
        (replace(GOOD, validators=GOOD.validators[::-1]), "validators"),
        (replace(GOOD, validators=(*GOOD.validators, GOOD.validators[-1])), "validators"),
        (replace(GOOD, parties=GOOD.parties * 2), "parties"),
        (replace(GOOD, parameters=GOOD.parameters * 2), "parameters"),
        (
            replace(GOOD, parameters=(Parameter("b", 1, 0, 2), Parameter("a", 1, 0, 2))),
            "parameters",
        ),
        (replace(GOOD, parameters=(Parameter("low", 0, 1, 2),)), "low"),
        (replace(GOOD, parameters=(Parameter("high", 3, 1, 2),)), "high"),
        (
            replace(
                GOOD,
                validators=(
                    *GOOD.validators[:3],
                    replace(GOOD.validators[3], organisation=bytes(32)),
                ),
            ),
            "validators.organisation",
        ),
        (
            replace(GOOD, parties=(replace(GOOD.parties[0], organisation=bytes(32)),)),
            "parties.organisation",
        ),
        (
            replace(GOOD, parties=(replace(GOOD.parties[0], sign_key=SMALL_KEY),)),
            "parties.sign_key",
        ),
        (
            replace(
                GOOD,
                validators=tuple(
                    sorted(
                        (*GOOD.validators[1:], replace(GOOD.validators[0], public_key=SMALL_KEY))
                    )
                ),
            ),
            "validators.public_key",
        ),
    ],
)
def test_an_unsound_document_is_refused(genesis: Genesis, field: str) -> None:
    """Other orders, repetitions, strangers, bad keys and values out of bounds found nothing."""
    assert refused_field(genesis) == field


def test_an_unsound_set_of_validators_is_refused() -> None:
    """Without validators, or with one key twice, there is no chain."""
    twice = replace(GOOD, validators=(*GOOD.validators[:3], GOOD.validators[2]))
    for genesis in (replace(GOOD, validators=()), twice):
        assert refused_field(genesis) == "validators"
    assert public_key(1) != SMALL_KEY
