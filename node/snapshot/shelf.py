"""The snapshots that this node offers: few, of one moment each, and closed when nobody asks."""

from contextlib import ExitStack
from dataclasses import dataclass, field

from ledger.refusal import Refused
from node.chain import Chain
from node.clock import Clock
from node.snapshot.rows import Manifest, Part, Piece
from node.snapshot.source import SnapshotSource

HELD_MAX = 2
"""Snapshots open at once: a store keeps what they still see, however much it changes meanwhile."""
FRESH_MS = 600_000
"""For how long new askers get the same snapshot."""
IDLE_MS = 60_000
"""After so long without a question a snapshot is closed."""


@dataclass(slots=True)
class _Held:
    source: SnapshotSource
    opened: ExitStack
    taken_ms: int
    asked_ms: int = field(default=0)


class SnapshotShelf:
    """Opens snapshots when asked. For one thread at a time."""

    def __init__(self, chain: Chain, clock: Clock) -> None:
        self._chain = chain
        self._clock = clock
        self._held: dict[int, _Held] = {}

    def offer(self) -> Manifest | None:
        """Return the manifest of a snapshot that may now be asked for, None where there is none."""
        now_ms = self._clock.monotonic_ms()
        self._close_idle(now_ms)
        newest = max(self._held, default=None)
        if newest is not None and now_ms - self._held[newest].taken_ms < FRESH_MS:
            return self._asked(newest, now_ms).source.manifest
        if len(self._held) >= HELD_MAX:
            return None
        try:
            manifest = self._take(now_ms)
        except Refused:
            return None  # a chain too young
        return manifest

    def piece(self, anchor_height: int, part: Part, start: bytes) -> Piece | None:
        """Return rows of an offered snapshot; None where it is closed; refuse a bad start."""
        now_ms = self._clock.monotonic_ms()
        self._close_idle(now_ms)
        if anchor_height not in self._held:
            return None
        return self._asked(anchor_height, now_ms).source.piece(part, start)

    def close(self) -> None:
        """Close all snapshots."""
        for held in self._held.values():
            held.opened.close()
        self._held.clear()

    def _take(self, now_ms: int) -> Manifest:
        with ExitStack() as opened:
            view = opened.enter_context(self._chain.snapshot())
            source = SnapshotSource(view, all_bodies=False)
            held = _Held(source, opened.pop_all(), now_ms, now_ms)
        self._held[source.manifest.anchor_height] = held
        return source.manifest

    def _asked(self, anchor_height: int, now_ms: int) -> _Held:
        held = self._held[anchor_height]
        held.asked_ms = now_ms
        return held

    def _close_idle(self, now_ms: int) -> None:
        for height, held in list(self._held.items()):
            if now_ms - held.asked_ms >= IDLE_MS:
                held.opened.close()
                del self._held[height]
