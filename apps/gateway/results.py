"""The only form that a group result may have: figures, and null where a group is too small.

    result = [1, [statistic, measure, [dimension …], [cell …]], [figure or null …], k, ε]

Canonical CBOR; k and ε as whole numbers, ε in millionths. Whoever registered this form knows that
no row of a person fits into it.
"""

from dataclasses import dataclass

from chaincode.codec import record_codec
from chaincode.delivery.job_records import Suppressed
from chaincode.delivery.queries import GroupQuery
from ledger import shape
from ledger.encoding import Value, decode, encode
from ledger.refusal import Code, Refused
from ledger.suites import tagged_hash

VERSION = 1
RESULT_SIZE_MAX = 8_192
OUTPUT_SCHEMA = tagged_hash(b"qc/group-result-form/v1", (__doc__ or "").encode())
"""What is registered as the output schema: this page of words."""

_BUCKETS = (
    (1, Suppressed.NONE),
    (5, Suppressed.BELOW_5),
    (20, Suppressed.BELOW_20),
    (100, Suppressed.BELOW_100),
)


@dataclass(frozen=True, slots=True)
class GroupResult:
    """The figures of a query; None where fewer than `group_size_min` persons stand in a cell."""

    query: GroupQuery
    figures: tuple[int | None, ...]
    group_size_min: int
    epsilon: int

    @property
    def suppressed(self) -> Suppressed:
        """How many cells were left out, as coarsely as the chain tells it."""
        count = sum(figure is None for figure in self.figures)
        return next((bucket for end, bucket in _BUCKETS if count < end), Suppressed.FROM_100)

    def encoded(self) -> bytes:
        """Return the canonical bytes."""
        query = record_codec(GroupQuery).write(self.query)
        return encode([VERSION, query, self.figures, self.group_size_min, self.epsilon])


def decode_result(data: bytes) -> GroupResult:
    """Return the result of canonical bytes, or refuse (E006) another form."""
    parts = shape.array(decode(data, size_max=RESULT_SIZE_MAX), 5, "result")
    shape.constant(parts[0], VERSION, "result.version")
    query = record_codec(GroupQuery).read(parts[1])
    figures = shape.array(parts[2], len(query.cells), "result.figures")
    return GroupResult(
        query,
        tuple(_figure(item, f"result.figures[{index}]") for index, item in enumerate(figures)),
        shape.unsigned(parts[3], "result.group_size_min"),
        shape.unsigned(parts[4], "result.epsilon"),
    )


def _figure(value: Value, field: str) -> int | None:
    if value is not None and type(value) is not int:
        raise Refused(Code.SCHEMA, field)
    return value
