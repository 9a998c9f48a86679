"""R2–R6: propose, pre-prepare, prepare, commit, decide; what is durable before what is sent."""

from dataclasses import replace

from consensus.codec import encode_record
from consensus.effects import (
    Broadcast,
    BuildBlock,
    CheckBlock,
    Decide,
    Halt,
    Persist,
    Rejected,
    Send,
)
from consensus.events import BlockBuilt, BlockChecked, MessageReceived, Verdict
from consensus.messages import PayloadRequest, PayloadResponse, PrePrepare, ViewChange, Vote
from consensus.timing import TimerKind
from ledger.certificate import verify_certificate
from ledger.vote import VoteKind
from tests.unit.consensus.bench import (
    BLOCK,
    GENESIS_HASH,
    HASH,
    OTHER,
    OTHER_HASH,
    PEER,
    Bench,
    only,
)


def votes_sent(effects: tuple[object, ...]) -> list[VoteKind]:
    """Return the kinds of the block votes that are broadcast."""
    messages = [effect.message for effect in effects if isinstance(effect, Broadcast)]
    return [message.kind for message in messages if isinstance(message, Vote)]


def test_a_height_is_decided_in_three_phases() -> None:
    """A backup prepares what the primary proposes, commits what a quorum prepared, and decides."""
    bench = Bench()
    bench.start()
    asked = only(bench.receive(bench.pre_prepare()), CheckBlock)
    assert [(item.block_hash, item.fresh, item.proposer) for item in asked] == [(HASH, True, 1)]
    assert votes_sent(bench.check()) == [VoteKind.PREPARE]
    assert votes_sent(bench.receive(bench.prepare(1))) == []
    assert votes_sent(bench.receive(bench.prepare(2))) == [VoteKind.COMMIT]
    assert not only(bench.receive(bench.commit(1)), Decide)
    (decision,) = only(bench.receive(bench.commit(2)), Decide)
    assert (decision.height, decision.block_hash, decision.payload) == (1, HASH, BLOCK)
    assert [signer for signer, _ in decision.certificate.signatures] == [0, 1, 2]


def test_the_certificate_is_the_one_that_everybody_verifies() -> None:
    """What consensus forms passes the ledger's verifier of Ed25519 certificates' form."""
    bench = Bench()
    bench.start()
    bench.receive(bench.decided())
    (decision,) = only(bench.check(), Decide)
    refusal = verify_certificate(decision.certificate, bench.validators, GENESIS_HASH)
    # The bench signs with keyed hashes, so exactly the signature is what the ledger objects to.
    assert refusal is not None
    assert refusal.field == "certificate.signatures[1]"


def test_everything_under_a_vote_is_durable_before_it_is_sent() -> None:
    """Payload and prepare before the prepare; lock and commit before the commit."""
    bench = Bench()
    bench.start()
    proposal = bench.pre_prepare()
    bench.receive(proposal)
    effects = bench.check()
    own = bench.prepare(0)
    expected = [Persist(1, encode_record(proposal)), Persist(1, encode_record(own)), Broadcast(own)]
    assert list(effects) == expected
    effects = bench.receive(bench.prepare(1), bench.prepare(2))
    commit = bench.commit(0)
    lock = bench.prepared(signers=(0, 1, 2))
    expected = [
        Persist(1, encode_record(lock)),
        Persist(1, encode_record(commit)),
        Broadcast(commit),
    ]
    assert [item for item in effects if isinstance(item, Persist | Broadcast)] == expected


def test_the_primary_proposes_and_votes_like_everybody() -> None:
    """R2, R0: its own block goes through admission and check before its own prepare."""
    bench = Bench(index=1)
    bench.start()
    assert only(bench.work(), BuildBlock) == [BuildBlock(1, 0)]
    effects = bench.build()
    proposal = bench.pre_prepare()
    assert effects[:2] == (Persist(1, encode_record(proposal)), Broadcast(proposal))
    assert only(effects, CheckBlock)
    assert votes_sent(effects) == []
    assert votes_sent(bench.check()) == [VoteKind.PREPARE]


def test_the_primary_needs_work_and_the_end_of_the_interval() -> None:
    """R2.2: nothing is built on an idle chain, nor before the minimum interval is over."""
    bench = Bench(index=1)
    assert not only(bench.start(build_at_ms=300), BuildBlock)
    assert not only(bench.work(), BuildBlock)
    assert only(bench.expire(TimerKind.PACING, after_ms=300), BuildBlock)


def test_a_backup_builds_nothing() -> None:
    """R2.1."""
    bench = Bench(index=0)
    bench.start()
    assert not only(bench.work(), BuildBlock)


def test_one_proposal_per_view() -> None:
    """R2.3: neither more work nor a second answer makes a second proposal."""
    bench = Bench(index=1)
    bench.start()
    bench.work()
    bench.build()
    assert not only(bench.work(), BuildBlock)
    again = bench.step(BlockBuilt(1, 0, OTHER_HASH, OTHER))
    assert not only(again, Broadcast)


def test_a_block_that_comes_after_its_view_is_dropped() -> None:
    """R14: the view moved on while the block was being built."""
    bench = Bench(index=1)
    bench.start()
    bench.work()
    bench.receive(bench.view_change(2), bench.view_change(3))
    assert bench.state.view == 1
    assert not only(bench.build(), Broadcast)


def test_a_stale_block_is_not_prepared_but_can_be_decided() -> None:
    """R4.1: freshness is a matter of this node's vote, not of the block's validity."""
    bench = Bench()
    bench.start()
    bench.receive(bench.pre_prepare())
    assert votes_sent(bench.check(Verdict.STALE)) == []
    effects = bench.receive(*(bench.prepare(signer) for signer in (1, 2, 3)))
    assert votes_sent(effects) == []
    assert only(bench.receive(*(bench.commit(signer) for signer in (1, 2, 3))), Decide)


def test_an_invalid_block_is_not_prepared() -> None:
    """R4.1."""
    bench = Bench()
    bench.start()
    bench.receive(bench.pre_prepare())
    effects = bench.check(Verdict.INVALID)
    assert votes_sent(effects) == []
    assert not only(effects, Halt)


def test_a_commit_needs_the_own_check() -> None:
    """R5.1: no quorum makes this node vouch for a block that it has not checked."""
    bench = Bench()
    bench.start()
    effects = bench.receive(bench.pre_prepare(), *(bench.prepare(signer) for signer in (1, 2, 3)))
    assert votes_sent(effects) == []
    assert votes_sent(bench.check()) == [VoteKind.PREPARE, VoteKind.COMMIT]


def test_prepares_of_two_views_make_no_quorum() -> None:
    """R5.2."""
    bench = Bench()
    bench.start()
    bench.receive(bench.pre_prepare())
    bench.check()
    effects = bench.receive(bench.prepare(1, view=0), bench.prepare(2, view=1))
    assert votes_sent(effects) == []


def test_commits_of_two_views_make_no_quorum() -> None:
    """R6.1: never a sum over views."""
    bench = Bench()
    bench.start()
    bench.receive(bench.pre_prepare())
    bench.check()
    assert not only(
        bench.receive(bench.commit(1, 0), bench.commit(2, 0), bench.commit(3, 1)), Decide
    )


def test_commits_of_a_past_view_decide() -> None:
    """R6.1: a quorum is a quorum, whatever view this node is in."""
    bench = Bench()
    bench.start()
    bench.receive(bench.pre_prepare())
    bench.check()
    bench.receive(bench.view_change(1, 3), bench.view_change(2, 3))
    assert bench.state.view == 3
    effects = bench.receive(*(bench.commit(signer, view=0) for signer in (1, 2, 3)))
    assert only(effects, Decide)[0].certificate.view == 0


def test_commits_of_the_next_view_decide() -> None:
    """R6.1: this node missed the view change; the certificate is enough."""
    bench = Bench()
    bench.start()
    bench.receive(bench.pre_prepare())
    bench.check()
    effects = bench.receive(*(bench.commit(signer, view=1) for signer in (1, 2, 3)))
    assert only(effects, Decide)[0].certificate.view == 1


def test_a_missing_payload_is_fetched_by_its_hash() -> None:
    """R6.2: asked of the peer that brought the last commit; a wrong answer does not count."""
    bench = Bench()
    bench.start()
    effects = bench.receive(*(bench.commit(signer) for signer in (1, 2, 3)))
    assert only(effects, Send) == [Send(PEER, PayloadRequest(1, HASH))]
    assert not bench.receive(PayloadResponse(1, OTHER))
    assert only(bench.receive(PayloadResponse(1, b"garbage")), Rejected)
    asked = only(bench.receive(PayloadResponse(1, BLOCK)), CheckBlock)
    assert [item.fresh for item in asked] == [False]
    assert only(bench.check(), Decide)


def test_a_payload_that_never_comes_is_asked_of_everybody() -> None:
    """R6.2 again, with each repetition."""
    bench = Bench()
    bench.start()
    bench.receive(*(bench.commit(signer) for signer in (1, 2, 3)))
    effects = bench.expire(TimerKind.RESEND, after_ms=500)
    assert Broadcast(PayloadRequest(1, HASH)) in effects


def test_a_committed_block_that_is_invalid_here_halts() -> None:
    """R6.3: a quorum and this node disagree about the rules; nothing more is signed."""
    bench = Bench()
    bench.start()
    bench.receive(bench.decided())
    assert only(bench.check(Verdict.INVALID), Halt)
    assert bench.receive(bench.prepare(1)) == ()


def test_a_prepared_block_that_is_invalid_here_halts() -> None:
    """A certificate of prepares shows that a correct validator found the block valid."""
    bench = Bench()
    bench.start()
    lock = bench.prepared(view=0)
    bench.receive(bench.pre_prepare(1, BLOCK, bench.justification(1, lock)))
    assert only(bench.check(Verdict.INVALID), Halt)


def test_a_proven_block_need_not_be_fresh() -> None:
    """R3, R4.1: another proposer and an old time are no reason to refuse a locked block."""
    bench = Bench()
    bench.start()
    lock = bench.prepared(view=0)
    effects = bench.receive(bench.pre_prepare(1, BLOCK, bench.justification(1, lock)))
    assert [item.fresh for item in only(effects, CheckBlock)] == [False]
    assert votes_sent(bench.check(Verdict.STALE)) == [VoteKind.PREPARE]


def test_two_certified_blocks_of_one_height_halt() -> None:
    """More traitors than tolerated: the node stops and keeps the evidence."""
    bench = Bench()
    bench.start()
    bench.receive(bench.decided())
    bench.check()
    assert only(bench.receive(bench.decided(OTHER)), Halt)


def test_a_higher_view_is_entered_with_its_proposal() -> None:
    """R3: the justification proves that a quorum is there; no own view-change is needed."""
    bench = Bench()
    bench.start()
    effects = bench.receive(bench.pre_prepare(2))
    assert bench.state.view == 2
    sent = [item.message for item in only(effects, Broadcast)]
    assert not any(isinstance(message, ViewChange) for message in sent)
    assert votes_sent(bench.check()) == [VoteKind.PREPARE]


def test_a_verdict_for_a_left_view_is_dropped() -> None:
    """R14: no vote comes of a check whose view has passed."""
    bench = Bench()
    bench.start()
    bench.receive(bench.pre_prepare())
    asked = only(bench.effects, CheckBlock)[-1]
    bench.receive(bench.view_change(1), bench.view_change(2))
    assert bench.step(BlockChecked(1, asked.view, asked.block_hash, Verdict.VALID)) == ()


def test_a_relay_cannot_spoil_a_proposal() -> None:
    """R3.2: the right payload still counts after one that its hash does not bind."""
    bench = Bench()
    bench.start()
    proposal = bench.pre_prepare()
    spoilt = PrePrepare(proposal.vote, OTHER, None)
    assert only(bench.receive(spoilt, replace(spoilt, payload=b"x")), Rejected)
    assert only(bench.step(MessageReceived(b"honest", proposal)), CheckBlock)
