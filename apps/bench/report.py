"""The figures of one run, and whether it was steady enough to be called a rate."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.table import Table

from apps.bench.measuring import BlockFact

SLICES = 6
STEADY_SPREAD = 0.25
"""No slice of the run may be further than this from the mean."""
OK_SHARE_MIN = 0.99
VERIFY_AGREEMENT = 0.10
"""How far the two measurements of a signature's cost may lie apart."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run showed. `rate` and `share` are None where it was not steady; `doubts` say why."""

    seconds: float
    transactions: int
    ok_share: float
    slices: tuple[float, ...]
    rate: float | None
    share: float | None
    """R = rate · n · t_verify / c."""
    verify_microseconds: tuple[float, float]
    finality_p50: float
    finality_p95: float
    node_microseconds: float
    """Processor time of all nodes for one transaction."""
    driver_microseconds: float
    stage_microseconds: dict[str, float]
    """Time of one node by stage for one transaction."""
    resident_mebibytes: tuple[float, float]
    views_above_zero: int
    validators: int
    cores: int
    doubts: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Return the figures for a file."""
        return asdict(self)


def slice_rates(blocks: Sequence[BlockFact], start_ms: int, end_ms: int) -> tuple[float, ...]:
    """Return the transactions per second of equal slices of a span, by block time."""
    length_ms = (end_ms - start_ms) / SLICES
    counts = [0] * SLICES
    for block in blocks:
        if start_ms <= block.time_ms < end_ms:
            counts[int((block.time_ms - start_ms) / length_ms)] += block.transactions
    return tuple(count * 1_000 / length_ms for count in counts)


def doubts_of(
    rates: Sequence[float], ok_share: float, verify_microseconds: tuple[float, float]
) -> tuple[str, ...]:
    """Return why a run is no measurement; nothing where it is one."""
    doubts = []
    mean = sum(rates) / len(rates)
    spread = max(abs(rate - mean) for rate in rates) / mean if mean else 1.0
    if spread > STEADY_SPREAD:
        doubts.append(f"not steady: a slice was {spread:.0%} from the mean")
    if ok_share < OK_SHARE_MIN:
        doubts.append(f"only {ok_share:.2%} of the transactions took effect")
    low, high = sorted(verify_microseconds)
    if high - low > VERIFY_AGREEMENT * high:
        doubts.append(f"a signature cost {low:.1f} µs and {high:.1f} µs: another load disturbed")
    return tuple(doubts)


def percentile(ascending: Sequence[float], share: float) -> float:
    """Return a percentile of an ascending list; 0 for an empty one."""
    if not ascending:
        return 0.0
    return ascending[min(len(ascending) - 1, int(share * len(ascending)))]


def figures_table(figures: Figures) -> Table:
    """Return the figures for people."""
    table = Table(title="quancheng bench", title_justify="left", show_header=False)
    doubts = "; ".join(figures.doubts)
    rate = f"none: {doubts}" if figures.rate is None else f"{figures.rate:,.0f}/s"
    share = "none" if figures.share is None else f"{figures.share:.3f}"
    before, after = figures.verify_microseconds
    rows = [
        ("finalized, verified signatures", rate),
        (f"R = rate · {figures.validators} · t_verify / {figures.cores}", share),
        ("t_verify before, after", f"{before:.1f} µs, {after:.1f} µs"),
        ("rate by sixth of the run", ", ".join(f"{item:,.0f}" for item in figures.slices)),
        ("finality p50, p95", f"{figures.finality_p50:.2f} s, {figures.finality_p95:.2f} s"),
        ("took effect", f"{figures.ok_share:.3%} of {figures.transactions:,}"),
        ("processor time of all nodes", f"{figures.node_microseconds:,.0f} µs a transaction"),
        ("processor time of the load", f"{figures.driver_microseconds:,.0f} µs a transaction"),
    ]
    rows += [
        (f"  stage {name}", f"{value:,.1f} µs a transaction and node")
        for name, value in sorted(figures.stage_microseconds.items(), key=lambda row: -row[1])
    ]
    first, last = figures.resident_mebibytes
    rows += [
        ("memory of the nodes at start, end", f"{first:,.0f} MiB, {last:,.0f} MiB"),
        ("blocks decided above view 0", str(figures.views_above_zero)),
    ]
    for name, value in rows:
        table.add_row(name, value)
    return table
