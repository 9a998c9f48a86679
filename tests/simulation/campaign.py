"""Many seeds: run them, on several processes where asked, and sum up what they met."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tests.simulation.configuration import expand
from tests.simulation.controls import CONTROLS, Control
from tests.simulation.world import Outcome, simulate

SEEDS_PER_TASK = 10


@dataclass
class Summary:
    """What a campaign saw."""

    runs: int = 0
    heights: int = 0
    events: int = 0
    views_max: int = 0
    recoveries_ms: list[int] = field(default_factory=list)
    met: dict[str, int] = field(default_factory=dict)
    """In how many runs each class of fault or notable step occurred."""
    failures: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count a run."""
        self.runs += 1
        self.heights += outcome.heights
        self.events += outcome.events
        self.views_max = max(self.views_max, outcome.views_max)
        for name in outcome.met:
            self.met[name] = self.met.get(name, 0) + 1
        if outcome.violation is None:
            self.recoveries_ms.append(outcome.recovery_ms)
        else:
            self.failures.append(outcome)

    def recovery(self, percent: int) -> int:
        """Return a percentile of the ms from healing to the first new height everywhere."""
        ordered = sorted(self.recoveries_ms)
        return ordered[(len(ordered) - 1) * percent // 100] if ordered else 0


def run_seeds(seeds: Iterable[int], jobs: int) -> Iterator[Outcome]:
    """Run seeds in order; with several jobs, on processes of their own."""
    ordered = list(seeds)
    tasks = [ordered[at : at + SEEDS_PER_TASK] for at in range(0, len(ordered), SEEDS_PER_TASK)]
    if jobs == 1:
        for task in tasks:
            yield from _run_task(task)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for outcomes in pool.map(_run_task, tasks):
            yield from outcomes


def _run_task(seeds: list[int]) -> list[Outcome]:
    return [simulate(expand(seed)) for seed in seeds]


def find_control(name: str) -> Control:
    """Return the control of a name."""
    return next(control for control in CONTROLS if control.name == name)


def run_control(control: Control, seeds: Iterable[int]) -> tuple[int, Outcome | None]:
    """Run with a rule removed until it is noticed; return how many seeds that took, and the run."""
    runs = 0
    with control.active():
        for seed in seeds:
            runs += 1
            outcome = simulate(control.configuration(seed), switched_off=control.switched_off)
            if outcome.violation is not None:
                return runs, outcome
    return runs, None


def reproduction(seed: int, control: Control | None = None) -> str:
    """Return the one line that runs a seed again."""
    line = f"python -m tests.simulation --seeds {seed}-{seed}"
    return line if control is None else f'{line} --control "{control.name}"'
