"""What the world state keeps of grants, matters and consents, and in which states they can be."""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Annotated

from chaincode.fields import (
    AtMost,
    Commitment,
    Fen,
    FieldSet,
    Flag,
    Identifier,
    KemKey,
    Milliseconds,
    PublicKey,
    Unsigned8,
    Unsigned32,
)
from chaincode.registration.records import ProductClass
from chaincode.rights import Right
from chaincode.tables import Table

GRANT_RESOURCES_MAX = 64
GRANT_PURPOSES_MAX = 32
CLASSES_MAX = 8
MATTER_PRODUCTS_MAX = 16
MATTER_CONSENTS_MAX = 32
"""Requests that one matter may make in all, granted or not."""
USES_MAX = 64
"""Uses that one matter may make in all; bounds the lines that its end refunds at once."""


@unique
class GrantStatus(IntEnum):
    """OFFERED → ACTIVE → EXPIRED | REVOKED | SURRENDERED; OFFERED → LAPSED | REVOKED."""

    OFFERED = 1
    ACTIVE = 2
    EXPIRED = 3
    REVOKED = 4
    SURRENDERED = 5
    LAPSED = 6


@dataclass(frozen=True, slots=True)
class Grant:
    """The grantor lets the grantee exercise one right within a scope."""

    kind: Annotated[Right, "The right that is exercised."]
    grantor: Annotated[Identifier, "The holder or the authorizing body."]
    grantee: Annotated[Identifier, "The party that may exercise it."]
    resources: Annotated[
        tuple[Identifier, ...], AtMost(GRANT_RESOURCES_MAX), "The resources it covers."
    ]
    classes: Annotated[
        tuple[ProductClass, ...], AtMost(CLASSES_MAX), "The classes of products it covers."
    ]
    purposes: Annotated[
        tuple[Unsigned32, ...], AtMost(GRANT_PURPOSES_MAX), "Purposes, each with all below it."
    ]
    channel: Annotated[Identifier | None, "The delivery channel; only a grant to deliver has one."]
    accept_until_ms: Annotated[Milliseconds, "When the offer lapses."]
    until_ms: Annotated[Milliseconds, "When the authorization ends."]
    consideration: Annotated[Fen, "What the grantee pays on acceptance."]
    agreement: Annotated[Commitment, "Commitment to the agreement's text."]
    status: Annotated[GrantStatus, "Where it stands in its life."]


@unique
class MatterKind(IntEnum):
    """What a user is dealing with when it asks for data."""

    LOAN_APPLICATION = 1
    INSURANCE_CLAIM = 2
    INSURANCE_APPLICATION = 3
    PUBLIC_SERVICE = 4
    EMPLOYMENT = 5
    OTHER_SERVICE = 6


@unique
class MatterStatus(IntEnum):
    """OPEN → CLOSED | EXPIRED."""

    OPEN = 1
    CLOSED = 2
    EXPIRED = 3


@unique
class MatterOutcome(IntEnum):
    """How a matter ended."""

    GRANTED = 1
    DECLINED = 2
    PAID = 3
    SERVED = 4
    WITHDRAWN = 5


@unique
class AmountBucket(IntEnum):
    """The amount at stake in yuan, upper limit excluded: too coarse to single anybody out."""

    NONE = 0
    BELOW_1_000 = 1
    BELOW_10_000 = 2
    BELOW_50_000 = 3
    BELOW_200_000 = 4
    BELOW_1_000_000 = 5
    FROM_1_000_000 = 6


@dataclass(frozen=True, slots=True)
class Matter:
    """A concrete affair (事项) of one user: consents are given for it and die with it."""

    user: Annotated[Identifier, "The party whose affair it is."]
    kind: Annotated[MatterKind, "What kind of affair."]
    purpose: Annotated[Unsigned32, "The widest purpose that its consents may have."]
    products: Annotated[
        tuple[Identifier, ...], AtMost(MATTER_PRODUCTS_MAX), "The products that may be asked for."
    ]
    evidence: Annotated[Commitment, "Commitment to the application that shows it is real."]
    max_uses: Annotated[Unsigned8, "Uses that all its consents may allow together."]
    until_ms: Annotated[Milliseconds, "When it ends by itself."]
    status: Annotated[MatterStatus, "Where it stands in its life."]
    requested_uses: Annotated[Unsigned8, "Uses of its consents that were not denied."]
    consents: Annotated[
        tuple[Identifier, ...], AtMost(MATTER_CONSENTS_MAX), "Its requests, in their order."
    ]
    outcome: Annotated[MatterOutcome | None, "How it ended."]
    amount: Annotated[AmountBucket, "The amount at stake."]

    def is_open(self, now_ms: int) -> bool:
        """Say whether it is open at a time, swept or not."""
        return self.status is MatterStatus.OPEN and now_ms < self.until_ms


@unique
class ConsentKind(IntEnum):
    """一事一授权: several uses within one matter; 一次一授权: exactly one use."""

    MATTER = 1
    USE = 2


@unique
class ConsentStatus(IntEnum):
    """REQUESTED → GRANTED | DENIED | LAPSED | REVOKED | CLOSED; GRANTED → any of the last four.

    The last four are EXHAUSTED, REVOKED, EXPIRED and CLOSED; none of them re-opens.
    """

    REQUESTED = 1
    GRANTED = 2
    DENIED = 3
    LAPSED = 4
    EXHAUSTED = 5
    REVOKED = 6
    EXPIRED = 7
    CLOSED = 8


@dataclass(frozen=True, slots=True)
class Consent:
    """One person's permission of one use or one matter; its id binds every word of the request."""

    sid: Annotated[PublicKey, "The person's pseudonym key for this matter."]
    user: Annotated[Identifier, "Who may use the data; nobody else ever."]
    matter: Annotated[Identifier, "The matter with which it dies."]
    product: Annotated[Identifier, "The product."]
    product_version: Annotated[Unsigned32, "The version of the product."]
    purpose: Annotated[Unsigned32, "The purpose, with all below it."]
    fields: Annotated[FieldSet, "The fields that may be delivered."]
    kind: Annotated[ConsentKind, "For one matter or for one use."]
    max_uses: Annotated[Unsigned8, "How many deliveries it allows."]
    answer_until_ms: Annotated[Milliseconds, "When the request lapses unanswered."]
    until_ms: Annotated[Milliseconds, "When the permission ends."]
    retention_until_ms: Annotated[Milliseconds, "Until when the user may keep what it received."]
    notice: Annotated[Identifier, "The registered notice that the person is shown."]
    receiving_key: Annotated[KemKey | None, "The user's key, where the person names it."]
    copy_key: Annotated[KemKey | None, "The person's key for a copy of their own."]
    status: Annotated[ConsentStatus, "Where it stands in its life."]
    answer: Annotated[Identifier | None, "The transaction that granted or denied it."]
    custodial: Annotated[Flag, "Whether a custodian granted it for the person."]
    reserved: Annotated[
        tuple[Identifier, ...], AtMost(USES_MAX), "Lines that hold a use and are not released."
    ]
    used: Annotated[tuple[Identifier, ...], AtMost(USES_MAX), "Lines that were released."]


@dataclass(frozen=True, slots=True)
class ConsentOfSubject:
    """A place in the index from the id of a pseudonym key to the requests made of it."""


GRANTS: Table[bytes, Grant] = Table(0x30, "grant", Grant, Identifier)
MATTERS: Table[bytes, Matter] = Table(0x31, "matter", Matter, Identifier)
CONSENTS: Table[bytes, Consent] = Table(0x32, "consent", Consent, Identifier)
CONSENTS_OF_SUBJECT: Table[tuple[bytes, bytes], ConsentOfSubject] = Table(
    0x33, "consent of subject", ConsentOfSubject, Identifier, Identifier
)
