"""Parameters: every number that governance may move, and the values in force.

A decided change takes effect at its height on every node at once. `parameter_definitions` says what
each of them means.
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
    MATCH_TERM_MS = 82
    RATE_WINDOW_MS = 83
    LINES_OF_USER_MAX = 84
    LINES_OF_PRODUCT_MAX = 85

    RECEIPT_TERM_MS = 100
    GROUP_SIZE_MIN = 101
    SUPERVISOR_WRAP = 102
    METER_PERIOD_MS = 103
    JOB_TERM_MS = 104
    BUDGET_PERIOD_MS = 105
    EPSILON_OF_USER_MAX = 106
    EPSILON_OF_RESOURCE_MAX = 107
    QUERY_DIFFERENCE_MIN = 108

    DISPUTE_TERM_MS = 120
    DISPUTE_RULING_TERM_MS = 121

    FREEZE_TERM_MAX_MS = 140
    ORDER_TO_PARTY_TERM_MAX_MS = 141
    NOTIFICATION_TERM_MS = 142
    DISCLOSURE_PERIOD_MS = 143
    DISCLOSURE_TERM_MS = 144


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
