"""Watches how late the event loop runs what is due: a late loop votes late."""

import asyncio
import logging

from node.metrics import Metrics

INTERVAL_S = 0.1
LAG_REPORTED_S = 0.5
"""A lag from here on is worth a line in the log."""

_log = logging.getLogger(__name__)


async def watch_loop_lag(metrics: Metrics) -> None:
    """Measure for ever."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + INTERVAL_S
        await asyncio.sleep(INTERVAL_S)
        lag = max(0.0, loop.time() - due)
        metrics.process.loop_lag.observe(lag)
        if lag > LAG_REPORTED_S:
            _log.warning("the event loop was held up", extra={"lag_ms": int(lag * 1_000)})
