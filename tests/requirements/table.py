"""The table of requirements: Q1 to Q49, I1 to I27, X1 to X42, in this order."""

from collections.abc import Iterator

from tests.requirements import (
    rows_of_abuse,
    rows_of_circulation,
    rows_of_collusion,
    rows_of_invariants,
    rows_of_rights,
)
from tests.requirements.removal import Removal
from tests.requirements.removals import REMOVALS
from tests.requirements.row import Row

ROWS: tuple[Row, ...] = (
    *rows_of_circulation.ROWS,
    *rows_of_rights.ROWS,
    *rows_of_invariants.ROWS,
    *rows_of_abuse.ROWS,
    *rows_of_collusion.ROWS,
)
KEYS = (
    *(f"Q{number}" for number in range(1, 50)),
    *(f"I{number}" for number in range(1, 28)),
    *(f"X{number}" for number in range(1, 43)),
)


def removals_of(row: Row) -> Iterator[Removal]:
    """Yield the rules of a row."""
    return (REMOVALS[name] for name in row.removals)


def places_of(row: Row) -> tuple[str, ...]:
    """Return the functions that hold a row's rules, each once."""
    return tuple(dict.fromkeys((*(item.place for item in removals_of(row)), *row.places)))


def named_tests(row: Row) -> tuple[str, ...]:
    """Return the ids of a row's tests, each once."""
    return tuple(dict.fromkeys((*(item.test for item in removals_of(row)), *row.tests)))
