"""View changes: time-out, f + 1 jump, proposal of a new view (R7–R9) [PBFT, OSDI'99 §4.4]."""

from consensus.effects import Broadcast
from consensus.messages import Justification, PreparedCertificate, ViewChange, ViewChangeVote
from consensus.normal_case import propose, start_building
from consensus.signer_guard import Slot
from consensus.state import HeightState
from consensus.views import arm_resend, arm_view_timer, enter_view
from ledger.quorum import weak_quorum
from ledger.vote import VIEW_MAX, Prepared, VoteKind, view_change_bytes


def on_view_timeout(state: HeightState) -> None:
    """R7. The current view made no decision in time: leave it.

    1. Nothing is certified, and this node may sign.
    """
    if state.certificate is None and state.may_sign and state.view < VIEW_MAX:  # 1
        change_view(state, state.view + 1)


def on_view_change_counted(state: HeightState) -> None:
    """Try what another view-change may allow: the jump, the start of the timer, the proposal."""
    if state.certificate is not None:
        return
    jump(state)
    arm_view_timer(state)
    propose_new_view(state)


def jump(state: HeightState) -> None:
    """R8. Join the views that a correct validator has reached.

    1. f + 1 validators sent view-changes for views above the current one.

    The lowest view among the f + 1 highest is entered, so that f faulty ones can drag nobody along.
    """
    latest = sorted((item.vote.view for item in state.view_changes.values()), reverse=True)
    needed = weak_quorum(state.size)
    if len(latest) < needed or latest[needed - 1] <= state.view:  # 1
        return
    if state.may_sign:
        change_view(state, latest[needed - 1])
    else:
        enter_view(state, latest[needed - 1])


def change_view(state: HeightState, view: int) -> None:
    """Enter a view and say so: the floor rises, and the lock is reported as it is (R7, R8, R12)."""
    assert state.own_index is not None
    enter_view(state, view)
    state.floor = view
    lock = state.lock
    prepared = None if lock is None else Prepared(lock.view, lock.block_hash)
    message = view_change_bytes(state.context.genesis_hash, state.height, view, prepared)
    slot = Slot(state.height, view, VoteKind.VIEW_CHANGE)
    signature = state.surroundings.guard.sign(slot, message)
    vote = ViewChangeVote(state.height, view, prepared, state.own_index, signature)
    state.own_view_change = ViewChange(vote, lock)
    state.persist(state.own_view_change)
    state.emit(Broadcast(state.own_view_change))
    state.own_messages.append(state.own_view_change)
    arm_resend(state)


def propose_new_view(state: HeightState) -> None:
    """R9. Propose in a view above 0.

    1. This node is the primary of the current view, has not proposed in it and builds nothing.
    2. It holds view-changes for exactly this view from a quorum.
    3. Where any carries a lock, the block of the highest lock is proposed with its certificate;
       while its payload is missing nothing is proposed, least of all another block.
    4. Otherwise a fresh block is built.
    """
    if state.view == 0 or not state.is_primary or state.building is not None:  # 1
        return
    if (VoteKind.PRE_PREPARE, state.view) in state.own_votes:
        return
    claims = view_changes_here(state)
    if len(claims) < state.quorum:  # 2
        return
    votes = tuple(claim.vote for claim in claims)
    lock = highest_lock(claims)
    if lock is None:  # 4
        start_building(state, Justification(votes, None))
        return
    payload = state.payloads.get(lock.block_hash)
    if payload is not None:  # 3
        propose(state, lock.block_hash, payload, Justification(votes, lock))


def view_changes_here(state: HeightState) -> tuple[ViewChange, ...]:
    """Return the view-changes for exactly the current view, signers ascending."""
    ordered = sorted(state.view_changes.items())
    return tuple(item for _, item in ordered if item.vote.view == state.view)


def highest_lock(claims: tuple[ViewChange, ...]) -> PreparedCertificate | None:
    """Return the certificate of the highest lock, if any is claimed."""
    locks = [claim.certificate for claim in claims if claim.certificate is not None]
    return max(locks, key=lambda lock: lock.view) if locks else None
