"""How a height continues after a restart from what was durable (R4, R5, R7, R12).

Own messages go back verbatim. Nothing is signed here, and nothing that was signed is decided again.
"""

from consensus.effects import Broadcast
from consensus.errors import RecordDamaged
from consensus.messages import (
    PreparedCertificate,
    PrePrepare,
    SignedVote,
    ViewChange,
    ViewChangeVote,
    Vote,
)
from consensus.normal_case import check_proposal
from consensus.recovery import Recovered
from consensus.resend import own_messages
from consensus.signer_guard import Slot
from consensus.state import HeightState
from consensus.verification import votes_of
from consensus.views import forget_old_votes
from ledger.vote import VoteKind


def restore(state: HeightState, recovered: Recovered) -> None:
    """Put the records of this height into a fresh state and repeat the own messages.

    Current view = the highest in any own message or accepted proposal; floor = the highest
    view-change; lock = the highest certificate. Raises RecordDamaged where a vote is of another
    key.
    """
    proposals: dict[int, PrePrepare] = {}
    for position, record in enumerate(recovered.records):
        match record:
            case PrePrepare(vote):
                proposals[vote.view] = record
                state.note_payload(vote.block_hash, record.payload)
                state.pre_prepares.add(vote)
                state.view = max(state.view, vote.view)
                if vote.signer == state.own_index:
                    _restore_vote(state, vote)
            case Vote():
                _require_own(state, record, position)
                _restore_vote(state, record)
            case ViewChange(vote):
                _require_own(state, vote, position)
                _restore_view_change(state, record)
            case PreparedCertificate():
                _restore_lock(state, record)
    forget_old_votes(state)
    state.stirred = bool(recovered.records)
    state.proposal = proposals.get(state.view)
    if state.proposal is not None:
        check_proposal(state)
        if state.proposal.vote.signer == state.own_index:
            state.emit(Broadcast(state.proposal))
    for message in own_messages(state):
        state.emit(Broadcast(message))


def _require_own(state: HeightState, vote: SignedVote, position: int) -> None:
    if state.own_index is None or vote.signer != state.own_index:
        raise RecordDamaged(position, "signer")


def _restore_vote(state: HeightState, vote: Vote) -> None:
    state.own_votes[vote.kind, vote.view] = vote
    state.view = max(state.view, vote.view)
    if vote.kind is VoteKind.PREPARE:
        state.prepares.add(vote)
    elif vote.kind is VoteKind.COMMIT:
        state.commits.add(vote)
    _guard(state, vote.kind, vote)


def _restore_view_change(state: HeightState, change: ViewChange) -> None:
    state.own_view_change = change
    state.view_changes[change.vote.signer] = change
    state.floor = max(state.floor, change.vote.view)
    state.view = max(state.view, change.vote.view)
    _guard(state, VoteKind.VIEW_CHANGE, change.vote)


def _restore_lock(state: HeightState, certificate: PreparedCertificate) -> None:
    if state.lock is None or certificate.view > state.lock.view:
        state.lock = certificate
        for vote in votes_of(certificate):
            state.prepares.add(vote)


def _guard(state: HeightState, kind: VoteKind, vote: Vote | ViewChangeVote) -> None:
    slot = Slot(vote.height, vote.view, kind)
    state.surroundings.guard.record(slot, vote.signed_bytes(state.context.genesis_hash))
