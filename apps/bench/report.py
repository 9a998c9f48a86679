"""The figures of a run for people."""

from rich.table import Table

from apps.bench.figures import Doubt, Figures, Finality
from apps.cli.say import say


def doubt_text(doubt: Doubt) -> str:
    """Return a doubt in the reader's language."""
    return say(doubt.key, value=doubt.value)


def figures_table(figures: Figures) -> Table:
    """Return the figures, name by value."""
    table = Table(title="quancheng bench", title_justify="left", show_header=False)
    for key, value in (*_speed(figures), *_cost(figures)):
        table.add_row(key, value)
    return table


def _speed(figures: Figures) -> list[tuple[str, str]]:
    none = say("bench.none", doubts="; ".join(map(doubt_text, figures.doubts)))
    before, after = figures.verify_microseconds
    return [
        (say("bench.hardware"), figures.hardware),
        (say("bench.rate"), none if figures.rate is None else f"{figures.rate:,.0f}/s"),
        (
            f"R = rate · {figures.validators} · t_verify / {figures.cores}",
            none if figures.share is None else f"{figures.share:.3f}",
        ),
        ("t_verify", f"{before:.1f} µs, {after:.1f} µs"),
        (
            say("bench.slices", seconds=f"{figures.seconds / len(figures.slices):.0f}"),
            ", ".join(f"{item:,.0f}" for item in figures.slices),
        ),
        (say("bench.finality.full"), _finality(figures.full)),
        (say("bench.finality.half"), _finality(figures.half)),
        (say("bench.ok"), f"{figures.ok_share:.3%} / {figures.transactions:,}"),
        (say("bench.views"), str(figures.views_above_zero)),
    ]


def _cost(figures: Figures) -> list[tuple[str, str]]:
    others = figures.node_microseconds - figures.loop_microseconds
    first, last = figures.memory_mebibytes
    slope = (last - first) * 60 / figures.seconds / figures.validators
    rows = [
        (say("bench.processor"), f"{figures.node_microseconds:,.0f} µs"),
        (f"  {say('bench.loop')}", f"{figures.loop_microseconds:,.0f} µs"),
        (f"  {say('bench.threads')}", f"{others:,.0f} µs"),
        (say("bench.driver"), f"{figures.driver_microseconds:,.0f} µs"),
    ]
    rows += [
        (say("bench.stage", name=name), f"{value:,.1f} µs")
        for name, value in sorted(figures.stage_microseconds.items(), key=lambda row: -row[1])
    ]
    return [
        *rows,
        (say("bench.memory"), f"{first:,.0f} → {last:,.0f} MiB, {slope:+.1f} MiB/min"),
        (say("bench.disk"), f"{figures.disk_bytes:,.0f} B"),
    ]


def _finality(finality: Finality) -> str:
    seconds = f"{finality.p50:.2f} s, {finality.p95:.2f} s, {finality.p99:.2f} s"
    return f"{seconds} ({finality.rate:,.0f}/s)"
