"""Parameters: every number that governance may move, with unit, default, bounds and meaning.

A decided change takes effect at its height on every node at once. Durations are milliseconds: a
testnet uses seconds where a city uses days, with the rules unaltered.
"""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Annotated

from chaincode.fields import Unsigned64
from chaincode.state import Overlay, StateReader
from chaincode.tables import Table
from ledger.encoding import encode
from ledger.suites import tagged_hash

_TAG = b"qc/params/v1"

_SECOND = 1_000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_YEAR = 365 * _DAY


@unique
class ParameterName(IntEnum):
    """The parameters by their stable numbers. A number is never given a second meaning."""

    PROTOCOL_VERSION = 1
    BLOCK_INTERVAL_MS = 2
    BLOCK_DRIFT_MS = 3
    BLOCK_SIZE_MAX = 4
    BLOCK_TRANSACTIONS_MAX = 5
    TRANSACTION_WINDOW_MS = 6
    ORGANISATION_TRANSACTIONS_MAX = 7
    ORGANISATION_PROTECTIVE_MAX = 8
    SWEEPS_MAX = 9
    EPOCH_BLOCKS_MIN = 10
    EVIDENCE_AGE_BLOCKS = 11

    PROPOSAL_TERM_MS = 20
    KEY_RECOVERY_BLOCKS = 21
    SUBJECT_TERM_MAX_MS = 22
    DELEGATION_TERM_MAX_MS = 23

    NOTICE_MS = 40
    RESOURCE_TERM_MAX_MS = 41

    GRANT_OFFER_TERM_MS = 60
    GRANT_TERM_MAX_MS = 61
    MATTER_TERM_MAX_MS = 62
    MATTER_USES_MAX = 63
    CONSENT_REQUEST_TERM_MS = 64
    CONSENT_TERM_MAX_MS = 65
    RETENTION_TERM_MAX_MS = 66
    CONSENT_REQUESTS_MAX = 67
    ERASURE_TERM_MS = 68

    LISTING_TERM_MAX_MS = 80
    ORDER_TERM_MAX_MS = 81

    RECEIPT_TERM_MS = 100
    GROUP_SIZE_MIN = 101
    SUPERVISOR_WRAP = 102
    METER_PERIOD_MS = 103

    DISPUTE_TERM_MS = 120
    DISPUTE_RULING_TERM_MS = 121

    FREEZE_TERM_MAX_MS = 140


@dataclass(frozen=True, slots=True)
class ParameterDefinition:
    """What a parameter is. A genesis may give another value and narrower bounds."""

    name: ParameterName
    unit: str
    default: int
    testnet: int
    """The value of a local testnet, where it differs in nothing but scale."""
    minimum: int
    maximum: int
    meaning: str


def _define(
    name: ParameterName, unit: str, values: tuple[int, int], bounds: tuple[int, int], meaning: str
) -> ParameterDefinition:
    return ParameterDefinition(name, unit, *values, *bounds, meaning)


_P = ParameterName

DEFINITIONS: tuple[ParameterDefinition, ...] = (
    _define(
        _P.PROTOCOL_VERSION,
        "version",
        (1, 1),
        (1, 65_535),
        "Rules in force: a transaction type or rule of a later version is not yet active.",
    ),
    _define(
        _P.BLOCK_INTERVAL_MS, "ms", (500, 200), (10, _MINUTE), "Least time between two blocks."
    ),
    _define(
        _P.BLOCK_DRIFT_MS,
        "ms",
        (2 * _SECOND, 2 * _SECOND),
        (100, _MINUTE),
        "How far a block's time may run ahead of a validator's clock.",
    ),
    _define(
        _P.BLOCK_SIZE_MAX,
        "bytes",
        (2 << 20, 2 << 20),
        (128 << 10, 4 << 20),
        "Size of a block with its transactions.",
    ),
    _define(
        _P.BLOCK_TRANSACTIONS_MAX,
        "transactions",
        (1_000, 1_000),
        (1, 5_000),
        "Transactions of a block.",
    ),
    _define(
        _P.TRANSACTION_WINDOW_MS,
        "ms",
        (10 * _MINUTE, 10 * _MINUTE),
        (10 * _SECOND, _HOUR),
        "How far ahead of block time a validity may end; within it, an id counts once.",
    ),
    _define(
        _P.ORGANISATION_TRANSACTIONS_MAX,
        "transactions",
        (500, 1_000),
        (1, 5_000),
        "Transactions of one organisation in a block.",
    ),
    _define(
        _P.ORGANISATION_PROTECTIVE_MAX,
        "transactions",
        (100, 100),
        (1, 5_000),
        "Protective transactions of one organisation in a block, besides its others.",
    ),
    _define(
        _P.SWEEPS_MAX,
        "items",
        (200, 200),
        (1, 5_000),
        "Due items that one block materialises; the others wait for the next in order.",
    ),
    _define(
        _P.EPOCH_BLOCKS_MIN,
        "blocks",
        (10, 10),
        (10, 1_000_000),
        "Least length of a validator epoch.",
    ),
    _define(
        _P.EVIDENCE_AGE_BLOCKS,
        "blocks",
        (10_000, 10_000),
        (10, 1_000_000),
        "How far back a validator's contradiction is still recorded.",
    ),
    _define(
        _P.PROPOSAL_TERM_MS,
        "ms",
        (30 * _DAY, 10 * _MINUTE),
        (_SECOND, _YEAR),
        "How long a proposal collects approvals.",
    ),
    _define(
        _P.KEY_RECOVERY_BLOCKS,
        "blocks",
        (100_000, 10),
        (1, 10_000_000),
        "Blocks before a key's recovery takes effect, in which its owner can undo it.",
    ),
    _define(
        _P.SUBJECT_TERM_MAX_MS,
        "ms",
        (5 * _YEAR, 5 * _YEAR),
        (_SECOND, 100 * _YEAR),
        "How long the binding of a pseudonym may last.",
    ),
    _define(
        _P.DELEGATION_TERM_MAX_MS,
        "ms",
        (5 * _YEAR, 5 * _YEAR),
        (_SECOND, 100 * _YEAR),
        "How long a person may be represented by another.",
    ),
    _define(
        _P.NOTICE_MS,
        "ms",
        (14 * _DAY, 2 * _SECOND),
        (_SECOND, _YEAR),
        "Least public notice of a resource before its activation, in which anyone may object.",
    ),
    _define(
        _P.RESOURCE_TERM_MAX_MS,
        "ms",
        (3 * _YEAR, 3 * _YEAR),
        (_SECOND, 30 * _YEAR),
        "How long the registration of a resource lasts before it must be renewed.",
    ),
    _define(
        _P.GRANT_OFFER_TERM_MS,
        "ms",
        (30 * _DAY, 10 * _MINUTE),
        (_SECOND, _YEAR),
        "How long an offered grant waits for its acceptance.",
    ),
    _define(
        _P.GRANT_TERM_MAX_MS,
        "ms",
        (5 * _YEAR, 5 * _YEAR),
        (_SECOND, 30 * _YEAR),
        "How long an institutional grant may last.",
    ),
    _define(
        _P.MATTER_TERM_MAX_MS,
        "ms",
        (_YEAR, _YEAR),
        (_SECOND, 10 * _YEAR),
        "How long a matter may stay open.",
    ),
    _define(
        _P.MATTER_USES_MAX,
        "uses",
        (30, 30),
        (1, 64),
        "Uses that all consents of one matter may permit together.",
    ),
    _define(
        _P.CONSENT_REQUEST_TERM_MS,
        "ms",
        (7 * _DAY, 5 * _MINUTE),
        (_SECOND, _YEAR),
        "How long a request for consent waits for an answer.",
    ),
    _define(
        _P.CONSENT_TERM_MAX_MS,
        "ms",
        (_YEAR, _YEAR),
        (_SECOND, 10 * _YEAR),
        "How long a consent may last.",
    ),
    _define(
        _P.RETENTION_TERM_MAX_MS,
        "ms",
        (5 * _YEAR, 5 * _YEAR),
        (_SECOND, 30 * _YEAR),
        "How long a user may keep what was delivered.",
    ),
    _define(
        _P.CONSENT_REQUESTS_MAX,
        "requests",
        (3, 3),
        (1, 1_000),
        "Requests for one product in one matter: asking again after a denial is pressure.",
    ),
    _define(
        _P.ERASURE_TERM_MS,
        "ms",
        (15 * _DAY, 5 * _MINUTE),
        (_SECOND, _YEAR),
        "How soon a duty to erase must be attested.",
    ),
    _define(
        _P.LISTING_TERM_MAX_MS,
        "ms",
        (_YEAR, _YEAR),
        (_SECOND, 10 * _YEAR),
        "How long a listing may stay open.",
    ),
    _define(
        _P.ORDER_TERM_MAX_MS,
        "ms",
        (30 * _DAY, _HOUR),
        (_SECOND, _YEAR),
        "How far ahead an order may set its deadline.",
    ),
    _define(
        _P.RECEIPT_TERM_MS,
        "ms",
        (3 * _DAY, _MINUTE),
        (_SECOND, _YEAR),
        "How long a user has to say what it received; silence accepts.",
    ),
    _define(
        _P.GROUP_SIZE_MIN,
        "persons",
        (10, 10),
        (2, 1_000_000),
        "Least number of persons behind any released group figure.",
    ),
    _define(
        _P.SUPERVISOR_WRAP,
        "0 or 1",
        (0, 0),
        (0, 1),
        "Whether every envelope must carry the supervisors' key wrap.",
    ),
    _define(
        _P.METER_PERIOD_MS,
        "ms",
        (30 * _DAY, _HOUR),
        (_SECOND, _YEAR),
        "Length of the periods by which use and revenue are metered.",
    ),
    _define(
        _P.DISPUTE_TERM_MS,
        "ms",
        (7 * _DAY, 2 * _SECOND),
        (_SECOND, _YEAR),
        "How long after acceptance a delivery may be disputed, before its money is paid out.",
    ),
    _define(
        _P.DISPUTE_RULING_TERM_MS,
        "ms",
        (60 * _DAY, 10 * _MINUTE),
        (_SECOND, _YEAR),
        "How long a dispute may stay open before its escrow returns to the user.",
    ),
    _define(
        _P.FREEZE_TERM_MAX_MS,
        "ms",
        (180 * _DAY, 180 * _DAY),
        (_SECOND, 10 * _YEAR),
        "How long a freeze lasts unless it is set again.",
    ),
)


@dataclass(frozen=True, slots=True)
class ParameterRecord:
    """A parameter in the state: its value, its bounds, and the change that was decided last."""

    value: Annotated[Unsigned64, "Value before `from_height`."]
    minimum: Annotated[Unsigned64, "Least value governance may set."]
    maximum: Annotated[Unsigned64, "Greatest value governance may set."]
    next_value: Annotated[Unsigned64, "Value from `from_height` on."]
    from_height: Annotated[Unsigned64, "First block under the next value."]

    def at(self, height: int) -> int:
        """Return the value in force at a height not below the last change."""
        return self.next_value if height >= self.from_height else self.value


@dataclass(frozen=True, slots=True)
class ParameterVersion:
    """A value that was decided, kept for the judgement of what happened under it."""

    value: Annotated[Unsigned64, "Value from the height of the key on."]


PARAMETERS: Table[int, ParameterRecord] = Table(0x02, "parameter", ParameterRecord, ParameterName)
VERSIONS: Table[tuple[int, int], ParameterVersion] = Table(
    0x03, "parameter version", ParameterVersion, ParameterName, Unsigned64
)


def value_at(state: StateReader, name: ParameterName, height: int) -> int:
    """Return the value of a parameter at a height, from the state after the block before it."""
    record = PARAMETERS.get(state, name)
    assert record is not None, name
    return record.at(height)


def set_value(
    state: Overlay, name: ParameterName, value: int, height: int, from_height: int
) -> None:
    """Decide a value at `height` that takes effect later.

    An earlier decision not yet in effect is replaced.
    """
    record = PARAMETERS.get(state, name)
    assert record is not None
    assert height < from_height
    if height < record.from_height:
        VERSIONS.delete(state, (name, record.from_height))
    changed = ParameterRecord(record.at(height), record.minimum, record.maximum, value, from_height)
    PARAMETERS.put(state, name, changed)
    VERSIONS.put(state, (name, from_height), ParameterVersion(value))


def params_hash(state: StateReader, height: int) -> bytes:
    """Return the hash of all parameters in force at a height, as [[number, value] …] ascending."""
    rows = [[number, record.at(height)] for number, record in PARAMETERS.scan(state)]
    return tagged_hash(_TAG, encode(rows))
