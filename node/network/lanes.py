"""What waits to be sent to one peer: three lanes bounded by bytes, the urgent one always first.

A slow peer costs itself: its oldest gossip is dropped, replies beyond the bound are not sent, and
one that cannot even take votes is cut off. It never holds up anybody else.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import IntEnum, unique


@unique
class Lane(IntEnum):
    """In the order in which frames leave."""

    URGENT = 0
    """Votes, pings, status."""
    REPLY = 1
    """Requests and their answers."""
    GOSSIP = 2
    """Transactions nobody asked for."""


@dataclass(frozen=True, slots=True)
class LaneLimits:
    """Most bytes that wait in each lane."""

    urgent: int
    reply: int
    gossip: int


class Lanes:
    """The outbound queue of one peer."""

    def __init__(self, limits: LaneLimits) -> None:
        self._limits = {
            Lane.URGENT: limits.urgent,
            Lane.REPLY: limits.reply,
            Lane.GOSSIP: limits.gossip,
        }
        self._frames: dict[Lane, deque[bytes]] = {lane: deque() for lane in Lane}
        self._sizes = dict.fromkeys(Lane, 0)
        self._filled = asyncio.Event()
        self.dropped = 0
        """Frames that were not sent because a lane was full."""

    def put(self, lane: Lane, frame: bytes) -> bool:
        """Queue a frame and say whether it found room; gossip makes room by dropping its oldest."""
        if lane is Lane.GOSSIP:
            while self._frames[lane] and not self._has_room(lane, frame):
                self._sizes[lane] -= len(self._frames[lane].popleft())
                self.dropped += 1
        if not self._has_room(lane, frame):
            self.dropped += 1
            return False
        self._frames[lane].append(frame)
        self._sizes[lane] += len(frame)
        self._filled.set()
        return True

    async def take(self, size: int) -> list[bytes]:
        """Wait for frames; return those of the first filled lane up to about `size` bytes."""
        await self._filled.wait()
        lane = next(item for item in Lane if self._frames[item])
        frames = self._frames[lane]
        taken = [frames.popleft()]
        total = len(taken[0])
        while frames and total + len(frames[0]) <= size:
            taken.append(frames.popleft())
            total += len(taken[-1])
        self._sizes[lane] -= total
        if not any(self._frames.values()):
            self._filled.clear()
        return taken

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait in all lanes."""
        return sum(self._sizes.values())

    def _has_room(self, lane: Lane, frame: bytes) -> bool:
        return self._sizes[lane] + len(frame) <= self._limits[lane]
