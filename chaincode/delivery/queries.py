"""Group queries: typed public cells in one canonical form, so that the same question is one hash.

A query asks one figure for each cell. The dimensions are fields of the product; a cell is its
number in row-major order over the public value lists of these fields, as the product's schema
fixes them. Any other order of the same dimensions or cells is refused, and nothing is salted: who
asks again gets the answer that was given, and asking often averages no noise away.
"""

from dataclasses import dataclass
from enum import IntEnum, unique
from itertools import pairwise
from typing import Annotated

from chaincode.codec import record_codec
from chaincode.fields import AtMost, Unsigned8, Unsigned32
from ledger.encoding import encode
from ledger.refusal import Code, require
from ledger.suites import tagged_hash

DIMENSIONS_MAX = 4
CELLS_MAX = 256

_QUERY_TAG = b"qc/query/v1"
_FAMILY_TAG = b"qc/query-family/v1"
_ANSWER_TAG = b"qc/answer/v1"


@unique
class Statistic(IntEnum):
    """What is computed of the rows of a cell."""

    COUNT = 1
    SUM = 2
    MEAN = 3
    MEDIAN = 4
    MINIMUM = 5
    MAXIMUM = 6


@dataclass(frozen=True, slots=True)
class GroupQuery:
    """One figure for each of some cells."""

    statistic: Annotated[Statistic, "What is computed."]
    measure: Annotated[Unsigned8 | None, "The field it is computed of; none for a count."]
    dimensions: Annotated[
        tuple[Unsigned8, ...], AtMost(DIMENSIONS_MAX), "The fields that make the cells, ascending."
    ]
    cells: Annotated[
        tuple[Unsigned32, ...], AtMost(CELLS_MAX), "The cells that are asked for, ascending."
    ]

    @property
    def fields(self) -> int:
        """The set of fields that the query looks at."""
        looked_at = self.dimensions if self.measure is None else (self.measure, *self.dimensions)
        return sum(1 << field for field in dict.fromkeys(looked_at))


def require_canonical(query: GroupQuery, where: str) -> None:
    """Refuse (E006) any form of a query but the one that has its hash."""
    counts = query.statistic is Statistic.COUNT
    require(counts is (query.measure is None), Code.SCHEMA, f"{where}.measure")
    require(_ascends(query.dimensions), Code.SCHEMA, f"{where}.dimensions")
    require(query.measure not in query.dimensions, Code.SCHEMA, f"{where}.measure")
    require(bool(query.cells) and _ascends(query.cells), Code.SCHEMA, f"{where}.cells")
    whole = bool(query.dimensions) or query.cells == (0,)
    require(whole, Code.SCHEMA, f"{where}.cells")


def query_hash(query: GroupQuery, product: bytes, version: int, algorithm: bytes) -> bytes:
    """Return the hash by which the same question about a product is known again."""
    question = encode(record_codec(GroupQuery).write(query))
    return tagged_hash(_QUERY_TAG, product, version.to_bytes(4, "big"), algorithm, question)


def family_id(query: GroupQuery, product: bytes) -> bytes:
    """Return the id shared by the queries whose cells can be compared.

    Whatever they compute: a sum and a mean of nearly the same cells tell a person apart as well as
    two counts do.
    """
    return tagged_hash(_FAMILY_TAG, product, bytes(query.dimensions))


def answer_id(question: bytes, snapshots: tuple[bytes, ...]) -> bytes:
    """Return the id of the one answer to a question over snapshots, in the order of the holders."""
    return tagged_hash(_ANSWER_TAG, question, *snapshots)


def difference(one: GroupQuery, other: GroupQuery) -> int:
    """Return how many cells only one of two queries asks for."""
    return len(frozenset(one.cells) ^ frozenset(other.cells))


def _ascends(numbers: tuple[int, ...]) -> bool:
    return all(one < two for one, two in pairwise(numbers))
