"""Watches this machine's clock against those of its peers: a wrong one costs proposals and votes.

Nobody's clock is believed. Where most peers are off to the same side, this machine is the likelier
one to be wrong, and its operator is told either way.
"""

import asyncio
import logging
from statistics import median_low

from node.chain import Chain
from node.metrics import Metrics
from node.network.peers import Peers

INTERVAL_S = 1.0

_log = logging.getLogger(__name__)


class ClockWatch:
    """Compares clocks every second; `run` ends only with its task."""

    def __init__(self, chain: Chain, peers: Peers, metrics: Metrics) -> None:
        self._chain = chain
        self._peers = peers
        self._metrics = metrics
        self._was_wrong = False

    @property
    def offset_ms(self) -> int | None:
        """How far the median of the peers' clocks is ahead; None while no peer has shown its."""
        offsets = [link.clock_offset_ms for link in self._peers.links()]
        known = [offset for offset in offsets if offset is not None]
        return median_low(known) if known else None

    @property
    def offset_max_ms(self) -> int:
        """The offset from which on there is an alarm: half of what a block's time may be ahead."""
        return self._chain.facts.drift_ms // 2

    @property
    def is_wrong(self) -> bool:
        """True while the clocks are further apart than is good."""
        offset_ms = self.offset_ms
        return offset_ms is not None and abs(offset_ms) > self.offset_max_ms

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            await asyncio.sleep(INTERVAL_S)
            self._look()

    def _look(self) -> None:
        offset_ms = self.offset_ms
        self._metrics.process.clock_offset.set((offset_ms or 0) / 1_000)
        self._metrics.process.clock_offset_max.set(self.offset_max_ms / 1_000)
        is_wrong = self.is_wrong
        if is_wrong and not self._was_wrong:
            fields = {"peers_ahead_ms": offset_ms, "alarm_beyond_ms": self.offset_max_ms}
            _log.error("this machine's clock differs from those of its peers: set it", extra=fields)
        if self._was_wrong and not is_wrong:
            _log.info("this machine's clock agrees with those of its peers again")
        self._was_wrong = is_wrong
