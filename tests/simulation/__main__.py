"""`python -m tests.simulation --seeds A-B --jobs N`: run seeds, say what they met."""

import argparse
import sys
import time

from tests.simulation.campaign import (
    Summary,
    find_control,
    reproduction,
    run_control,
    run_seeds,
)
from tests.simulation.configuration import expand
from tests.simulation.controls import CONTROLS, Control

PROGRESS_EVERY = 100


def main() -> int:
    """Do what the command line asks; 0 where nothing was violated or every control noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", default="0-199", help="first and last seed, for instance 0-199")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--control", help="run with one rule removed, by its name")
    parser.add_argument("--controls", action="store_true", help="remove each rule in turn: a table")
    arguments = parser.parse_args()
    first, _, last = arguments.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    if arguments.controls:
        return _show_controls(CONTROLS, seeds)
    if arguments.control:
        return _show_controls((find_control(arguments.control),), seeds)
    return _show_campaign(seeds, arguments.jobs)


def _show_controls(controls: tuple[Control, ...], seeds: range) -> int:
    _say(f"{'removed rule':38} {'oracle':10} seeds needed")
    survivors = 0
    for control in controls:
        runs, outcome = run_control(control, seeds)
        survivors += outcome is None
        noticed = "SURVIVED" if outcome is None else outcome.oracle
        _say(f"{control.name:38} {noticed:10} {runs}")
        if outcome is not None:
            _say(f"    {outcome.violation}\n    {reproduction(outcome.seed, control)}")
    return min(survivors, 1)


def _show_campaign(seeds: range, jobs: int) -> int:
    started = time.monotonic()
    summary = Summary()
    for outcome in run_seeds(seeds, jobs):
        summary.add(outcome)
        if outcome.violation is not None:
            _say(f"seed {outcome.seed}: {outcome.violation}")
            _say(expand(outcome.seed).explained())
            _say(f"  reproduce: {reproduction(outcome.seed)}")
        if summary.runs % PROGRESS_EVERY == 0:
            _say(f"{summary.runs} of {len(seeds)} runs, {len(summary.failures)} failed")
    _show_summary(summary, time.monotonic() - started)
    if len(seeds) == 1 and not summary.failures:
        _say(expand(seeds[0]).explained())
    return 1 if summary.failures else 0


def _show_summary(summary: Summary, seconds: float) -> None:
    _say(
        f"{summary.runs} runs in {seconds:.1f} s: {summary.heights} heights, "
        f"{summary.events} events, highest view {summary.views_max}, "
        f"{len(summary.failures)} violations"
    )
    _say(
        "from healing to a new height everywhere: "
        f"median {summary.recovery(50)} ms, p99 {summary.recovery(99)} ms, "
        f"worst {summary.recovery(100)} ms"
    )
    for name, runs in sorted(summary.met.items()):
        _say(f"  {name:28} in {runs} runs")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
