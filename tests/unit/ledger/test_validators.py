"""Validator sets have one order, and their hash binds every member, organisation and the size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.quorum import quorum
from ledger.refusal import Code, Refused
from ledger.validators import (
    VALIDATORS_MAX,
    Validator,
    ValidatorSet,
    validator_set,
    validator_set_from_value,
)
from tests.unit.ledger.strategies import VALIDATORS, public_key, validator_sets

ORGANISATION = bytes(32)


@given(validator_sets(), st.data())
def test_order_does_not_matter(validators: ValidatorSet, data: st.DataObject) -> None:
    """Members given in any order make the same set with the same hash."""
    shuffled = data.draw(st.permutations(validators.members))
    other = validator_set(validators.epoch, shuffled)
    assert other == validators
    assert other.hash() == validators.hash()
    assert validators.quorum == quorum(validators.size)


@given(validator_sets(), VALIDATORS)
def test_the_hash_binds_the_members(validators: ValidatorSet, other: Validator) -> None:
    """Another key, another organisation, one member more or fewer: another hash."""
    members = validators.members
    variants = [members[1:], (*members, other), (other, *members[1:])]
    for variant in variants:
        keys = [member.public_key for member in variant]
        if variant and len(keys) == len(set(keys)):
            changed = validator_set(validators.epoch, variant)
            assert (changed.hash() == validators.hash()) == (changed.members == members)


@given(validator_sets())
def test_every_member_has_an_index(validators: ValidatorSet) -> None:
    """Indices count the canonical order; a stranger has none."""
    for index, member in enumerate(validators.members):
        assert validators.index_of(member.public_key) == index
    assert validators.index_of(public_key(99)) is None


@given(validator_sets(), st.data())
def test_another_order_in_bytes_is_refused(validators: ValidatorSet, data: st.DataObject) -> None:
    """Bytes in any order but the canonical one are refused."""
    rows = [[member.public_key, member.organisation] for member in validators.members]
    shuffled = data.draw(st.permutations(rows))
    if shuffled == rows:
        assert validator_set_from_value([validators.epoch, shuffled]) == validators
        return
    with pytest.raises(Refused):
        validator_set_from_value([validators.epoch, shuffled])


def too_many() -> list[Validator]:
    return [
        Validator(b"\x01" + number.to_bytes(32, "big"), ORGANISATION)
        for number in range(VALIDATORS_MAX + 1)
    ]


@pytest.mark.parametrize(
    "members",
    [
        [],
        [Validator(public_key(1), ORGANISATION)] * 2,
        [Validator(public_key(1), ORGANISATION), Validator(public_key(1), b"x" * 32)],
        too_many(),
    ],
    ids=["empty", "repeating", "one key for two organisations", "too large"],
)
def test_an_impossible_set_is_refused(members: list[Validator]) -> None:
    """A set has between 1 and 256 members with distinct keys."""
    with pytest.raises(Refused) as caught:
        validator_set(0, members)
    assert caught.value.refusal.code is Code.SCHEMA
