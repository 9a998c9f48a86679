"""What each parameter means: its unit, default, bounds and meaning.

Durations are milliseconds: a testnet uses seconds where a city uses days, with the rules unaltered.
"""

from dataclasses import dataclass

from chaincode.parameters import ParameterName

_SECOND = 1_000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_YEAR = 365 * _DAY


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
        _P.MATCH_TERM_MS,
        "ms",
        (7 * _DAY, 5 * _MINUTE),
        (_SECOND, _YEAR),
        "How long a match keeps its quantity for the user's orders.",
    ),
    _define(
        _P.RATE_WINDOW_MS,
        "ms",
        (_DAY, _DAY),
        (_SECOND, _YEAR),
        "Length of the windows in which lines about persons are counted.",
    ),
    _define(
        _P.LINES_OF_USER_MAX,
        "lines",
        (100_000, 100_000_000),
        (1, 1_000_000_000),
        "Lines about persons that one user may order in a window.",
    ),
    _define(
        _P.LINES_OF_PRODUCT_MAX,
        "lines",
        (1_000_000, 100_000_000),
        (1, 1_000_000_000),
        "Lines about persons that may be ordered of one product in a window.",
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
        _P.JOB_TERM_MS,
        "ms",
        (7 * _DAY, 5 * _MINUTE),
        (_SECOND, _YEAR),
        "How long a job may take, admissions and computation together.",
    ),
    _define(
        _P.BUDGET_PERIOD_MS,
        "ms",
        (_YEAR, _YEAR),
        (_MINUTE, 10 * _YEAR),
        "Length of the periods in which losses of privacy add up.",
    ),
    _define(
        _P.EPSILON_OF_USER_MAX,
        "millionths of ε",
        (1_000_000, 1_000_000),
        (1, 1_000_000_000),
        "What group results may give away of one resource to one user in a period.",
    ),
    _define(
        _P.EPSILON_OF_RESOURCE_MAX,
        "millionths of ε",
        (10_000_000, 10_000_000),
        (1, 1_000_000_000),
        "What group results may give away of one resource in a period, to all users together.",
    ),
    _define(
        _P.QUERY_DIFFERENCE_MIN,
        "cells",
        (3, 3),
        (1, 256),
        "Cells by which two group queries differ at least, unless they ask for the same ones.",
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
    _define(
        _P.ORDER_TO_PARTY_TERM_MAX_MS,
        "ms",
        (180 * _DAY, 180 * _DAY),
        (_SECOND, 10 * _YEAR),
        "How far ahead a supervisor may set the end of an inspection or a rectification.",
    ),
    _define(
        _P.NOTIFICATION_TERM_MS,
        "ms",
        (3 * _DAY, 5 * _MINUTE),
        (_SECOND, _YEAR),
        "How soon after the report of an incident the persons concerned must be told.",
    ),
    _define(
        _P.DISCLOSURE_PERIOD_MS,
        "ms",
        (_YEAR, _YEAR),
        (_MINUTE, 10 * _YEAR),
        "Length of the periods that authorizers and operators disclose.",
    ),
    _define(
        _P.DISCLOSURE_TERM_MS,
        "ms",
        (90 * _DAY, 90 * _DAY),
        (_SECOND, _YEAR),
        "How soon after the end of a period it must be disclosed.",
    ),
)
