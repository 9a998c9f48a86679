"""Repetition: no message is trusted to arrive, so every one that may still matter is said again.

Own votes are repeated to all; a `Status` says what one holds, and whoever reads it sends what is
missing, votes of others included, so that a link that is dead in one direction or a pair of nodes
that never meet does not stop anybody. Old votes matter as long as somebody may need them to see a
quorum.
"""

from consensus import fetching
from consensus.codec import VIEW_STATUSES_MAX
from consensus.effects import Broadcast, Send
from consensus.messages import Message, Status, ViewStatus, Vote
from consensus.state import FUTURE_VIEWS, PAST_COMMIT_VIEWS, HeightState
from consensus.tally import VoteTally
from consensus.views import arm_resend
from ledger.quorum import weak_quorum
from ledger.vote import VoteKind


def on_resend_timer(state: HeightState) -> None:
    """Repeat to all what this node has to say, and ask again for what it lacks."""
    if state.decided is None:
        for message in own_messages(state):
            state.emit(Broadcast(message))
        fetching.ask_again(state)
    state.emit(Broadcast(status(state)))
    arm_resend(state)


def greet(state: HeightState, peer: bytes) -> None:
    """Tell a peer at once where this node stands; what was queued for it before is lost."""
    if state.decided is None:
        for message in own_messages(state):
            state.emit(Send(peer, message))
    state.emit(Send(peer, status(state)))


def own_messages(state: HeightState) -> tuple[Message, ...]:
    """Return the own view-change, and the own votes of the current view and of the lock's view.

    A pre-prepare is large and goes only to those whose status shows that they lack it.
    """
    found: list[Message] = []
    if state.own_view_change is not None:
        found.append(state.own_view_change)
    views = {state.view: None}
    if state.lock is not None:
        views[state.lock.view] = None
    for view in views:
        for kind in (VoteKind.PREPARE, VoteKind.COMMIT):
            vote = state.own_votes.get((kind, view))
            if vote is not None:
                found.append(vote)
    return tuple(found)


def status(state: HeightState) -> Status:
    """Return what this node holds."""
    views = dict.fromkeys((*state.prepares.views(), *state.commits.views(), state.view))
    newest = sorted(views)[-VIEW_STATUSES_MAX:]
    latest = [state.view_changes.get(signer) for signer in range(state.size)]
    return Status(
        state.height,
        state.view,
        tuple(_view_status(state, view) for view in newest),
        tuple(0 if item is None else item.vote.view for item in latest),
    )


def _view_status(state: HeightState, view: int) -> ViewStatus:
    proposal = state.proposal if view == state.view else None
    block_hash = None if proposal is None else proposal.vote.block_hash
    return ViewStatus(
        view,
        block_hash,
        _bitmap(state.prepares, view, block_hash, state.size),
        _bitmap(state.commits, view, block_hash, state.size),
    )


def _bitmap(tally: VoteTally, view: int, block_hash: bytes | None, size: int) -> bytes:
    bits = bytearray((size + 7) // 8)
    for vote in tally.votes(view):
        if block_hash is None or vote.block_hash == block_hash:
            bits[vote.signer // 8] |= 1 << vote.signer % 8
    return bytes(bits)


def _is_set(bits: bytes, index: int) -> bool:
    return index // 8 < len(bits) and bool(bits[index // 8] & 1 << index % 8)


def answer(state: HeightState, peer: bytes, theirs: Status) -> None:
    """Send a peer at the same height what it lacks; at most what this node may hold of it."""
    if state.decided is not None:
        state.emit(Send(peer, state.decided))
        return
    for signer, change in sorted(state.view_changes.items()):
        known = theirs.view_changes[signer] if signer < len(theirs.view_changes) else 0
        if change.vote.view > known and change.vote.view >= theirs.view:
            state.emit(Send(peer, change))
    rows = {row.view: row for row in theirs.views}
    _answer_proposal(state, peer, theirs.view, rows.get(state.view))
    if theirs.view <= state.view <= theirs.view + FUTURE_VIEWS:
        for vote in _lacking(state.prepares, state.view, rows.get(state.view)):
            state.emit(Send(peer, vote))
    for view in state.commits.views():
        if theirs.view - PAST_COMMIT_VIEWS <= view <= theirs.view + FUTURE_VIEWS:
            for vote in _lacking(state.commits, view, rows.get(view)):
                state.emit(Send(peer, vote))


def _answer_proposal(state: HeightState, peer: bytes, view: int, row: ViewStatus | None) -> None:
    """Send the proposal of the current view if the peer lacks it or took another one.

    The latter shows it that the primary contradicts itself. The primary does so, and the f + 1
    validators after it, of whom one is correct: enough to get around dead links without n copies of
    a large message.
    """
    proposal = state.proposal
    if proposal is None or state.own_index is None or view > state.view:
        return
    distance = (state.own_index - proposal.vote.signer) % state.size
    if distance <= weak_quorum(state.size) and (
        row is None or row.block_hash != proposal.vote.block_hash
    ):
        state.emit(Send(peer, proposal))


def _lacking(tally: VoteTally, view: int, row: ViewStatus | None) -> tuple[Vote, ...]:
    if row is None:
        return tally.votes(view)
    return tuple(
        vote
        for vote in tally.votes(view)
        if not _is_set(row.prepares if vote.kind is VoteKind.PREPARE else row.commits, vote.signer)
    )
