"""`python -m tests.requirements`: take each rule out in turn, and see its test turn red.

With words, only the removals whose names contain all of them. `--part 2/3` runs the second third.
"""

import argparse
import sys
import time

from tests.requirements.removal import Removal
from tests.requirements.removals import REMOVALS
from tests.requirements.runner import Verdict, run


def main() -> int:
    """Print the table of removed rules; 0 where every test turned red."""
    parser = argparse.ArgumentParser(prog="python -m tests.requirements", description=__doc__)
    parser.add_argument("words", nargs="*", help="words of the names of removals")
    parser.add_argument("--part", default="1/1", help="which part of how many, for instance 2/3")
    arguments = parser.parse_args()
    number, _, of = arguments.part.partition("/")
    named = [item for item in REMOVALS.values() if _is_named(item, arguments.words)]
    chosen = named[int(number) - 1 :: int(of)]
    started, survived = time.monotonic(), 0
    _say(f"{'rule':58} {'removed in':60} without it")
    for result in run(chosen):
        survived += result.verdict is not Verdict.RED
        _say(f"{result.removal.name:58} {result.removal.place:60} {result.verdict.value}")
        if result.verdict is not Verdict.RED:
            _say(f"    {result.removal.test}\n    {result.said}")
    seconds = time.monotonic() - started
    _say(f"{len(chosen)} rules removed, {len(chosen) - survived} tests red, {seconds:.0f} s")
    return min(survived, 1)


def _is_named(removal: Removal, words: list[str]) -> bool:
    return all(word in removal.name for word in words)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
