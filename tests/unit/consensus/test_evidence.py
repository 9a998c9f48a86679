"""Evidence: what a validator contradicted, proven by its two signatures, and nobody framed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.evidence import (
    EVIDENCE_ITEM_SIZE_MAX,
    Evidence,
    decode_evidence,
    evidence_of,
    offence_of,
)
from consensus.messages import SignedVote, ViewChangeVote, Vote
from ledger import suites
from ledger.encoding import DEPTH_MAX, Value, encode
from ledger.offence import Offence, OffenceKind
from ledger.refusal import Code, Refusal, Refused
from ledger.validators import VALIDATORS_MAX
from ledger.vote import Prepared, VoteKind, block_vote_bytes, view_change_bytes
from tests.simulation.signatures import make_keys, validator_set_of

GENESIS = suites.tagged_hash(b"evidence/genesis")
KEYS = make_keys(4, real=True)
VALIDATORS = validator_set_of(KEYS)
ONE, OTHER = bytes([1]) * 32, bytes([2]) * 32
HEIGHT = 7


def block_vote(kind: VoteKind, block_hash: bytes, signer: int = 1, view: int = 0) -> Vote:
    message = block_vote_bytes(kind, GENESIS, HEIGHT, view, block_hash)
    return Vote(kind, HEIGHT, view, block_hash, signer, KEYS.sign[signer](message))


def view_change(view: int, lock: Prepared | None, signer: int = 1) -> ViewChangeVote:
    message = view_change_bytes(GENESIS, HEIGHT, view, lock)
    return ViewChangeVote(HEIGHT, view, lock, signer, KEYS.sign[signer](message))


CONTRADICTIONS: dict[OffenceKind, tuple[SignedVote, SignedVote]] = {
    OffenceKind(kind.value): (block_vote(kind, ONE), block_vote(kind, OTHER))
    for kind in (VoteKind.PRE_PREPARE, VoteKind.PREPARE, VoteKind.COMMIT)
} | {
    OffenceKind.VIEW_CHANGE: (view_change(2, None), view_change(2, Prepared(0, ONE))),
    OffenceKind.LOST_LOCK: (block_vote(VoteKind.COMMIT, ONE), view_change(1, None)),
}


def offence(evidence: Evidence) -> Offence | Refusal:
    return offence_of(evidence, VALIDATORS, GENESIS, suites.verify)


def proven(one: SignedVote, other: SignedVote) -> Evidence:
    evidence = evidence_of(one, other)
    assert evidence is not None
    return evidence


@pytest.mark.parametrize("kind", CONTRADICTIONS)
def test_each_kind_is_proven_whoever_finds_it_first(kind: OffenceKind) -> None:
    """The order in which the messages came leaves no trace, so that an offence has one proof."""
    first, second = CONTRADICTIONS[kind]
    evidence = proven(first, second)
    assert evidence == proven(second, first)
    assert decode_evidence(evidence.encoded()) == evidence
    assert len(evidence.encoded()) <= EVIDENCE_ITEM_SIZE_MAX
    member = VALIDATORS.members[1]
    assert offence(evidence) == Offence(
        HEIGHT, member.public_key, member.organisation, kind, evidence.id()
    )


@pytest.mark.parametrize(
    "lock", [None, Prepared(0, ONE), Prepared(1, ONE)], ids=["none", "lower", "just lower"]
)
def test_a_lock_below_the_commit_is_lost(lock: Prepared | None) -> None:
    commit = block_vote(VoteKind.COMMIT, ONE, view=2)
    assert proven(commit, view_change(3, lock)).kind is OffenceKind.LOST_LOCK


@pytest.mark.parametrize(
    "change",
    [
        view_change(3, Prepared(2, ONE)),
        view_change(9, Prepared(5, OTHER)),
        view_change(2, None),
        view_change(1, None),
    ],
    ids=["kept", "a higher one", "its own view", "before the commit"],
)
def test_an_honest_view_change_is_no_evidence(change: ViewChangeVote) -> None:
    """Who locked anew later, or left the views below before it committed, did nothing wrong."""
    commit = block_vote(VoteKind.COMMIT, ONE, view=2)
    assert evidence_of(commit, change) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (block_vote(VoteKind.PREPARE, ONE), block_vote(VoteKind.PREPARE, ONE)),
        (block_vote(VoteKind.PREPARE, ONE), block_vote(VoteKind.COMMIT, OTHER)),
        (block_vote(VoteKind.PREPARE, ONE), block_vote(VoteKind.PREPARE, OTHER, view=1)),
        (block_vote(VoteKind.PREPARE, ONE), block_vote(VoteKind.PREPARE, OTHER, signer=2)),
        (block_vote(VoteKind.PREPARE, ONE), view_change(1, None)),
        (view_change(1, None), view_change(2, Prepared(0, ONE))),
        (view_change(1, None), view_change(1, None)),
        (
            block_vote(VoteKind.COMMIT, ONE),
            replace(block_vote(VoteKind.COMMIT, OTHER), height=HEIGHT + 1),
        ),
    ],
    ids=[
        "twice the same",
        "two kinds",
        "two views",
        "two signers",
        "a prepare locks nothing",
        "two view-changes",
        "one view-change",
        "two heights",
    ],
)
def test_agreeing_messages_are_no_evidence(one: SignedVote, other: SignedVote) -> None:
    assert evidence_of(one, other) is None
    for first, second in ((one, other), (other, one)):
        with pytest.raises(Refused):
            decode_evidence(Evidence(first, second, OffenceKind.PREPARE).encoded())


def test_only_one_order_is_evidence() -> None:
    """Otherwise one offence would have two ids."""
    for first, second in CONTRADICTIONS.values():
        evidence = proven(first, second)
        swapped = Evidence(evidence.second, evidence.first, evidence.kind)
        with pytest.raises(Refused) as caught:
            decode_evidence(swapped.encoded())
        assert caught.value.refusal.code is Code.BAD_EVIDENCE


@pytest.mark.parametrize("kind", CONTRADICTIONS)
def test_nobody_is_framed(kind: OffenceKind) -> None:
    """A forged half, another one's signature, another chain, another set: nothing is proven."""
    first, second = CONTRADICTIONS[kind]
    forged = bytes(suites.SIGNATURE_SIZE)
    for one, other in (
        (replace(first, signature=forged), second),
        (first, replace(second, signature=forged)),
    ):
        assert offence(proven(one, other)) == Refusal(Code.BAD_EVIDENCE, "signature")
    blamed = proven(replace(first, signer=2), replace(second, signer=2))
    assert offence(blamed) == Refusal(Code.BAD_EVIDENCE, "signature")
    outside = proven(replace(first, signer=4), replace(second, signer=4))
    assert offence(outside) == Refusal(Code.BAD_EVIDENCE, "signer")
    evidence = proven(first, second)
    elsewhere = offence_of(evidence, VALIDATORS, ONE, suites.verify)
    assert elsewhere == Refusal(Code.BAD_EVIDENCE, "signature")
    shifted = proven(replace(first, height=HEIGHT + 1), replace(second, height=HEIGHT + 1))
    assert offence(shifted) == Refusal(Code.BAD_EVIDENCE, "signature")


def total(data: bytes) -> Evidence | None:
    """Decode and judge any bytes; whatever is raised but a refusal fails the test."""
    try:
        evidence = decode_evidence(data)
    except Refused:
        return None
    assert evidence.encoded() == data
    offence(evidence)
    return evidence


@given(st.binary(max_size=EVIDENCE_ITEM_SIZE_MAX + 8))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    total(data)


@given(st.sampled_from(list(CONTRADICTIONS)), st.data())
def test_a_changed_byte_proves_nothing(kind: OffenceKind, data: st.DataObject) -> None:
    """Nothing in evidence is uncovered: each byte is of the form or under a signature."""
    encoded = proven(*CONTRADICTIONS[kind]).encoded()
    at = data.draw(st.integers(0, len(encoded) - 1))
    changed = (
        encoded[:at] + bytes([encoded[at] ^ data.draw(st.integers(1, 255))]) + encoded[at + 1 :]
    )
    evidence = total(changed)
    assert evidence is None or isinstance(offence(evidence), Refusal)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 2**64 - 1),
    st.sampled_from([ONE, OTHER, bytes(65), b""]),
    st.text(max_size=3),
)
VOTES = st.tuples(
    st.integers(0, 5),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**33),
    SCALARS | st.lists(SCALARS, max_size=3),
    st.integers(0, VALIDATORS_MAX),
    st.sampled_from([bytes(65), bytes(64)]),
).map(list)


@given(st.lists(st.one_of(VOTES, SCALARS, st.lists(SCALARS, max_size=7)), max_size=3))
def test_any_arrays_are_decoded_or_refused(value: Value) -> None:
    """Arrays that look like evidence reach every check of the reader."""
    total(encode(value))


def test_depth_and_size_are_bounded() -> None:
    nested = b"\x81" * (DEPTH_MAX + 4) + b"\x00"
    assert total(nested) is None
    assert total(bytes(EVIDENCE_ITEM_SIZE_MAX + 1)) is None
