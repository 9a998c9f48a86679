"""A snapshot: the holder's rows at one moment, and how many persons stand in each cell."""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from apps.gateway.schema import GroupSchema
from chaincode.delivery.queries import GroupQuery, Statistic
from ledger.encoding import encode

_SNAPSHOT_LABEL = b"qc/snapshot/v1"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Rows, one for each person, in the order of the holder's file."""

    schema: GroupSchema
    rows: tuple[Mapping[str, str], ...]

    def commitment(self, secret: bytes) -> bytes:
        """Return the salted commitment to these rows, the same as long as they are the same."""
        hasher = hashlib.blake2b(_SNAPSHOT_LABEL, digest_size=32, key=secret)
        for row in self.rows:
            hasher.update(encode([row[field.name] for field in self.schema.fields]))
        return hasher.digest()

    def sizes(self, dimensions: Sequence[int]) -> Counter[int]:
        """Return how many persons stand in each cell of some dimensions."""
        cells = (self.schema.cell_of(row, dimensions) for row in self.rows)
        return Counter(cell for cell in cells if cell is not None)

    def figures(self, query: GroupQuery) -> list[int]:
        """Return the exact figure of each cell of a query: a count, or a sum within bounds."""
        if query.measure is None:
            sizes = self.sizes(query.dimensions)
            return [sizes[cell] for cell in query.cells]
        assert query.statistic is Statistic.SUM
        measure = self.schema.fields[query.measure]
        sums: Counter[int] = Counter()
        for row in self.rows:
            cell = self.schema.cell_of(row, query.dimensions)
            if cell is not None:
                sums[cell] += measure.clamped(row[measure.name])
        return [sums[cell] for cell in query.cells]


def read_snapshot(path: Path, schema: GroupSchema) -> Snapshot:
    """Return the rows of a CSV file with a heading."""
    with path.open(encoding="utf-8", newline="") as file:
        return Snapshot(schema, tuple(csv.DictReader(file)))


def persons_in(sizes: Mapping[int, int], cells: Iterable[int]) -> int:
    """Return how many persons stand in some cells together."""
    return sum(sizes.get(cell, 0) for cell in cells)
