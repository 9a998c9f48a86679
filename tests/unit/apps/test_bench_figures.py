"""A run that was not steady gives no rate, and a tenth worse than a baseline is a regression."""

import json
from dataclasses import replace

from apps.bench.figures import (
    Figures,
    Finality,
    doubts_of,
    finality_of,
    regressions,
    slice_rates,
)
from apps.bench.measuring import BlockFact
from apps.bench.report import doubt_text

FINALITY = Finality(500.0, 0.4, 0.8, 1.0)
FIGURES = Figures(
    hardware="a machine",
    seconds=60.0,
    transactions=60_000,
    ok_share=1.0,
    slices=(1_000.0, 1_000.0),
    rate=1_000.0,
    share=0.1,
    verify_microseconds=(50.0, 50.0),
    full=FINALITY,
    half=FINALITY,
    node_microseconds=500.0,
    loop_microseconds=100.0,
    driver_microseconds=50.0,
    stage_microseconds={"commit": 200.0},
    memory_mebibytes=(300.0, 310.0),
    disk_bytes=3_500.0,
    views_above_zero=0,
    validators=4,
    cores=2,
    doubts=(),
)


def _baseline() -> dict[str, object]:
    read: dict[str, object] = json.loads(json.dumps(FIGURES.to_json()))
    return read


def test_slices_are_ten_seconds_by_block_time() -> None:
    """A block counts for the slice in which its time lies, the end excluded."""
    blocks = [BlockFact(n, n * 1_000, 10, 0, 0) for n in range(20)]
    blocks.append(BlockFact(20, 20_000, 999, 0, 0))
    assert slice_rates(blocks, 0, 20_000) == (10.0, 10.0)


def test_an_even_run_raises_no_doubt() -> None:
    """Within the bounds there is a rate."""
    assert doubts_of((1_000, 900, 1_100), 0.995, (50.0, 54.0)) == ()


def test_each_bound_raises_its_doubt() -> None:
    """Uneven slices, failed transactions and a disturbed machine are told apart."""
    keys = [doubt.key for doubt in doubts_of((1_000, 500), 0.98, (50.0, 60.0))]
    assert keys == ["bench.doubt.steady", "bench.doubt.failed", "bench.doubt.disturbed"]
    assert all("{" not in doubt_text(doubt) for doubt in doubts_of((1, 0), 0.1, (1.0, 2.0)))


def test_percentiles_are_those_of_the_span() -> None:
    """The list is ascending; the rate is its length by the seconds."""
    finality = finality_of([number / 100 for number in range(100)], 10.0)
    assert finality == Finality(10.0, 0.50, 0.95, 0.99)
    assert finality_of([], 10.0) == Finality(0.0, 0.0, 0.0, 0.0)


def test_a_tenth_worse_is_a_regression_and_less_is_none() -> None:
    """In R, processor time and disk alike."""
    assert regressions(replace(FIGURES, share=0.091, node_microseconds=549.0), _baseline()) == ()
    worse = replace(FIGURES, share=0.089, node_microseconds=551.0, disk_bytes=3_851.0)
    keys = [doubt.key for doubt in regressions(worse, _baseline())]
    assert keys == ["bench.worse.share", "bench.worse.processor", "bench.worse.disk"]


def test_a_run_without_a_rate_cannot_be_compared() -> None:
    """Neither as the baseline nor against one."""
    unsteady = replace(FIGURES, rate=None, share=None)
    assert regressions(unsteady, _baseline())[0].key == "bench.worse.unknown"
    assert regressions(FIGURES, unsteady.to_json())[0].key == "bench.worse.unknown"
