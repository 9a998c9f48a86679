"""What the columns of a product may be asked for: public value lists, bands and bounds.

    cell = row-major number over the value lists of a query's dimensions, the last one fastest

The schema is public. It fixes what a cell means before anybody asks, so that a query is numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from chaincode.delivery.queries import GroupQuery
from ledger.encoding import Value, encode
from ledger.suites import tagged_hash

_SCHEMA_TAG = b"qc/group-schema/v1"


@dataclass(frozen=True, slots=True)
class Band:
    """Whole numbers from one on, up to and without another; none: no limit."""

    name: str
    first: int
    end: int | None

    def holds(self, number: int) -> bool:
        """Say whether a number lies in the band."""
        return self.first <= number and (self.end is None or number < self.end)


@dataclass(frozen=True, slots=True)
class Field:
    """A column by its name; what makes it a dimension, a measure, or both.

    A dimension has either a list of values or bands of a number; a measure has bounds, and what
    lies beyond them is moved to them before it is summed.
    """

    name: str
    values: tuple[str, ...] = ()
    bands: tuple[Band, ...] = ()
    bounds: tuple[int, int] | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The public names of the values of this dimension; none for a mere measure."""
        return self.values or tuple(band.name for band in self.bands)

    @property
    def largest(self) -> int:
        """How much one row can change a sum at most."""
        assert self.bounds is not None
        return max(abs(bound) for bound in self.bounds)

    def place(self, text: str) -> int | None:
        """Return the number of a column's value among the labels, or None for another."""
        if self.values:
            return self.values.index(text) if text in self.values else None
        return next((at for at, band in enumerate(self.bands) if band.holds(int(text))), None)

    def clamped(self, text: str) -> int:
        """Return a measured number within the bounds."""
        assert self.bounds is not None
        low, high = self.bounds
        return min(max(int(text), low), high)


@dataclass(frozen=True, slots=True)
class GroupSchema:
    """The fields of a GROUP product, in the order of its field numbers."""

    fields: tuple[Field, ...]

    def commitment(self) -> bytes:
        """Return the hash that is registered for this schema."""
        return tagged_hash(_SCHEMA_TAG, encode([_value(field) for field in self.fields]))

    def cell_count(self, dimensions: Sequence[int]) -> int:
        """Return how many cells some dimensions make."""
        count = 1
        for number in dimensions:
            count *= len(self.fields[number].labels)
        return count

    def cell_of(self, row: Mapping[str, str], dimensions: Sequence[int]) -> int | None:
        """Return the cell of a row, or None where a value is in no public list."""
        cell = 0
        for number in dimensions:
            field = self.fields[number]
            place = field.place(row[field.name])
            if place is None:
                return None
            cell = cell * len(field.labels) + place
        return cell

    def cell_names(self, query: GroupQuery) -> list[tuple[str, ...]]:
        """Return what each cell of a query means, label by label."""
        labels = [self.fields[number].labels for number in query.dimensions]
        every = list(product(*labels))
        return [every[cell] for cell in query.cells]

    def fits(self, query: GroupQuery) -> bool:
        """Say whether a query asks for nothing but cells and measures of this schema."""
        asked = (*query.dimensions, *(() if query.measure is None else (query.measure,)))
        if any(number >= len(self.fields) for number in asked):
            return False
        if not all(self.fields[number].labels for number in query.dimensions):
            return False
        if query.measure is not None and self.fields[query.measure].bounds is None:
            return False
        return query.cells[-1] < self.cell_count(query.dimensions)


def _value(field: Field) -> Value:
    bands: list[Value] = [[band.name, band.first, band.end] for band in field.bands]
    bounds: Value = None if field.bounds is None else list(field.bounds)
    return [field.name, list(field.values), bands, bounds]
