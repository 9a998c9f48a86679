"""`python -m tests.campaigns.histories --count 10000 --jobs 2`: random histories of a whole city.

Each plays 200 transactions, lawful and unlawful, checks every invariant after every block, brings
all deadlines to their end, and replays its blocks. A history follows from its seed; a failure names
it, and `--first SEED --count 1` plays that one again.

With `--progress FILE` the outcome of every seed is kept as a line of the file, and a run that was
interrupted goes on where it stood, as long as neither rules nor checks have changed since.
"""

import argparse
import hashlib
import json
import sys
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ledger.refusal import Refused
from tests.unit.chaincode.play_actions import drawn_steps, play_out

ROOT = Path(__file__).resolve().parents[2]
JUDGED = ("chaincode", "ledger", "tests/unit/chaincode")
"""What a history depends on: a change of any of it makes earlier outcomes worthless."""
TRANSACTIONS = 200
SEEDS_PER_TASK = 10
REPORT_EVERY = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """One history: how many transactions were tried, what they met, how it failed if it did."""

    seed: int
    transactions: int = 0
    accepted: tuple[str, ...] = ()
    """Types that succeeded at least once."""
    codes: tuple[str, ...] = ()
    failure: str = ""


@dataclass(slots=True)
class Summary:
    """What all histories together saw."""

    histories: int = 0
    transactions: int = 0
    accepted: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    failed: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count a history."""
        self.histories += 1
        self.transactions += outcome.transactions
        self.accepted |= set(outcome.accepted)
        self.codes |= set(outcome.codes)
        self.failed += bool(outcome.failure)

    def __str__(self) -> str:
        return (
            f"{self.histories} histories, {self.transactions} transactions, "
            f"{len(self.accepted)} types accepted, {len(self.codes)} codes, {self.failed} failed"
        )


def played(seed: int) -> Outcome:
    """Play the history of a seed."""
    try:
        play = play_out(drawn_steps(seed), TRANSACTIONS)
    except (AssertionError, LookupError, TypeError, ValueError, Refused):
        return Outcome(seed, failure=traceback.format_exc())
    return Outcome(
        seed=seed,
        transactions=len(play.outcomes),
        accepted=tuple(sorted({name for name, code in play.outcomes if not code})),
        codes=tuple(sorted({code.label for _, code in play.outcomes})),
    )


def run_seeds(seeds: list[int], jobs: int) -> Iterator[Outcome]:
    """Play seeds in order, on processes of their own."""
    tasks = [seeds[at : at + SEEDS_PER_TASK] for at in range(0, len(seeds), SEEDS_PER_TASK)]
    with ProcessPoolExecutor(jobs) as pool:
        for outcomes in pool.map(_run_task, tasks):
            yield from outcomes


def fingerprint() -> str:
    """Return a hash of everything that the outcome of a history depends on."""
    digest = hashlib.sha256()
    for folder in JUDGED:
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(f"{path.relative_to(ROOT)}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def kept_outcomes(file: Path, code: str) -> dict[int, Outcome]:
    """Return the outcomes that a file keeps for this code; a last line that was torn is none."""
    if not file.exists():
        return {}
    first, *lines = file.read_text(encoding="utf-8").split("\n")[:-1] or [""]
    if first != code:
        return {}
    rows = [json.loads(line) for line in lines]
    return {
        row["seed"]: Outcome(
            row["seed"],
            row["transactions"],
            tuple(row["accepted"]),
            tuple(row["codes"]),
            row["failure"],
        )
        for row in rows
    }


def begin(file: Path, code: str, kept: dict[int, Outcome]) -> None:
    """Write the file anew with what counts of it."""
    rows = [json.dumps(asdict(outcome)) for outcome in kept.values()]
    file.write_text("\n".join([code, *rows]) + "\n", encoding="utf-8")


def main() -> int:
    """Do what the command line asks; 0 where nothing was violated."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.histories")
    parser.add_argument("--count", type=int, default=10_000, help="histories")
    parser.add_argument("--first", type=int, default=0, help="seed of the first one")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--progress", type=Path, help="file that keeps the outcome of each seed")
    arguments = parser.parse_args()
    started, summary, code = time.monotonic(), Summary(), fingerprint()
    wanted = range(arguments.first, arguments.first + arguments.count)
    kept = {} if arguments.progress is None else kept_outcomes(arguments.progress, code)
    for seed in wanted:
        if seed in kept:
            _report(summary, kept[seed])
    if arguments.progress is not None:
        begin(arguments.progress, code, kept)
        _say(f"{summary.histories} histories were played before")
    for outcome in run_seeds([seed for seed in wanted if seed not in kept], arguments.jobs):
        if arguments.progress is not None:
            with arguments.progress.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(outcome)) + "\n")
        _report(summary, outcome)
        if summary.histories % REPORT_EVERY == 0:
            _say(str(summary))
    _say(f"{summary} in {time.monotonic() - started:.0f} s")
    return min(1, summary.failed)


def _report(summary: Summary, outcome: Outcome) -> None:
    summary.add(outcome)
    if outcome.failure:
        _say(f"python -m tests.campaigns.histories --first {outcome.seed} --count 1")
        _say(outcome.failure)


def _run_task(seeds: list[int]) -> list[Outcome]:
    return [played(seed) for seed in seeds]


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
