"""The supervisors' key is nobody's: each checks what each dealt, and any t shares give it."""

from dataclasses import replace
from itertools import combinations

import pytest
from nacl.public import PublicKey, SealedBox

from ledger import suites, threshold
from ledger.refusal import Code, Refused
from quancheng.dealing import (
    Dealing,
    deal,
    decode_dealing,
    joint_commitments,
    random_scalar,
    receive_share,
)
from tests.unit.quancheng.supervisors import (
    Supervisors,
    agreed,
    generated,
    kem_secret_of,
    seed_of,
)


@pytest.fixture(scope="module")
def three_of_five() -> Supervisors:
    return generated(3, 5)


def joined(supervisors: Supervisors, indices: tuple[int, ...]) -> bytes:
    """Return what the shares of some members add up to, as an image."""
    total = bytes(32)
    for index in indices:
        weight = threshold.weight_at_zero(indices, index)
        part = suites.scalar_product(weight, supervisors.shares[index - 1])
        total = suites.scalar_sum(total, part)
    return suites.base_times(total)


def test_every_three_shares_give_the_key_and_no_two_do(three_of_five: Supervisors) -> None:
    """All ten subsets of three, all ten of two."""
    key = three_of_five.commitments[0]
    assert all(joined(three_of_five, some) == key for some in combinations(range(1, 6), 3))
    assert all(joined(three_of_five, some) != key for some in combinations(range(1, 6), 2))


def test_share_keys_follow_from_what_is_public(three_of_five: Supervisors) -> None:
    for index, share in enumerate(three_of_five.shares, start=1):
        image = threshold.share_key(three_of_five.commitments, index)
        assert image == suites.base_times(share)


def test_a_dealing_travels_as_canonical_bytes(three_of_five: Supervisors) -> None:
    for dealing in three_of_five.dealings:
        assert decode_dealing(dealing.encoded()) == dealing


def refusal(supervisors: Supervisors, dealings: list[Dealing]) -> Code:
    with pytest.raises(Refused) as caught:
        joint_commitments(supervisors.ceremony, dealings)
    return caught.value.refusal.code


def resigned(dealing: Dealing, **changes: object) -> Dealing:
    """Return a dealing that its dealer altered before signing."""
    changed: Dealing = replace(dealing, **changes)  # type: ignore[arg-type]
    signature = suites.sign(seed_of(changed.dealer), changed.signing_bytes())
    return replace(changed, signature=signature)


def test_unsound_dealings_are_refused_by_name(three_of_five: Supervisors) -> None:
    """Missing, doubled, of another ceremony, unsigned, without knowledge, too low a degree."""
    first, *rest = three_of_five.dealings
    points = first.commitments
    assert refusal(three_of_five, rest) is Code.NOT_FOUND
    assert refusal(three_of_five, [first, *rest[:-1], first]) is Code.NOT_FOUND
    other = resigned(first, context=bytes(32))
    assert refusal(three_of_five, [other, *rest]) is Code.WRONG_CHAIN
    unsigned = replace(first, proof=bytes(64))
    assert refusal(three_of_five, [unsigned, *rest]) is Code.BAD_SIGNATURE
    low = resigned(first, commitments=points[:2])
    assert refusal(three_of_five, [low, *rest]) is Code.SCHEMA
    # Taking over the difference to a key of one's own choice needs a secret nobody knows.
    rogue = suites.point_difference(suites.base_times(random_scalar()), rest[0].commitments[0])
    stolen = resigned(first, commitments=(rogue, *points[1:]))
    assert refusal(three_of_five, [stolen, *rest]) is Code.BAD_SHARE
    small = resigned(first, commitments=(points[0], bytes([1]) + bytes(32), points[2]))
    assert refusal(three_of_five, [small, *rest]) is Code.BAD_KEY


def test_a_wrong_share_names_its_dealer(three_of_five: Supervisors) -> None:
    """Only its receiver can notice, and does."""
    _, second, *_ = three_of_five.dealings
    key = PublicKey(three_of_five.ceremony.members[2].kem_key[1:])
    for content in (random_scalar(), bytes(32), b"short"):
        box = SealedBox(key).encrypt(content)
        boxes = [*second.shares]
        boxes[2] = box
        cheat = resigned(second, shares=tuple(boxes))
        dealings = [cheat if item.dealer == 2 else item for item in three_of_five.dealings]
        with pytest.raises(Refused) as caught:
            receive_share(three_of_five.ceremony, dealings, 3, kem_secret_of(3))
        assert caught.value.refusal.code is Code.BAD_SHARE
        assert caught.value.refusal.field == "dealings[2]"


def test_only_a_member_deals() -> None:
    with pytest.raises(Refused) as caught:
        deal(agreed(2, 3), seed_of(9))
    assert caught.value.refusal.code is Code.NO_RIGHT
