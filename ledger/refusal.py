"""Refusals: what a peer or client sent wrong, as a value with a stable code.

What people read of a code is in `ledger.refusal_texts`. Inside the core a rule that does not hold
raises `Refused`; it is caught at exactly one boundary of each room (the dispatcher of the
chaincode, the admission of the node, the frame reader of a peer) and travels from there on as a
`Refusal`.
"""

from dataclasses import dataclass
from enum import IntEnum, unique


@unique
class Code(IntEnum):
    """Stable numbers of all refusals, shown as E and three digits.

    A number is never given a second meaning.
    """

    OK = 0

    BAD_SIGNATURE = 1
    WRONG_CHAIN = 2
    EXPIRED = 4
    DUPLICATE = 5
    SCHEMA = 6
    NO_RIGHT = 7
    PARTY_NOT_ACTIVE = 8
    FROZEN = 9
    NOT_FOUND = 10
    BAD_STATE = 11
    RATE_LIMIT = 12
    MISSING_COSIGNER = 13
    ROLE_CONFLICT = 14
    TOO_FAR_AHEAD = 15
    UNKNOWN_SIGNER = 16
    QUOTA = 17
    NOT_ACTIVATED = 18
    UNKNOWN_TYPE = 19
    OVERLOADED = 20
    OUT_OF_BOUNDS = 21

    TAKEN = 101
    KEY_REVOKED = 102
    BAD_BINDING = 103
    BINDING_EXPIRED = 104
    BAD_DELEGATION = 105
    BAD_KEY = 106
    OPEN_DUTIES = 107

    NOTICE_RUNNING = 201
    RESOURCE_NOT_ACTIVE = 202
    RECONFIRMATION_NEEDED = 203
    BAD_ROOT = 204
    SOURCES_NOT_ACTIVE = 205
    PRODUCT_NOT_ACTIVE = 206
    NOTICE_MISSING = 207
    OBJECTION_OPEN = 208
    IMPACT_ASSESSMENT_MISSING = 209

    GRANT_MISSING = 301
    GRANT_ENDED = 302
    OUT_OF_SCOPE = 303
    CONSENT_NOT_GRANTED = 304
    CONSENT_EXPIRED = 305
    CONSENT_REVOKED = 306
    CONSENT_EXHAUSTED = 307
    WRONG_PURPOSE = 308
    WRONG_USER = 309
    WRONG_PRODUCT = 310
    WRONG_FIELDS = 311
    MATTER_CLOSED = 312
    WRONG_SUBJECT = 313
    TERM_TOO_LONG = 314
    BLANKET_CONSENT = 315
    BUNDLED_CONSENT = 316
    GUARDIAN_NEEDED = 317
    CONSENT_ALTERED = 318

    PRICE_ABOVE_CAP = 401
    INSUFFICIENT_FUNDS = 402
    LISTING_CLOSED = 403
    PRICE_MISMATCH = 404
    SELF_DEALING = 405
    PRIORITY_BROKEN = 406
    FEE_CLASS = 407
    VENUE_NOT_DESIGNATED = 408

    CHANNEL_NOT_DESIGNATED = 501
    NOT_ACKNOWLEDGED = 502
    ALREADY_RELEASED = 503
    ENVELOPE_MISMATCH = 505
    BAD_WRAP = 506
    SUPERVISOR_WRAP_MISSING = 507
    OUTPUT_TOO_LARGE = 508
    GROUP_TOO_SMALL = 509
    PRIVACY_BUDGET = 510
    ALGORITHM_NOT_REGISTERED = 511
    WRONG_CLASS = 512
    NOT_RECEIVER = 513
    DEADLINE_PASSED = 514
    QUERY_OVERLAP = 516
    ANSWER_DIFFERS = 517

    POLICY_SUM = 601
    NOT_ACCEPTED = 602
    NOT_REFUNDABLE = 603
    DISPUTE_WINDOW = 604
    DISPUTE_OPEN = 605
    BANK_REFERENCE_USED = 606
    SPLIT_SUM = 607
    REVENUE_CAP = 608
    POLICY_MISSING = 609

    CASE_NEEDED = 701
    SHARE_REPEATED = 702
    BAD_SHARE = 703
    FREEZE_TARGET = 704
    VALIDATOR_CHANGE = 705
    ALREADY_APPROVED = 706
    TOO_FEW_VALIDATORS = 707
    ORGANISATION_TOO_HEAVY = 708

    BAD_FOREIGN_CHAIN = 801
    CLIENT_FROZEN = 802
    BAD_FOREIGN_HEADER = 803
    TRUST_EXPIRED = 804
    BAD_PROOF = 805
    PACKET_REPEATED = 806
    TIMEOUT_NOT_REACHED = 807
    PACKET_TIMED_OUT = 808

    BAD_CERTIFICATE = 901
    BAD_HEADER = 902
    BAD_BODY = 903
    BAD_EVIDENCE_FILE = 904
    BAD_EVIDENCE = 905
    BAD_REQUEST = 911
    UNKNOWN_METHOD = 912
    PRUNED = 913
    TIMED_OUT = 914
    NOT_AUTHENTICATED = 915
    UNAVAILABLE = 916

    @property
    def label(self) -> str:
        """The code as people see it, for instance E307."""
        return f"E{self.value:03d}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rule that did not hold.

    `field` names the offending part with its path, for instance `lines[0].consent`.
    """

    code: Code
    field: str = ""


class Refused(Exception):
    """Carries a refusal from the rule that found it to the one boundary that catches it."""

    def __init__(self, code: Code, field: str = "") -> None:
        super().__init__(f"{code.label} {code.name} {field}".rstrip())
        self.refusal = Refusal(code, field)


def require(condition: bool, code: Code, field: str = "") -> None:
    """Refuse with a code unless a rule holds."""
    if not condition:
        raise Refused(code, field)
