"""What the world state keeps of supervision; freezes and flags have modules of the engine."""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Annotated

from chaincode.fields import (
    AtMost,
    AuditProof,
    Commitment,
    Fen,
    Flag,
    GroupKey,
    Identifier,
    Milliseconds,
    Unsigned8,
    Unsigned32,
    Unsigned64,
)
from chaincode.ids import account_id
from chaincode.tables import Single, Table
from ledger.threshold import MEMBERS_MAX

TARGETS_MAX = 16
ITEMS_MAX = 16
INCIDENT_ASSETS_MAX = 16


@unique
class TargetKind(IntEnum):
    """What a case can be about."""

    PARTY = 1
    PRODUCT = 2
    RESOURCE = 3
    GRANT = 4
    CONSENT = 5
    ORDER = 6
    ACCOUNT = 7
    """The money of a party, named by the party's id."""
    CHAIN = 8
    """All business on the chain, named by its genesis hash."""


@unique
class LegalBasis(IntEnum):
    """On what a case rests."""

    DATA_SECURITY_LAW = 1
    PERSONAL_INFORMATION_LAW = 2
    CYBERSECURITY_LAW = 3
    PUBLIC_DATA_REGULATION = 4
    COURT_ORDER = 5
    COMPLAINT = 6


@unique
class CaseStatus(IntEnum):
    """OPEN → CLOSED."""

    OPEN = 1
    CLOSED = 2


@dataclass(frozen=True, slots=True)
class Target:
    """Something under supervision."""

    kind: Annotated[TargetKind, "What it is."]
    id: Annotated[Identifier, "Its id."]

    @property
    def freeze_id(self) -> bytes:
        """The id under which a freeze of it stands: money apart from the party that owns it."""
        return account_id(self.id) if self.kind is TargetKind.ACCOUNT else self.id


@dataclass(frozen=True, slots=True)
class Case:
    """A proceeding of a supervisor; every freeze names one."""

    supervisor: Annotated[Identifier, "The party that opened it."]
    targets: Annotated[tuple[Target, ...], AtMost(TARGETS_MAX), "What it is about."]
    legal_basis: Annotated[LegalBasis, "On what it rests."]
    inspector_key: Annotated[GroupKey | None, "The only key to which evidence may be opened."]
    frozen: Annotated[
        tuple[Identifier, ...], AtMost(TARGETS_MAX), "Targets frozen under it and not lifted."
    ]
    status: Annotated[CaseStatus, "Where it stands in its life."]


@unique
class CommitteeStatus(IntEnum):
    """PENDING → ACTIVE → RETIRED; PENDING → REPLACED."""

    PENDING = 1
    ACTIVE = 2
    RETIRED = 3
    REPLACED = 4


@dataclass(frozen=True, slots=True)
class Committee:
    """Supervisors who together hold a key of which each has a share."""

    threshold: Annotated[Unsigned8, "How many of them open an envelope."]
    members: Annotated[
        tuple[Identifier, ...], AtMost(MEMBERS_MAX), "The parties, in the order of their shares."
    ]
    key: Annotated[GroupKey, "The joint key, to which envelopes are sealed."]
    share_keys: Annotated[
        tuple[GroupKey, ...], AtMost(MEMBERS_MAX), "The image of each member's share."
    ]
    confirmed: Annotated[
        tuple[Identifier, ...], AtMost(MEMBERS_MAX), "Members that proved their share, in order."
    ]
    status: Annotated[CommitteeStatus, "Where it stands in its life."]


@dataclass(frozen=True, slots=True)
class CommitteeEpochs:
    """Which committees there are; 0 stands for none."""

    newest: Annotated[Unsigned32, "The epoch of the one that was set last."]
    active: Annotated[Unsigned32, "The epoch of the one in force."]


@unique
class AuditStatus(IntEnum):
    """SHARES → OPENED."""

    SHARES = 1
    OPENED = 2


@dataclass(frozen=True, slots=True)
class PartyShare:
    """What one member gave."""

    party: Annotated[Identifier, "The member."]
    share: Annotated[AuditProof, "Its sealed share with the proof."]


@dataclass(frozen=True, slots=True)
class Audit:
    """The opening of one envelope under one case: who gave a share, and whether it is open."""

    committee: Annotated[Unsigned32, "Epoch of the committee whose members open it."]
    shares: Annotated[
        tuple[PartyShare, ...], AtMost(MEMBERS_MAX), "The shares, in the order they came."
    ]
    status: Annotated[AuditStatus, "Whether there are enough."]


@unique
class InspectionStatus(IntEnum):
    """ORDERED → ANSWERED | UNANSWERED."""

    ORDERED = 1
    ANSWERED = 2
    UNANSWERED = 3


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a party was ordered to show, and what it answered."""

    case: Annotated[Identifier, "The case."]
    party: Annotated[Identifier, "The inspected party."]
    items: Annotated[tuple[Commitment, ...], AtMost(ITEMS_MAX), "What is to be shown."]
    until_ms: Annotated[Milliseconds, "When it must be answered."]
    answers: Annotated[tuple[Commitment, ...], AtMost(ITEMS_MAX), "The answers, item by item."]
    status: Annotated[InspectionStatus, "Where it stands in its life."]


@unique
class RectificationStatus(IntEnum):
    """ORDERED → DONE → VERIFIED | REJECTED; ORDERED → OVERDUE → DONE."""

    ORDERED = 1
    OVERDUE = 2
    DONE = 3
    VERIFIED = 4
    REJECTED = 5


@dataclass(frozen=True, slots=True)
class Rectification:
    """What a party was ordered to put right."""

    case: Annotated[Identifier, "The case."]
    party: Annotated[Identifier, "The party that must act."]
    items: Annotated[tuple[Commitment, ...], AtMost(ITEMS_MAX), "What must change."]
    until_ms: Annotated[Milliseconds, "When it must be done."]
    evidence: Annotated[Commitment | None, "Commitment to the evidence that it was done."]
    status: Annotated[RectificationStatus, "Where it stands in its life."]


@unique
class IncidentKind(IntEnum):
    """What happened to data."""

    DISCLOSED = 1
    LOST = 2
    ALTERED = 3
    MISUSED = 4
    UNAVAILABLE = 5


@unique
class PersonsBucket(IntEnum):
    """About how many persons an incident concerns, upper limit excluded."""

    UNKNOWN = 0
    NONE = 1
    BELOW_100 = 2
    BELOW_10_000 = 3
    BELOW_1_000_000 = 4
    FROM_1_000_000 = 5


@dataclass(frozen=True, slots=True)
class Incident:
    """A reported incident, and whether the persons concerned were told."""

    party: Annotated[Identifier, "The party that reported it."]
    kind: Annotated[IncidentKind, "What happened."]
    assets: Annotated[tuple[Identifier, ...], AtMost(INCIDENT_ASSETS_MAX), "The assets concerned."]
    persons: Annotated[PersonsBucket, "About how many persons are concerned."]
    until_ms: Annotated[Milliseconds, "When they must have been told."]
    notification: Annotated[Commitment | None, "Commitment to how they were told."]
    overdue: Annotated[Flag, "Whether that time passed before."]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a party published about a period."""

    report: Annotated[Commitment, "Hash of the published report."]
    resources: Annotated[Unsigned32, "Resources that were opened."]
    products: Annotated[Unsigned32, "Products that were on offer."]
    deliveries: Annotated[Unsigned64, "Deliveries that were made."]
    revenue: Annotated[Fen, "What they brought in."]
    published_ms: Annotated[Milliseconds, "When it was published."]


@dataclass(frozen=True, slots=True)
class DisclosureDuty:
    """The period that a party in business must disclose next."""

    period: Annotated[Unsigned32, "Number of the period."]


COMMITTEES: Table[int, Committee] = Table(0x71, "committee", Committee, Unsigned32)
COMMITTEE_EPOCHS: Single[CommitteeEpochs] = Single(0x72, "committee epochs", CommitteeEpochs)
AUDITS: Table[tuple[bytes, bytes], Audit] = Table(0x73, "audit", Audit, Identifier, Identifier)
CASES: Table[bytes, Case] = Table(0x70, "case", Case, Identifier)
INSPECTIONS: Table[bytes, Inspection] = Table(0x74, "inspection", Inspection, Identifier)
RECTIFICATIONS: Table[bytes, Rectification] = Table(
    0x75, "rectification", Rectification, Identifier
)
INCIDENTS: Table[bytes, Incident] = Table(0x76, "incident", Incident, Identifier)
DISCLOSURES: Table[tuple[bytes, int], Disclosure] = Table(
    0x77, "disclosure", Disclosure, Identifier, Unsigned32
)
DISCLOSURE_DUTIES: Table[bytes, DisclosureDuty] = Table(
    0x78, "disclosure duty", DisclosureDuty, Identifier
)
