"""What a replica waits for, read from its state for people and metrics. No rule looks here."""

from enum import Enum, unique

from consensus.state import HeightState
from consensus.views import is_idle


@unique
class Step(Enum):
    """What has to come next for the height to be decided."""

    WORK = "work"
    """Nothing: there is nothing to decide."""
    VIEW_CHANGE = "view_change"
    """View-changes of a quorum towards the current view."""
    PRE_PREPARE = "pre_prepare"
    """The proposal of the primary of the current view."""
    BLOCK = "block"
    """The proposed or certified block itself: its transactions, or the verdict on it."""
    PREPARE = "prepare"
    """Prepares of a quorum in the current view."""
    COMMIT = "commit"
    """Commits of a quorum."""
    DISK = "disk"
    """The decided block on this node's own disk."""
    NOTHING = "nothing"
    """This replica has halted."""


def step_of(state: HeightState) -> Step:
    """Return what has to come next. Under 2 µs."""
    if state.halted:
        return Step.NOTHING
    if state.decided is not None:
        return Step.DISK
    if state.certificate is not None:
        return Step.BLOCK
    if state.proposal is not None:
        return _step_behind_proposal(state, state.proposal.vote.block_hash)
    if state.view > 0 and len(_signers(state, Step.VIEW_CHANGE)) < state.quorum:
        return Step.VIEW_CHANGE
    return Step.WORK if is_idle(state) else Step.PRE_PREPARE


def missing_from(state: HeightState, step: Step) -> tuple[int, ...]:
    """Return the validators whose message of a step has not come, by index, ascending."""
    if step is Step.PRE_PREPARE:
        return (state.primary(state.view),)
    if step not in {Step.VIEW_CHANGE, Step.PREPARE, Step.COMMIT}:
        return ()
    here = _signers(state, step)
    return tuple(index for index in range(state.size) if index not in here)


def _step_behind_proposal(state: HeightState, block_hash: bytes) -> Step:
    if not state.accepted:
        return Step.BLOCK if (state.view, block_hash) in state.checks else Step.PRE_PREPARE
    if state.prepares.count(state.view, block_hash) < state.quorum:
        return Step.PREPARE
    return Step.COMMIT


def _signers(state: HeightState, step: Step) -> frozenset[int]:
    """Return whose messages of a step are held."""
    if step is Step.VIEW_CHANGE:
        changes = state.view_changes.items()
        return frozenset(index for index, item in changes if item.vote.view >= state.view)
    assert state.proposal is not None
    tally = state.prepares if step is Step.PREPARE else state.commits
    votes = tally.signatures(state.view, state.proposal.vote.block_hash)
    return frozenset(signer for signer, _ in votes)
