"""Negative controls: each takes one rule out of the product, and the simulation must notice.

A control replaces a function of the product while it is active; the product itself has no switches.
Where an oracle would notice for a trivial reason, it is switched off, so that the harder ones have
to.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from consensus import normal_case, replay, resend, view_change, views
from consensus.context import HeightContext
from consensus.events import Event, TimerExpired
from consensus.justification import justification_refusal
from consensus.messages import PreparedCertificate, ViewChange
from consensus.recovery import Recovered
from consensus.replica import Replica
from consensus.signer_guard import SignerGuard, Slot
from consensus.state import HeightState
from consensus.tally import VoteTally
from consensus.timing import TimerKind
from ledger.quorum import faults, quorum
from ledger.validators import ValidatorSet
from tests.simulation.chain import ToyChain
from tests.simulation.configuration import Configuration, expand
from tests.simulation.disk import Disk

Patch = Any


@dataclass(frozen=True, slots=True)
class Control:
    """One removed rule. `sizes` are the clusters in which it matters."""

    name: str
    patches: Callable[[], tuple[Patch, ...]]
    sizes: tuple[int, ...] = (4, 5, 6, 7)
    switched_off: frozenset[str] = frozenset()
    traitor: int | None = None
    """A validator that is Byzantine in every run, where only a traitor can use the gap."""

    def configuration(self, seed: int) -> Configuration:
        """Return what a seed means for this control."""
        found = expand(seed, self.sizes)
        return found if self.traitor is None else replace(found, byzantine=(self.traitor,), dead=())

    @contextmanager
    def active(self) -> Iterator[None]:
        """Take the rule out for a while."""
        with ExitStack() as stack:
            for item in self.patches():
                stack.enter_context(item)
            yield


def everywhere(original: Callable[..., Any], replacement: Callable[..., Any]) -> tuple[Patch, ...]:
    """Replace a function in every module of the product that has it under its name."""
    name = original.__name__
    found = [module for key, module in sorted(sys.modules.items()) if key.startswith("consensus.")]
    holders = [module for module in found if getattr(module, name, None) is original]
    assert holders, name
    return tuple(patch.object(module, name, replacement) for module in holders)


def nothing(*_: object) -> None:
    """Do nothing, in place of a rule."""


def _unguarded(self: SignerGuard, slot: Slot, message: bytes) -> bytes:
    del slot
    return self._sign(message)


def _without_guard() -> Patch:
    return patch.object(SignerGuard, "sign", _unguarded)


def _quorum(formula: Callable[[int], int]) -> tuple[Patch, ...]:
    reduced = property(lambda self: formula(len(self.members)))
    return (patch.object(ValidatorSet, "quorum", reduced),)


def _quorum_less_one() -> tuple[Patch, ...]:
    return _quorum(lambda size: quorum(size) - 1)


def _textbook_quorum() -> tuple[Patch, ...]:
    return _quorum(lambda size: 2 * faults(size) + 1)


def _no_floor() -> tuple[Patch, ...]:
    """After a view-change a node still finishes the view that it has left."""
    original_change, original_commit = view_change.change_view, normal_case.commit

    def change(state: HeightState, view: int) -> None:
        left = (state.view, state.proposal, state.accepted)
        votes = state.prepares
        original_change(state, view)
        state.prepares = votes
        _LEFT[id(state)] = left

    def commit(state: HeightState) -> None:
        original_commit(state)
        left = _LEFT.get(id(state))
        if left is None or left[1] is None or left[0] >= state.view:
            return
        here = (state.view, state.proposal, state.accepted, state.floor)
        state.view, state.proposal, state.accepted = left
        state.floor = 0
        normal_case.prepare(state)
        original_commit(state)
        state.view, state.proposal, state.accepted, state.floor = here

    def keep(state: HeightState) -> None:
        state.commits.forget_below(state.view - 8, kept=None)

    window = patch("consensus.admission._in_window", lambda *_: True)
    return (
        _without_guard(),
        window,
        *everywhere(view_change.change_view, change),
        *everywhere(normal_case.commit, commit),
        *everywhere(views.forget_old_votes, keep),
    )


_LEFT: dict[int, tuple[int, Any, bool]] = {}


def _no_durable_vote() -> tuple[Patch, ...]:
    def lose_all(self: Disk, random: object) -> None:
        del random
        self.durable.clear()
        self._written.clear()

    return (patch.object(Disk, "crash", lose_all),)


def _commit_unchecked() -> tuple[Patch, ...]:
    original = normal_case.commit

    def commit(state: HeightState) -> None:
        accepted, state.accepted = state.accepted, state.proposal is not None
        original(state)
        state.accepted = accepted

    return everywhere(original, commit)


def _sent_before_durable() -> tuple[Patch, ...]:
    return (patch.object(Disk, "dirty", property(lambda _: False)),)


def _lock_dropped() -> tuple[Patch, ...]:
    original = view_change.change_view

    def change(state: HeightState, view: int) -> None:
        lock, state.lock = state.lock, None
        original(state, view)
        state.lock = lock

    return everywhere(original, change)


def _lower_lock() -> tuple[Patch, ...]:
    def lowest(claims: tuple[ViewChange, ...]) -> PreparedCertificate | None:
        locks = [claim.certificate for claim in claims if claim.certificate is not None]
        return min(locks, key=lambda lock: lock.view) if locks else None

    return everywhere(view_change.highest_lock, lowest)


def _fresh_despite_lock() -> tuple[Patch, ...]:
    return everywhere(view_change.highest_lock, nothing)


def _justification_unchecked() -> tuple[Patch, ...]:
    return everywhere(justification_refusal, nothing)


def _no_resend() -> tuple[Patch, ...]:
    silent = (
        everywhere(rule, nothing) for rule in (resend.on_resend_timer, resend.answer, resend.greet)
    )
    return tuple(item for group in silent for item in group)


def _no_jump() -> tuple[Patch, ...]:
    return everywhere(view_change.jump, nothing)


def _ungated_timer() -> tuple[Patch, ...]:
    def arm(state: HeightState) -> None:
        if state.may_sign and state.certificate is None and TimerKind.VIEW not in state.timers:
            timeout = state.surroundings.timing.view_timeout(state.view)
            state.arm(TimerKind.VIEW, state.now_ms + timeout)

    return everywhere(views.arm_view_timer, arm)


def _stale_timer() -> tuple[Patch, ...]:
    original = Replica._apply

    def apply(self: Replica, state: HeightState, event: Event) -> None:
        if isinstance(event, TimerExpired) and event.timer.kind in state.timers:
            state.timers[event.timer.kind] = event.timer
        original(self, state, event)

    return (patch.object(Replica, "_apply", apply),)


def _commits_summed() -> tuple[Patch, ...]:
    original = VoteTally.count

    def count(self: VoteTally, view: int, block_hash: bytes) -> int:
        signers = dict.fromkeys(
            vote.signer
            for other in self.views()
            for vote in self.votes(other)
            if vote.block_hash == block_hash
        )
        return max(original(self, view, block_hash), len(signers))

    return (patch.object(VoteTally, "count", count),)


def _view_not_restored() -> tuple[Patch, ...]:
    return (_without_guard(), *everywhere(replay._restore_view_change, nothing))


def _lock_not_restored() -> tuple[Patch, ...]:
    return everywhere(replay._restore_lock, nothing)


def _nothing_restored() -> tuple[Patch, ...]:
    def restore(state: HeightState, recovered: Recovered) -> None:
        del state, recovered

    return everywhere(replay.restore, restore)


def _own_certificates_skip() -> tuple[Patch, ...]:
    """Feed the skip list with each node's own certificates instead of the embedded ones."""
    original = ToyChain.context

    def context(self: ToyChain) -> HeightContext:
        views_held = tuple(block.certificate.view for block in self.blocks[:-1][-64:])
        return replace(original(self), embedded_views=views_held)

    return (patch.object(ToyChain, "context", context),)


_COUNTED = frozenset({"I2", "L1"})
"""Oracles that count for themselves and so would see a wrong quorum before it does harm."""

CONTROLS = (
    Control("quorum - 1, n = 4", _quorum_less_one, (4,), _COUNTED),
    Control("quorum - 1, n = 5", _quorum_less_one, (5,), _COUNTED),
    Control("quorum - 1, n = 7", _quorum_less_one, (7,), _COUNTED),
    Control("quorum 2f + 1, n = 6", _textbook_quorum, (6,), _COUNTED),
    Control("no floor", _no_floor, switched_off=frozenset({"I9", "I10"})),
    Control("no durable vote", _no_durable_vote, switched_off=frozenset({"I7", "I10"})),
    Control("sent before durable", _sent_before_durable),
    Control("commit without the own check", _commit_unchecked),
    Control("lock dropped in view-change", _lock_dropped, switched_off=frozenset({"I10"})),
    Control("primary takes the lowest lock", _lower_lock),
    Control("fresh block despite a lock", _fresh_despite_lock),
    Control("justification unchecked", _justification_unchecked, (4,), traitor=2),
    Control("no resending", _no_resend),
    Control("no f + 1 jump", _no_jump),
    Control("ungated view timer", _ungated_timer),
    Control("stale timer accepted", _stale_timer),
    Control("votes summed over views", _commits_summed, switched_off=frozenset({"I2"})),
    Control("view not restored", _view_not_restored),
    Control("lock not restored", _lock_not_restored),
    Control("nothing restored", _nothing_restored),
    Control("skip list from own certificates", _own_certificates_skip),
)
