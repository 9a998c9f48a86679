"""A commit certificate proves what a quorum signed, and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import suites
from ledger.certificate import (
    CommitCertificate,
    decode_certificate,
    last_certificate_hash,
    verify_certificate,
)
from ledger.encoding import encode
from ledger.quorum import quorum
from ledger.refusal import Code, Refusal
from ledger.validators import Validator, ValidatorSet, validator_set
from ledger.vote import VoteKind, block_vote_bytes
from tests.unit.ledger.strategies import CERTIFICATES, public_key, seed

GENESIS_HASH, OTHER_CHAIN = b"g" * 32, b"o" * 32
BLOCK_HASH = b"b" * 32
HEIGHT, VIEW = 7, 2
SEEDS = {public_key(number): seed(number) for number in range(20)}


def members(n: int) -> ValidatorSet:
    return validator_set(0, [Validator(public_key(number), bytes(32)) for number in range(n)])


def vote(
    validators: ValidatorSet,
    index: int,
    kind: VoteKind = VoteKind.COMMIT,
    genesis_hash: bytes = GENESIS_HASH,
    view: int = VIEW,
) -> tuple[int, bytes]:
    """Return the row of one validator, signed as asked."""
    message = block_vote_bytes(kind, genesis_hash, HEIGHT, view, BLOCK_HASH)
    return index, suites.sign(SEEDS[validators.members[index].public_key], message)


def certificate(validators: ValidatorSet, count: int) -> CommitCertificate:
    rows = tuple(vote(validators, index) for index in range(count))
    return CommitCertificate(HEIGHT, VIEW, BLOCK_HASH, rows)


def refusal(certificate: CommitCertificate, validators: ValidatorSet) -> Refusal | None:
    return verify_certificate(certificate, validators, GENESIS_HASH)


FOUR = members(4)
GOOD = certificate(FOUR, 3)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 7, 9, 10, 13])
def test_a_quorum_proves_and_one_less_does_not(n: int) -> None:
    """From quorum to n signatures prove the block; quorum - 1 do not, for every size."""
    validators = members(n)
    for count in range(n + 1):
        expected = None
        if count < quorum(n):
            expected = Refusal(Code.BAD_CERTIFICATE, "certificate.count")
        assert refusal(certificate(validators, count), validators) == expected


def test_any_quorum_of_members_will_do() -> None:
    """It does not matter which members signed."""
    for missing in range(4):
        rows = tuple(vote(FOUR, index) for index in range(4) if index != missing)
        assert refusal(replace(GOOD, signatures=rows), FOUR) is None


def test_a_member_counts_once() -> None:
    """One signature listed twice is not two."""
    rows = (vote(FOUR, 0), vote(FOUR, 1), vote(FOUR, 1))
    doubled = replace(GOOD, signatures=rows)
    assert refusal(doubled, FOUR) == Refusal(Code.BAD_CERTIFICATE, "certificate.order")


def test_the_order_is_fixed() -> None:
    """The same signatures in another order are another byte string and are refused."""
    rows = (vote(FOUR, 1), vote(FOUR, 0), vote(FOUR, 2))
    disordered = replace(GOOD, signatures=rows)
    assert refusal(disordered, FOUR) == Refusal(Code.BAD_CERTIFICATE, "certificate.order")


def test_every_signature_is_checked() -> None:
    """A bad surplus signature is refused though a quorum of good ones stands before it."""
    index, signature = vote(FOUR, 3)
    bad = (index, signature[:-1] + bytes([signature[-1] ^ 1]))
    surplus = replace(GOOD, signatures=(*GOOD.signatures, bad))
    assert refusal(surplus, FOUR) == Refusal(Code.BAD_CERTIFICATE, "certificate.signatures[3]")


def test_a_stranger_does_not_vote() -> None:
    """A signature by a key outside the set is refused at any index."""
    _, foreign = vote(members(7), 6)
    swapped = replace(GOOD, signatures=(*GOOD.signatures[:2], (2, foreign)))
    assert refusal(swapped, FOUR) is not None


@pytest.mark.parametrize("index", [4, 5, 255])
def test_an_index_beyond_the_set_is_refused(index: int) -> None:
    """Indices name members of the set and nobody else."""
    rows = (*GOOD.signatures[:2], (index, GOOD.signatures[2][1]))
    beyond = replace(GOOD, signatures=rows)
    assert refusal(beyond, FOUR) == Refusal(Code.BAD_CERTIFICATE, "certificate.index")


def test_a_negative_index_does_not_wrap_around() -> None:
    """An index below zero, which no bytes can carry, is refused all the same."""
    rows = ((-1, vote(FOUR, 3)[1]), *GOOD.signatures[:2])
    assert refusal(replace(GOOD, signatures=rows), FOUR) is not None


@pytest.mark.parametrize("kind", [VoteKind.PREPARE, VoteKind.PRE_PREPARE])
def test_other_votes_do_not_pass_as_commits(kind: VoteKind) -> None:
    """Prepares and pre-prepares for the same block in the same slot prove nothing."""
    rows = tuple(vote(FOUR, index, kind) for index in range(3))
    assert refusal(replace(GOOD, signatures=rows), FOUR) is not None


def test_votes_of_another_chain_do_not_count() -> None:
    """The same validators on a chain with another genesis sign other bytes."""
    rows = tuple(vote(FOUR, index, genesis_hash=OTHER_CHAIN) for index in range(3))
    foreign = replace(GOOD, signatures=rows)
    assert refusal(foreign, FOUR) is not None
    assert verify_certificate(foreign, FOUR, OTHER_CHAIN) is None
    assert verify_certificate(GOOD, FOUR, OTHER_CHAIN) is not None


def test_votes_of_two_views_do_not_add_up() -> None:
    """All signatures are of the one view that the certificate names."""
    mixed = (*GOOD.signatures[:2], vote(FOUR, 2, view=VIEW + 1))
    assert refusal(replace(GOOD, signatures=mixed), FOUR) is not None


@pytest.mark.parametrize(
    "other",
    [
        replace(GOOD, height=HEIGHT + 1),
        replace(GOOD, view=VIEW + 1),
        replace(GOOD, block_hash=bytes(32)),
    ],
)
def test_what_was_signed_is_bound(other: CommitCertificate) -> None:
    """Height, view and block hash are part of the signed bytes."""
    assert refusal(other, FOUR) is not None


def test_another_set_does_not_verify() -> None:
    """Signatures count for the members at their indices only."""
    others = validator_set(0, [Validator(public_key(n), bytes(32)) for n in range(4, 8)])
    assert refusal(GOOD, others) is not None


@given(st.integers(0, 8 * 65 * 3 - 1))
def test_no_bit_of_a_signature_is_free(bit: int) -> None:
    """Any flipped bit of any signature is refused."""
    row, within = divmod(bit, 8 * 65)
    index, signature = GOOD.signatures[row]
    spoilt = (int.from_bytes(signature, "big") ^ 1 << within).to_bytes(65, "big")
    rows = (*GOOD.signatures[:row], (index, spoilt), *GOOD.signatures[row + 1 :])
    assert refusal(replace(GOOD, signatures=rows), FOUR) is not None


@given(CERTIFICATES)
def test_the_hash_of_the_last_certificate_binds_it(other: CommitCertificate) -> None:
    """Headers name one certificate by hash; block 1 names the empty list."""
    assert last_certificate_hash(other) != last_certificate_hash(None)
    assert (last_certificate_hash(other) == last_certificate_hash(GOOD)) == (other == GOOD)
    assert decode_certificate(other.encoded()) == other
    assert last_certificate_hash(None) == suites.tagged_hash(b"qc/certificate/v1", encode([]))
