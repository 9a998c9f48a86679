"""Admission: what a message must be before it counts, an own one like a foreign one (R0).

Each function returns the refusal of what no correct validator or relay sends, and None both for
what counted and for what is merely useless (late, repeated, out of the window): reordering is no
offence.
"""

from consensus import normal_case, view_change
from consensus.effects import EquivocationSeen, OwnKeyElsewhere
from consensus.justification import justification_refusal, view_change_refusal
from consensus.messages import Decided, PrePrepare, SignedVote, ViewChange, ViewChangeVote, Vote
from consensus.state import FUTURE_VIEWS, PAST_COMMIT_VIEWS, HeightState
from consensus.views import stir
from ledger.refusal import Code, Refusal
from ledger.vote import VoteKind


def admit_vote(state: HeightState, vote: Vote) -> Refusal | None:
    """Admit a prepare or commit (R13).

    1. It is a prepare or a commit; a pre-prepare does not travel alone.
    2. Prepares are for the current view or the next; commits besides for up to eight past views and
       the view of the lock. The rest is dropped: a peer that still matters sends it again.
    3. It is not counted yet, and its signer has not filled its places in this view.
    4. Its signature is valid.
    """
    if vote.kind not in (VoteKind.PREPARE, VoteKind.COMMIT):  # 1
        return Refusal(Code.SCHEMA, "vote.kind")
    if state.decided is not None or not _in_window(state, vote):  # 2
        return None
    tally = state.prepares if vote.kind is VoteKind.PREPARE else state.commits
    if tally.holds(vote) or tally.is_full(vote.view, vote.signer):  # 3
        return None
    if not state.verifier.is_signed(vote):  # 4
        return Refusal(Code.BAD_SIGNATURE, "vote.signature")
    _watch_own_key(state, vote)
    _note_equivocation(state, tally.add(vote), vote)
    stir(state)
    if vote.kind is VoteKind.COMMIT:
        _watch_lost_lock(state, vote, state.view_changes.get(vote.signer))
        normal_case.certify(state, vote)
    normal_case.advance(state)
    return None


def _in_window(state: HeightState, vote: Vote) -> bool:
    if vote.view > state.view + FUTURE_VIEWS:
        return False
    if vote.kind is VoteKind.PREPARE or vote.view >= state.view:
        return vote.view >= state.view
    locked = state.lock is not None and state.lock.view == vote.view
    return locked or vote.view >= state.view - PAST_COMMIT_VIEWS


def admit_pre_prepare(state: HeightState, message: PrePrepare) -> Refusal | None:
    """Admit a pre-prepare (R3, R10).

    1. It is for the current view or a higher one; others come too late.
    2. It is by the primary of its view.
    3. The view has no proposal yet; one for another block is equivocation where its signature is
       valid.
    4. Its signature is valid.
    5. Its justification holds.
    6. Its payload is the one that its hash binds, so that no relay can spoil a good proposal.
    """
    vote = message.vote
    if state.decided is not None or vote.view < state.view:  # 1
        return None
    if vote.signer != state.primary(vote.view):  # 2
        return Refusal(Code.NO_RIGHT, "pre_prepare.signer")
    taken = state.proposal is not None and vote.view == state.view
    if taken and (
        state.pre_prepares.holds(vote) or state.pre_prepares.is_full(vote.view, vote.signer)
    ):
        return None
    if not state.verifier.is_signed(vote):  # 4
        return Refusal(Code.BAD_SIGNATURE, "pre_prepare.signature")
    _watch_own_key(state, vote)
    if taken:  # 3
        _note_equivocation(state, state.pre_prepares.add(vote), vote)
        return None
    refusal = justification_refusal(message, state.verifier)
    if refusal is not None:  # 5
        return refusal
    if state.surroundings.hash_payload(message.payload) != vote.block_hash:  # 6
        return Refusal(Code.BAD_BODY, "pre_prepare.payload")
    normal_case.accept(state, message)
    _note_equivocation(state, state.pre_prepares.add(vote), vote)
    normal_case.advance(state)
    return None


def admit_view_change(state: HeightState, message: ViewChange) -> Refusal | None:
    """Admit a view-change (R11); only the one with the highest view of each validator is kept.

    1. It is for a higher view than the one held of its signer. Another lock for the same view is
       equivocation where its signature is valid.
    2. It holds by itself (`view_change_refusal`). A refused one changes nothing, allowances
       included.
    """
    vote = message.vote
    if state.decided is not None:
        return None
    held = state.view_changes.get(vote.signer)
    if held is not None and vote.view <= held.vote.view:  # 1
        if vote.view == held.vote.view and vote.prepared != held.vote.prepared:
            if not state.verifier.is_signed(vote):
                return Refusal(Code.BAD_SIGNATURE, "view_change.signature")
            _note_equivocation(state, held.vote, vote)
        return None
    refusal = view_change_refusal(message, state.verifier)
    if refusal is not None:  # 2
        return refusal
    _watch_own_key(state, vote)
    state.view_changes[vote.signer] = message
    for commit in state.commits.votes_of(vote.signer):
        _watch_lost_lock(state, commit, message)
    view_change.on_view_change_counted(state)
    return None


def admit_decided(state: HeightState, message: Decided) -> Refusal | None:
    """Admit the decision of this height (R6).

    1. Where a certificate for this block is held already, only the payload can be news.
    2. The certificate is valid. Two valid ones for different blocks end the chain's promise: halt.
    3. The payload is the one that its hash binds.
    """
    certificate = message.certificate
    held = state.certificate
    if held is None or held.block_hash != certificate.block_hash:  # 1
        refusal = state.verifier.certificate_refusal(certificate)
        if refusal is not None:  # 2
            return refusal
        if held is not None:
            normal_case.halt(state, "two blocks of one height have commit certificates")
            return None
    if certificate.block_hash not in state.payloads:
        if state.surroundings.hash_payload(message.payload) != certificate.block_hash:  # 3
            return Refusal(Code.BAD_BODY, "decided.payload")
        state.note_payload(certificate.block_hash, message.payload)
    if held is None:
        normal_case.take_certificate(state, certificate)
    normal_case.advance(state)
    return None


def _watch_own_key(state: HeightState, vote: SignedVote) -> None:
    """Notice a vote under the own key that this replica never signed."""
    if vote.signer != state.own_index or state.own_key_elsewhere or vote in state.own_signed():
        return
    state.own_key_elsewhere = True
    state.may_sign = False
    state.emit(OwnKeyElsewhere(vote))


def _note_equivocation(state: HeightState, first: SignedVote | None, second: SignedVote) -> None:
    if first is not None and second.signer not in state.equivocators:
        state.equivocators[second.signer] = None
        state.emit(EquivocationSeen(first, second))


def _watch_lost_lock(state: HeightState, commit: Vote, change: ViewChange | None) -> None:
    """Notice a commit together with a later view-change that does not report its lock.

    The two signed messages prove it: who commits in a view is locked in that view or a higher one.
    """
    if change is None or commit.view >= change.vote.view:
        return
    claim: ViewChangeVote = change.vote
    if claim.prepared is None or claim.prepared.view < commit.view:
        _note_equivocation(state, commit, claim)
