"""The normal case: propose, pre-prepare, prepare, commit, decide (R2–R6) [PBFT, OSDI'99 §4.2].

`advance` tries the rules in their order whenever something that they depend on has changed. A rule
whose conditions do not hold does nothing.
"""

from consensus.effects import Broadcast, BuildBlock, CheckBlock, Decide, Halt
from consensus.events import BlockBuilt, BlockChecked, Verdict
from consensus.messages import Decided, Justification, PreparedCertificate, PrePrepare, Vote
from consensus.signer_guard import Slot
from consensus.state import Building, HeightState
from consensus.views import cancel_timers, enter_view, stir
from ledger.certificate import CommitCertificate
from ledger.vote import VoteKind, block_vote_bytes


def build(state: HeightState) -> None:
    """R2. Have a block built for view 0.

    1. The view is 0 and this node is its primary.
    2. There is a reason to make a block, and the minimum interval since the parent is over.
    3. This node has neither proposed in this view nor a block being built.
    """
    if state.view != 0 or not state.is_primary:  # 1
        return
    if not state.has_work or state.now_ms < state.build_at_ms:  # 2
        return
    start_building(state, None)  # 3


def start_building(state: HeightState, justification: Justification | None) -> None:
    """Ask for a block of the current view, unless one was proposed or is being built."""
    proposed = (VoteKind.PRE_PREPARE, state.view) in state.own_votes
    if proposed or state.building is not None or state.certificate is not None:
        return
    state.building = Building(justification)
    state.emit(BuildBlock(state.height, state.view))


def on_block_built(state: HeightState, event: BlockBuilt) -> None:
    """Propose the block that the host built, unless the view has passed meanwhile (R14)."""
    building = state.building
    if building is None or (event.height, event.view) != (state.height, state.view):
        return
    state.building = None
    if state.is_primary and state.certificate is None:
        propose(state, event.block_hash, event.payload, building.justification)


def propose(
    state: HeightState, block_hash: bytes, payload: bytes, justification: Justification | None
) -> None:
    """Sign, keep and send the pre-prepare of the current view, once."""
    vote = _signed(state, VoteKind.PRE_PREPARE, block_hash)
    message = PrePrepare(vote, payload, justification)
    state.persist(message)
    state.emit(Broadcast(message))
    state.own_messages.append(message)


def accept(state: HeightState, proposal: PrePrepare) -> None:
    """R3. Take the first valid pre-prepare of a view as its proposal.

    1. Its view is the current one or higher (and so not below the floor).
    2. It is by the primary of its view, signed, justified (R10), and its hash binds its payload.
    3. No other was taken in its view; a second different one is equivocation.

    A higher view is entered at once: the justification proves that a quorum has left the lower
    ones.
    """
    vote = proposal.vote
    assert vote.view >= state.view >= state.floor
    if vote.view > state.view:
        enter_view(state, vote.view)
    assert state.proposal is None
    state.proposal = proposal
    state.note_payload(vote.block_hash, proposal.payload)
    stir(state)
    check_proposal(state)


def check_proposal(state: HeightState) -> None:
    """Have the current proposal checked; only a block that no certificate proves must be fresh."""
    assert state.proposal is not None
    vote, justification = state.proposal.vote, state.proposal.justification
    proven = justification is not None and justification.certificate is not None
    prepared = (VoteKind.PREPARE, state.view) in state.own_votes
    if (proven or prepared) and vote.block_hash in state.validity:
        settle_proposal(state, valid=state.validity[vote.block_hash])
        return
    _check(state, vote.block_hash, fresh=not (proven or prepared))


def _check(state: HeightState, block_hash: bytes, *, fresh: bool) -> None:
    key = (state.view, block_hash)
    if key in state.checks:
        return
    state.checks[key] = fresh
    payload = state.payloads[block_hash]
    proposer = state.primary(state.view)
    state.emit(CheckBlock(state.height, state.view, block_hash, payload, fresh, proposer))


def on_block_checked(state: HeightState, event: BlockChecked) -> None:
    """Take the host's verdict for a check that is still waited for (R14)."""
    key = (event.view, event.block_hash)
    if event.height != state.height or key not in state.checks:
        return
    fresh = state.checks.pop(key)
    valid = event.verdict is not Verdict.INVALID
    if event.block_hash in state.payloads:
        state.validity[event.block_hash] = valid
    proposal = state.proposal
    if proposal is not None and key == (state.view, proposal.vote.block_hash):
        settle_proposal(state, valid=valid and not (fresh and event.verdict is Verdict.STALE))
    advance(state)


def settle_proposal(state: HeightState, *, valid: bool) -> None:
    """Accept or refuse the checked proposal of the current view.

    A certificate of prepares for an invalid block means that a correct validator found it valid:
    the machines disagree about the rules, and voting on would hide it.
    """
    assert state.proposal is not None
    justification = state.proposal.justification
    if not valid and justification is not None and justification.certificate is not None:
        halt(state, "a block that a quorum prepared is invalid here")
        return
    state.accepted = valid


def advance(state: HeightState) -> None:
    """Try R4, R5 and R6 in this order."""
    if state.halted or state.decided is not None:
        return
    prepare(state)
    commit(state)
    decide(state)


def prepare(state: HeightState) -> None:
    """R4. Vote for the proposal of the current view.

    1. The proposal was accepted: checked, and where nothing proves it, fresh.
    2. This node may sign, has sent no prepare in this view, and is not below its floor (R12).

    The payload becomes durable with the vote, so that it can be served and proposed again after a
    crash.
    """
    if not state.accepted or state.proposal is None:  # 1
        return
    if not state.may_sign or (VoteKind.PREPARE, state.view) in state.own_votes:  # 2
        return
    assert state.view >= state.floor
    if state.proposal.vote.signer != state.own_index:
        state.persist(state.proposal)
    _cast(state, VoteKind.PREPARE, state.proposal.vote.block_hash)


def commit(state: HeightState) -> None:
    """R5. Lock on the proposal of the current view and vote to decide it.

    1. The proposal was accepted, so its payload is known and valid.
    2. A quorum sent prepares for it in this view.
    3. This node may sign, has sent no commit in this view, and is not below its floor (R12).

    The certificate becomes durable before the commit: every later view-change must report it.
    """
    if not state.accepted or state.proposal is None:  # 1
        return
    block_hash = state.proposal.vote.block_hash
    if state.prepares.count(state.view, block_hash) < state.quorum:  # 2
        return
    if not state.may_sign or (VoteKind.COMMIT, state.view) in state.own_votes:  # 3
        return
    assert state.view >= state.floor
    signatures = state.prepares.signatures(state.view, block_hash)
    state.lock = PreparedCertificate(state.height, state.view, block_hash, signatures)
    state.persist(state.lock)
    _cast(state, VoteKind.COMMIT, block_hash)


def certify(state: HeightState, vote: Vote) -> None:
    """R6, first half. Form the commit certificate when a commit was counted.

    1. None is held yet.
    2. A quorum sent commits for this block in this one view, past, current or future.
    """
    if state.certificate is not None:  # 1
        return
    if state.commits.count(vote.view, vote.block_hash) < state.quorum:  # 2
        return
    signatures = state.commits.signatures(vote.view, vote.block_hash)
    take_certificate(state, CommitCertificate(state.height, vote.view, vote.block_hash, signatures))


def take_certificate(state: HeightState, certificate: CommitCertificate) -> None:
    """Hold the proof that a block is final; only its payload and check are still waited for."""
    state.certificate = certificate
    state.building = None


def decide(state: HeightState) -> None:
    """R6, second half. Decide the certified block.

    1. A valid commit certificate is held.
    2. The payload of its hash is known (else it is asked for).
    3. The block was found valid (else it is checked; freshness no longer matters).
    """
    certificate = state.certificate
    if certificate is None or state.decided is not None:  # 1
        return
    block_hash = certificate.block_hash
    payload = state.payloads.get(block_hash)
    if payload is None:  # 2
        return
    if block_hash not in state.validity:  # 3
        if not any(checked == block_hash for _, checked in state.checks):
            _check(state, block_hash, fresh=False)
        return
    if not state.validity[block_hash]:
        halt(state, "a block that a quorum committed is invalid here")
        return
    state.decided = Decided(certificate, payload)
    cancel_timers(state)
    state.emit(Decide(state.height, block_hash, payload, certificate))


def halt(state: HeightState, reason: str) -> None:
    """Stop for good; the host keeps the evidence and calls a person."""
    state.halted = True
    cancel_timers(state)
    state.emit(Halt(reason))


def _cast(state: HeightState, kind: VoteKind, block_hash: bytes) -> None:
    vote = _signed(state, kind, block_hash)
    state.persist(vote)
    state.emit(Broadcast(vote))
    state.own_messages.append(vote)


def _signed(state: HeightState, kind: VoteKind, block_hash: bytes) -> Vote:
    """Sign a block vote of the current view and remember it."""
    assert state.may_sign
    assert state.own_index is not None
    genesis_hash = state.context.genesis_hash
    message = block_vote_bytes(kind, genesis_hash, state.height, state.view, block_hash)
    slot = Slot(state.height, state.view, kind)
    signature = state.surroundings.guard.sign(slot, message)
    vote = Vote(kind, state.height, state.view, block_hash, state.own_index, signature)
    state.own_votes[kind, state.view] = vote
    return vote
