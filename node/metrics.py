"""Prometheus metrics of one node, in a registry of its own, so that several nodes fit in a process.

Labels come from closed sets only: methods, refusal codes, queues and kinds of this program. Nothing
that a peer or client chooses ever becomes a label.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum, unique
from pathlib import Path
from typing import cast

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from ledger.refusal import Code
from node.rpc.backend import Waiting
from quancheng.api.waiting import WaitingCause

# A second series for each counter that nobody asks for; the library's switch has no type.
leave_out_creation_times = cast(Callable[[], None], disable_created_metrics)

FINALITY_BUCKETS = (
    *(0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75),
    *(1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0),
)
EXECUTION_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
LAG_BUCKETS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0)


@unique
class Queue(StrEnum):
    """The bounded queues and caches of a node."""

    MEMPOOL_TRANSACTIONS = "mempool_transactions"
    MEMPOOL_BYTES = "mempool_bytes"
    GOSSIP_BYTES = "gossip_bytes"
    EVIDENCE = "evidence"
    PEER_OUTGOING_BYTES = "peer_outgoing_bytes"


@unique
class Stage(StrEnum):
    """What the chain's own thread does with a block."""

    BUILD = "build"
    CHECK = "check"
    COMMIT = "commit"


class ChainMetrics:
    """Height, finality and the work that a block makes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.height = Gauge("quancheng_height", "Last committed height.", registry=registry)
        self._view = Gauge("quancheng_view", "View of the height being decided.", registry=registry)
        self._view_now = 0
        self._view_changes = Counter(
            "quancheng_view_changes", "Views left without a decision.", registry=registry
        )
        self.validators = Gauge(
            "quancheng_validators", "Validators of the next height.", registry=registry
        )
        self.stops_at_height = Gauge(
            "quancheng_stops_at_height",
            "First height whose rules this software does not know; 0 where none is decided.",
            registry=registry,
        )
        self.block_time = Gauge(
            "quancheng_block_time_seconds", "Time of the last block.", registry=registry
        )
        self._transactions = Counter(
            "quancheng_transactions",
            "Committed transactions by outcome.",
            ["code"],
            registry=registry,
        )
        self._refused = Counter(
            "quancheng_refused",
            "Refusals at the door, of peers and clients.",
            ["code"],
            registry=registry,
        )
        self.equivocations = Counter(
            "quancheng_equivocations", "Contradicting votes noticed.", registry=registry
        )
        self.offences = Counter(
            "quancheng_offences",
            "Contradictions of validators recorded on chain.",
            registry=registry,
        )
        self.finality = Histogram(
            "quancheng_finality_seconds",
            "From the admission of a transaction on this node to its commit.",
            buckets=FINALITY_BUCKETS,
            registry=registry,
        )
        self._stages = Histogram(
            "quancheng_block_stage_seconds",
            "Time of a block by stage on this node.",
            ["stage"],
            buckets=EXECUTION_BUCKETS,
            registry=registry,
        )
        for code in Code:
            self._transactions.labels(code.label)
            self._refused.labels(code.label)
        for stage in Stage:
            self._stages.labels(stage.value)

    def count_transaction(self, code: Code) -> None:
        """Count a committed transaction by its code."""
        self._transactions.labels(code.label).inc()

    def count_refusal(self, code: Code) -> None:
        """Count something that was refused at the door."""
        self._refused.labels(code.label).inc()

    def note_view(self, view: int) -> None:
        """Note the view of the height being decided; a higher one than before is a view change."""
        if view > self._view_now:
            self._view_changes.inc(view - self._view_now)
        self._view_now = view
        self._view.set(view)

    @contextmanager
    def timed(self, stage: Stage) -> Iterator[None]:
        """Measure a stage of a block, one that fails too."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self._stages.labels(stage.value).observe(time.perf_counter() - start)


class ProcessMetrics:
    """Peers, queues at their bounds, loop lag, disk."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.peers = Gauge("quancheng_peers", "Connected nodes.", registry=registry)
        self.loop_lag = Histogram(
            "quancheng_loop_lag_seconds",
            "How late the event loop runs what is due.",
            buckets=LAG_BUCKETS,
            registry=registry,
        )
        self.clock_offset = Gauge(
            "quancheng_clock_offset_seconds",
            "How far the clocks of most peers are ahead of this machine's.",
            registry=registry,
        )
        self.clock_offset_max = Gauge(
            "quancheng_clock_offset_max_seconds",
            "A clock offset beyond this, either way, is an alarm.",
            registry=registry,
        )
        self.peers_disagreeing = Gauge(
            "quancheng_peers_disagreeing",
            "Connected nodes with another certified block than this node: a fork.",
            registry=registry,
        )
        self.certificate_expiry = Gauge(
            "quancheng_certificate_expiry_seconds",
            "Unix time at which this machine's TLS certificate runs out.",
            registry=registry,
        )
        self.silent_up_to_height = Gauge(
            "quancheng_silent_up_to_height",
            "Last height that this validator may not sign; 0 where it may sign.",
            registry=registry,
        )
        self._disk_free = Gauge(
            "quancheng_disk_free_bytes", "Free space where the data lie.", registry=registry
        )
        self._disk_size = Gauge(
            "quancheng_disk_size_bytes", "Size of the disk where the data lie.", registry=registry
        )
        self._sizes = Gauge(
            "quancheng_queue_size", "Fill of a bounded queue.", ["queue"], registry=registry
        )
        self._bounds = Gauge(
            "quancheng_queue_bound", "Bound of a queue.", ["queue"], registry=registry
        )
        self._at_bound = Counter(
            "quancheng_queue_refusals",
            "What a full queue turned away.",
            ["queue"],
            registry=registry,
        )
        for queue in Queue:
            self._at_bound.labels(queue.value)

    def watch_disk(self, folder: Path) -> None:
        """Show size and free space of a folder's disk at each scrape."""
        self._disk_free.set_function(lambda: float(shutil.disk_usage(folder).free))
        self._disk_size.set_function(lambda: float(shutil.disk_usage(folder).total))

    def watch_queue(self, queue: Queue, bound: int, size: Callable[[], int]) -> None:
        """Show a queue's fill at each scrape beside its bound."""
        self._bounds.labels(queue.value).set(bound)
        self._sizes.labels(queue.value).set_function(lambda: float(size()))

    def count_turned_away(self, queue: Queue) -> None:
        """Count something that met a full queue."""
        self._at_bound.labels(queue.value).inc()


class WaitingMetrics:
    """What the next block waits for; brought up to date at each scrape."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Gauge(
            "quancheng_waiting_seconds",
            "How long there has been something to decide at the present height; 0 where nothing.",
            registry=registry,
        )
        self._causes = Gauge(
            "quancheng_waiting_cause",
            "1 for the reason why the next block is not there, 0 for all others.",
            ["cause"],
            registry=registry,
        )
        self._missing = Gauge(
            "quancheng_vote_missing",
            "1 for a validator whose message of the present step has not come, else 0.",
            ["validator"],
            registry=registry,
        )
        for cause in WaitingCause:
            self._causes.labels(cause.value)

    def show(self, waiting: Waiting, validators: int, now_ms: int) -> None:
        """Show what is waited for, of a set of so many validators."""
        due_ms = waiting.due_since_ms
        self._seconds.set(0 if due_ms is None else max(0, now_ms - due_ms) / 1_000)
        for cause in WaitingCause:
            self._causes.labels(cause.value).set(cause.value == waiting.cause)
        missing = {item.validator for item in waiting.missing}
        self._missing.clear()
        for index in range(validators):
            self._missing.labels(str(index)).set(index in missing)


class Metrics:
    """All metrics of a node."""

    def __init__(self) -> None:
        leave_out_creation_times()
        self.registry = CollectorRegistry()
        self.chain = ChainMetrics(self.registry)
        self.process = ProcessMetrics(self.registry)
        self.waiting = WaitingMetrics(self.registry)

    def exposition(self) -> bytes:
        """Return the text that Prometheus scrapes."""
        return generate_latest(self.registry)
