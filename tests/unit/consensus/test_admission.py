"""What is refused, what is merely dropped, and what is noticed on the way in."""

from dataclasses import replace

import pytest

from consensus.effects import EquivocationSeen, Rejected
from consensus.messages import Message, PayloadResponse
from consensus.state import PAST_COMMIT_VIEWS
from consensus.verification import VERIFIED_PER_VALIDATOR_MAX
from ledger.refusal import Code
from ledger.vote import VoteKind
from tests.unit.consensus.bench import HASH, OTHER, OTHER_HASH, Bench, only

BENCH = Bench()
BAD = bytes(65)


def started(size: int = 4) -> Bench:
    """Return a bench with its height started."""
    bench = Bench(size=size)
    bench.start()
    return bench


@pytest.mark.parametrize(
    ("message", "code", "field"),
    [
        (replace(BENCH.prepare(1), signature=BAD), Code.BAD_SIGNATURE, "vote.signature"),
        (replace(BENCH.commit(1), signer=2), Code.BAD_SIGNATURE, "vote.signature"),
        (replace(BENCH.prepare(1), kind=VoteKind.COMMIT), Code.BAD_SIGNATURE, "vote.signature"),
        (replace(BENCH.prepare(1), signer=200), Code.BAD_SIGNATURE, "vote.signature"),
        (BENCH.pre_prepare().vote, Code.SCHEMA, "vote.kind"),
        (
            replace(BENCH.pre_prepare(), vote=BENCH.vote(VoteKind.PRE_PREPARE, 2)),
            Code.NO_RIGHT,
            "pre_prepare.signer",
        ),
        (
            replace(BENCH.pre_prepare(), vote=replace(BENCH.pre_prepare().vote, signature=BAD)),
            Code.BAD_SIGNATURE,
            "pre_prepare.signature",
        ),
        (replace(BENCH.pre_prepare(), payload=OTHER), Code.BAD_BODY, "pre_prepare.payload"),
        (
            replace(BENCH.pre_prepare(), justification=BENCH.justification(1)),
            Code.BAD_CERTIFICATE,
            "justification",
        ),
        (BENCH.view_change(1, 0), Code.SCHEMA, "view_change.view"),
        (replace(BENCH.decided(), payload=OTHER), Code.BAD_BODY, "decided.payload"),
        (
            replace(BENCH.decided(), certificate=BENCH.certificate(signers=(1, 2))),
            Code.BAD_CERTIFICATE,
            "certificate.count",
        ),
        (
            replace(BENCH.decided(), certificate=BENCH.certificate(signers=(1, 2, 2))),
            Code.BAD_CERTIFICATE,
            "certificate.order",
        ),
        (
            replace(BENCH.decided(), certificate=replace(BENCH.certificate(), view=1)),
            Code.BAD_CERTIFICATE,
            "certificate.signatures[1]",
        ),
    ],
)
def test_what_no_correct_peer_sends_is_refused(message: Message, code: Code, field: str) -> None:
    """Each refusal names its code and field, and leaves the state as it was."""
    bench = started()
    (effect,) = bench.receive(message)
    assert isinstance(effect, Rejected)
    assert (effect.refusal.code, effect.refusal.field) == (code, field)
    assert bench.state.proposal is None
    assert bench.state.certificate is None
    assert len(bench.state.prepares) == len(bench.state.commits) == 0


@pytest.mark.parametrize(
    "message",
    [
        BENCH.prepare(1, view=2),
        BENCH.commit(1, view=2),
        PayloadResponse(1, OTHER),
        PayloadResponse(7, OTHER),
        Bench(height=9).decided(),
    ],
)
def test_what_is_useless_is_dropped_without_blame(message: Message) -> None:
    """Too early, not asked for, or too far: reordering and impatience are no offence."""
    bench = started()
    assert not only(bench.receive(message), Rejected)
    assert len(bench.state.prepares) == len(bench.state.commits) == 0


def test_votes_of_the_window_are_kept() -> None:
    """Prepares of this view and the next; commits of eight past views besides."""
    bench = started()
    view = 20
    bench.receive(bench.view_change(1, view), bench.view_change(2, view))
    assert bench.state.view == view
    offered = range(view - 12, view + 4)
    bench.receive(*(bench.prepare(1, item) for item in offered))
    bench.receive(*(bench.commit(1, item) for item in offered))
    assert bench.state.prepares.views() == (view, view + 1)
    assert bench.state.commits.views() == tuple(range(view - PAST_COMMIT_VIEWS, view + 2))


def test_a_late_proposal_is_dropped() -> None:
    """R3.1: the view was left."""
    bench = started()
    bench.receive(bench.view_change(1), bench.view_change(2))
    assert bench.receive(bench.pre_prepare(0)) == ()


def test_a_repeated_message_costs_nothing() -> None:
    """Duplicates have no effect."""
    bench = started()
    for message in (bench.pre_prepare(), bench.prepare(1), bench.commit(1), bench.view_change(1)):
        bench.receive(message)
        assert bench.receive(message) == ()


def test_only_the_highest_view_change_is_kept() -> None:
    """R11: one for each validator, and a lower one changes nothing."""
    bench = started()
    bench.receive(bench.view_change(1, 5), bench.view_change(1, 3))
    assert bench.state.view_changes[1].vote.view == 5
    assert len(bench.state.view_changes) == 1


def test_a_refused_view_change_does_not_take_the_place_of_the_next() -> None:
    """R11.2: a bad certificate attached by a relay does not silence its signer."""
    bench = started()
    honest = bench.view_change(1, 2, bench.prepared(view=1))
    forged = replace(honest, certificate=bench.prepared(view=1, signers=(1, 2)))
    assert only(bench.receive(forged), Rejected)
    bench.receive(honest)
    assert bench.state.view_changes[1] == honest


@pytest.mark.parametrize("kind", [VoteKind.PREPARE, VoteKind.COMMIT])
def test_double_votes_are_noticed_and_both_count(kind: VoteKind) -> None:
    """R13: hiding one of them would hide a quorum from somebody."""
    bench = started()
    first, second = bench.vote(kind, 1), bench.vote(kind, 1, value=OTHER_HASH)
    bench.receive(first)
    assert EquivocationSeen(first, second) in bench.receive(second)
    tally = bench.state.prepares if kind is VoteKind.PREPARE else bench.state.commits
    assert (tally.count(0, HASH), tally.count(0, OTHER_HASH)) == (1, 1)


def test_two_proposals_of_one_view_are_noticed() -> None:
    """R3.3: the first counts, the second is evidence."""
    bench = started()
    first, second = bench.pre_prepare(), bench.pre_prepare(0, OTHER)
    bench.receive(first)
    assert bench.receive(second) == (EquivocationSeen(first.vote, second.vote),)
    assert bench.state.proposal == first


def test_two_locks_of_one_view_change_are_noticed() -> None:
    """Two view-changes for one view with different claims."""
    bench = started()
    first, second = bench.view_change(1, 2), bench.view_change(1, 2, bench.prepared(view=1))
    bench.receive(first)
    assert bench.receive(second) == (EquivocationSeen(first.vote, second.vote),)


@pytest.mark.parametrize("commit_first", [True, False])
def test_a_lost_lock_is_noticed(commit_first: bool) -> None:
    """A commit in view 0 and a view-change that denies it prove the fault together."""
    bench = started()
    commit, change = bench.commit(1), bench.view_change(1, 2)
    messages: tuple[Message, Message] = (commit, change) if commit_first else (change, commit)
    seen = only(bench.receive(*messages), EquivocationSeen)
    assert seen == [EquivocationSeen(commit, change.vote)]


def test_an_honest_lock_is_no_evidence() -> None:
    """A view-change that reports the commit's view or a higher one is in order."""
    bench = started()
    lock = bench.prepared(view=1)
    effects = bench.receive(bench.commit(1, 0), bench.commit(1, 1), bench.view_change(1, 2, lock))
    assert not only(effects, EquivocationSeen)


def test_evidence_is_reported_once() -> None:
    """One report for each offender and height."""
    bench = started()
    bench.receive(bench.prepare(1), bench.prepare(1, value=OTHER_HASH), bench.commit(1))
    effects = bench.receive(bench.commit(1, value=OTHER_HASH))
    assert not only(effects, EquivocationSeen)


def test_a_forged_second_lock_is_no_evidence() -> None:
    """Equivocation is what the signer signed, not what a relay made up."""
    bench = started()
    held = bench.view_change(1, 2)
    forged = replace(held, vote=bench.view_change(1, 2, bench.prepared(view=1)).vote)
    forged = replace(forged, vote=replace(forged.vote, signature=BAD))
    bench.receive(held)
    (effect,) = bench.receive(forged)
    assert isinstance(effect, Rejected)


def test_a_decided_height_needs_no_view_change() -> None:
    """It is over."""
    bench = started()
    bench.receive(bench.decided())
    bench.check()
    assert bench.receive(bench.view_change(1)) == ()
    assert bench.state.view_changes == {}


def test_verified_votes_are_remembered_within_a_bound() -> None:
    """However many votes a validator signs, the memory of what was verified stays bounded."""
    verifier = BENCH.verifier()
    for view in range(VERIFIED_PER_VALIDATOR_MAX * 4 + 20):
        assert verifier.is_signed(BENCH.commit(1, view))
    assert len(verifier._verified) == VERIFIED_PER_VALIDATOR_MAX * 4
    assert not verifier.is_signed(replace(BENCH.commit(1), signature=BAD))
