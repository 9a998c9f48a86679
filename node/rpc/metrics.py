"""Metrics of the front's own process, shown below those of the node.

Labels come from closed sets only, as those of `node.metrics`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum, unique

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ledger.refusal import Code
from node.metrics import leave_out_creation_times

CALL_BUCKETS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0)


@unique
class FrontQueue(StrEnum):
    """What is open or waits in the front, within a bound each."""

    WAITERS = "waiters"
    WEBSOCKETS = "websockets"
    CONNECTIONS = "connections"


class FrontMetrics:
    """Calls by method and outcome, and fill of the front's queues."""

    def __init__(self) -> None:
        leave_out_creation_times()
        self.registry = registry = CollectorRegistry()
        self._calls = Counter(
            "quancheng_rpc_calls",
            "Calls by method and outcome.",
            ["method", "code"],
            registry=registry,
        )
        self._seconds = Histogram(
            "quancheng_rpc_call_seconds",
            "Time of calls.",
            ["method"],
            buckets=CALL_BUCKETS,
            registry=registry,
        )
        self._sizes = Gauge(
            "quancheng_rpc_queue_size", "Fill of a bounded queue.", ["queue"], registry=registry
        )
        self._bounds = Gauge(
            "quancheng_rpc_queue_bound", "Bound of a queue.", ["queue"], registry=registry
        )
        self._turned_away = Counter(
            "quancheng_rpc_queue_refusals",
            "What a full queue turned away.",
            ["queue"],
            registry=registry,
        )
        for queue in FrontQueue:
            self._turned_away.labels(queue.value)

    def count_call(self, method: str, code: Code) -> None:
        """Count a call; `method` is the name of a declared method, or empty for others."""
        self._calls.labels(method, code.label).inc()

    @contextmanager
    def timed(self, method: str) -> Iterator[None]:
        """Measure a call of a declared method."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self._seconds.labels(method).observe(time.perf_counter() - start)

    def watch_queue(self, queue: FrontQueue, bound: int, size: Callable[[], int]) -> None:
        """Show a queue's fill at each scrape beside its bound."""
        self._bounds.labels(queue.value).set(bound)
        self._sizes.labels(queue.value).set_function(lambda: float(size()))

    def count_turned_away(self, queue: FrontQueue) -> None:
        """Count something that met a full queue."""
        self._turned_away.labels(queue.value).inc()

    def exposition(self) -> bytes:
        """Return the text that Prometheus scrapes."""
        return generate_latest(self.registry)
