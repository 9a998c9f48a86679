"""The figures of one run, whether it was steady enough to be called a rate, and a baseline."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from apps.bench.measuring import BlockFact

SLICE_SECONDS = 10
"""The run is cut into slices of at least this length."""
STEADY_SPREAD = 0.15
"""No slice of the run may be further than this from the mean."""
OK_SHARE_MIN = 0.99
VERIFY_AGREEMENT = 0.10
"""How far the two measurements of a signature's cost may lie apart."""
REGRESSION = 0.10
"""How much worse than a baseline is a regression."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a run is no measurement: the key of a text and what fills it."""

    key: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Finality:
    """Seconds from sending a transaction to its finality, and how many were sent a second."""

    rate: float
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run showed. `rate` and `share` are None where it was not steady; `doubts` say why."""

    hardware: str
    seconds: float
    transactions: int
    ok_share: float
    slices: tuple[float, ...]
    rate: float | None
    share: float | None
    """R = rate · n · t_verify / c."""
    verify_microseconds: tuple[float, float]
    full: Finality
    half: Finality
    node_microseconds: float
    """Processor time of one node for one transaction; so are the next two."""
    loop_microseconds: float
    driver_microseconds: float
    stage_microseconds: dict[str, float]
    """Time, not processor time, of one node by stage for one transaction."""
    memory_mebibytes: tuple[float, float]
    """Of all nodes at the start and the end."""
    disk_bytes: float
    """Growth of one node's folder for one transaction."""
    views_above_zero: int
    validators: int
    cores: int
    doubts: tuple[Doubt, ...]

    def to_json(self) -> dict[str, object]:
        """Return the figures for a file."""
        return asdict(self)


def slice_rates(blocks: Sequence[BlockFact], start_ms: int, end_ms: int) -> tuple[float, ...]:
    """Return the transactions per second of equal slices of a span, by block time."""
    count = max(1, (end_ms - start_ms) // (SLICE_SECONDS * 1_000))
    length_ms = (end_ms - start_ms) / count
    totals = [0] * count
    for block in blocks:
        if start_ms <= block.time_ms < end_ms:
            totals[int((block.time_ms - start_ms) / length_ms)] += block.transactions
    return tuple(total * 1_000 / length_ms for total in totals)


def doubts_of(
    rates: Sequence[float], ok_share: float, verify_microseconds: tuple[float, float]
) -> tuple[Doubt, ...]:
    """Return why a run is no measurement; nothing where it is one."""
    doubts = []
    mean = sum(rates) / len(rates)
    spread = max(abs(rate - mean) for rate in rates) / mean if mean else 1.0
    if spread > STEADY_SPREAD:
        doubts.append(Doubt("bench.doubt.steady", f"{spread:.0%}"))
    if ok_share < OK_SHARE_MIN:
        doubts.append(Doubt("bench.doubt.failed", f"{ok_share:.2%}"))
    low, high = sorted(verify_microseconds)
    if high - low > VERIFY_AGREEMENT * high:
        doubts.append(Doubt("bench.doubt.disturbed", f"{low:.1f} µs, {high:.1f} µs"))
    return tuple(doubts)


def finality_of(ascending: Sequence[float], seconds: float) -> Finality:
    """Return the percentiles of an ascending list of what became final in a span."""
    p50, p95, p99 = (percentile(ascending, share) for share in (0.50, 0.95, 0.99))
    return Finality(len(ascending) / seconds if seconds else 0.0, p50, p95, p99)


def percentile(ascending: Sequence[float], share: float) -> float:
    """Return a percentile of an ascending list; 0 for an empty one."""
    if not ascending:
        return 0.0
    return ascending[min(len(ascending) - 1, int(share * len(ascending)))]


def regressions(figures: Figures, baseline: Mapping[str, object]) -> tuple[Doubt, ...]:
    """Return what is more than a tenth worse than in a baseline (`Figures.to_json`).

    A run that gives no rate cannot be compared, and says so.
    """
    before = baseline.get("share")
    if figures.share is None or not isinstance(before, float):
        return (Doubt("bench.worse.unknown"),)
    worse = []
    if figures.share < before * (1 - REGRESSION):
        worse.append(Doubt("bench.worse.share", f"{before:.3f} → {figures.share:.3f}"))
    for name, key, value in (
        ("node_microseconds", "bench.worse.processor", figures.node_microseconds),
        ("disk_bytes", "bench.worse.disk", figures.disk_bytes),
    ):
        earlier = baseline.get(name)
        if isinstance(earlier, float) and value > earlier * (1 + REGRESSION):
            worse.append(Doubt(key, f"{earlier:,.0f} → {value:,.0f}"))
    return tuple(worse)
