"""Play many random histories: `python -m tests.unit.chaincode.histories 10000 [first seed]`.

Each has 200 steps and follows from its seed; a failure names the seed, and
`python -m tests.unit.chaincode.histories 1 SEED` plays that one again.
"""

import os
import sys
import traceback
from collections import Counter
from multiprocessing import Pool

from ledger.refusal import Code, Refused
from tests.unit.chaincode.play_actions import drawn_history, play_out

STEPS = 200
REPORT_EVERY = 500

Outcomes = Counter[tuple[str, Code]]


def outcomes_of(seed: int) -> tuple[int, Outcomes, str]:
    """Play the history of a seed; return what was tried, or how it failed."""
    try:
        return seed, Counter(play_out(drawn_history(seed, STEPS)).outcomes), ""
    except (AssertionError, LookupError, TypeError, ValueError, Refused):
        return seed, Counter(), traceback.format_exc()


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(count: int, first: int) -> int:
    """Play histories on all processors; return how many failed."""
    reached: Outcomes = Counter()
    failed = 0
    with Pool(os.cpu_count()) as pool:
        played = pool.imap_unordered(outcomes_of, range(first, first + count))
        for number, (seed, outcomes, failure) in enumerate(played, start=1):
            reached.update(outcomes)
            if failure:
                failed += 1
                say(f"python -m tests.unit.chaincode.histories 1 {seed}\n{failure}")
            if number % REPORT_EVERY == 0:
                say(f"{number} histories, {failed} failed")
    accepted = {name for name, code in reached if code is Code.OK}
    tried = sum(reached.values())
    say(f"{count} histories of {STEPS} steps, {tried} transactions, {failed} failed")
    say(f"{len(accepted)} types accepted, {len({code for _, code in reached})} codes")
    return failed


if __name__ == "__main__":
    numbers = [int(item) for item in sys.argv[1:]]
    sys.exit(min(1, main(numbers[0], numbers[1] if len(numbers) > 1 else 0)))
