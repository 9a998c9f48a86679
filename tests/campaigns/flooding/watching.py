"""What the nodes themselves say and hold while they are watched: finality, queues, memory."""

import re
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from apps.bench.measuring import process_fact

_SAMPLE = re.compile(r'^(\w+)(?:\{(?:queue|le)="([^"]+)"\})? (\S+)$', re.MULTILINE)
_FINALITY = "quancheng_finality_seconds_bucket"
_QUEUES = ("quancheng_queue", "quancheng_rpc_queue")
METRICS_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at all nodes: how many transactions were final within so many seconds, and more."""

    finality: dict[float, float]
    overfull: tuple[str, ...]
    """Queues that held more than their bound."""
    memory_bytes: int
    """Memory of all nodes with their fronts."""
    view_changes: float


def look(urls: Sequence[str], process_ids: Sequence[int]) -> Reading:
    """Ask all nodes for their metrics, and the system for the memory of all processes."""
    finality: dict[float, float] = {}
    overfull: list[str] = []
    view_changes = 0.0
    for url in urls:
        samples = _samples(f"{url}/metrics")
        for (name, bound), value in samples.items():
            if name == _FINALITY:
                finality[float(bound)] = finality.get(float(bound), 0.0) + value
        view_changes += samples["quancheng_view_changes_total", ""]
        overfull += [f"{url} {queue}" for queue in _overfull(samples)]
    memory = sum(process_fact(number).memory_bytes for number in process_ids)
    return Reading(finality, tuple(overfull), memory, view_changes)


def percentile_between(start: Reading, end: Reading, share: float) -> float:
    """Return a percentile of finality between two looks, in seconds, straight within a bucket."""
    bounds = sorted(end.finality)
    counts = [end.finality[bound] - start.finality.get(bound, 0.0) for bound in bounds]
    wanted = counts[-1] * share
    below, lower = 0.0, 0.0
    for bound, count in zip(bounds, counts, strict=True):
        if count >= wanted:
            return lower + (bound - lower) * (wanted - below) / max(1.0, count - below)
        below, lower = count, bound
    return lower


def children_of(process_id: int) -> Iterator[int]:
    """Yield the processes that a process has started: a node's front."""
    listing = Path(f"/proc/{process_id}/task/{process_id}/children")
    yield from map(int, listing.read_text(encoding="ascii").split())


def _samples(url: str) -> dict[tuple[str, str], float]:
    with urllib.request.urlopen(url, timeout=METRICS_TIMEOUT_S) as answer:  # noqa: S310 - ours
        text = answer.read().decode()
    return {(name, label): float(value) for name, label, value in _SAMPLE.findall(text)}


def _overfull(samples: dict[tuple[str, str], float]) -> Iterator[str]:
    for prefix in _QUEUES:
        for (name, queue), bound in samples.items():
            if name == f"{prefix}_bound" and samples[f"{prefix}_size", queue] > bound:
                yield queue
