"""What the world state keeps of cases; the freezes themselves are in `chaincode.freezes`."""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Annotated

from chaincode.fields import AtMost, Identifier, KemKey
from chaincode.ids import account_id
from chaincode.tables import Table

TARGETS_MAX = 16


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
    inspector_key: Annotated[KemKey | None, "The only key to which evidence may be opened."]
    frozen: Annotated[
        tuple[Identifier, ...], AtMost(TARGETS_MAX), "Targets frozen under it and not lifted."
    ]
    status: Annotated[CaseStatus, "Where it stands in its life."]


CASES: Table[bytes, Case] = Table(0x70, "case", Case, Identifier)
