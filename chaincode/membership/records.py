"""What the world state keeps of organisations, parties, keys, rights, pseudonyms and purposes."""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Annotated

from chaincode.fields import (
    Commitment,
    Flag,
    Identifier,
    KemKey,
    Milliseconds,
    PublicKey,
    PublicName,
    Unsigned32,
    Unsigned64,
)
from chaincode.rights import PartyKind, Right
from chaincode.tables import Table


@dataclass(frozen=True, slots=True)
class Organisation:
    """A legal body. Governing ones have one vote each."""

    name: Annotated[PublicName, "Its public name."]
    governing: Annotated[Flag, "Whether it votes on proposals."]
    ca_certificate: Annotated[Commitment | None, "Hash of the CA that admits its machines, if any."]


@unique
class PartyStatus(IntEnum):
    """Life of a party."""

    APPLIED = 1
    ACTIVE = 2
    SUSPENDED = 3
    EXITED = 4


@dataclass(frozen=True, slots=True)
class Party:
    """A party: what an organisation acts as."""

    id: Annotated[Identifier, "Its id: the application, or the id of its founding key."]
    organisation: Annotated[Identifier, "The organisation it belongs to."]
    name: Annotated[PublicName, "Its public name."]
    kind: Annotated[PartyKind, "What it mainly is."]
    status: Annotated[PartyStatus, "Where it stands in its life."]
    sign_key: Annotated[PublicKey, "Its newest signing key."]
    kem_key: Annotated[KemKey, "Its key for envelopes."]
    credential: Annotated[
        Commitment | None, "Commitment to its licence; founding parties have none."
    ]


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """Whose signing key this is, and on which heights it signs."""

    party: Annotated[Identifier, "The party."]
    from_height: Annotated[Unsigned64, "First height on which it signs."]
    until_height: Annotated[Unsigned64 | None, "First height on which it no longer signs."]

    def signs_at(self, height: int) -> bool:
        """Say whether the key signs at a height."""
        return self.from_height <= height and (
            self.until_height is None or height < self.until_height
        )


@dataclass(frozen=True, slots=True)
class RightHeld:
    """A right in a party's hands."""

    until_ms: Annotated[Milliseconds | None, "When it ends; none: with its withdrawal."]


@unique
class SubjectKind(IntEnum):
    """Who stands behind a pseudonym."""

    PERSON = 1
    ENTERPRISE = 2
    MINOR = 3


@dataclass(frozen=True, slots=True)
class Subject:
    """A pseudonym key (`sid`) bound to a person or enterprise, fresh for each matter."""

    kind: Annotated[SubjectKind, "Who stands behind it."]
    identity: Annotated[Commitment, "Salted commitment to the identity, which the authority keeps."]
    authority: Annotated[Identifier, "The identity authority that checked the identity."]
    until_ms: Annotated[Milliseconds, "When the binding ends."]
    user: Annotated[
        Identifier | None, "The party whose matter it serves, from the first request on."
    ]
    matter: Annotated[Identifier | None, "The one matter it serves, from the first request on."]


@unique
class DelegationScope(IntEnum):
    """How one acts for another."""

    CUSTODIAN = 1
    """A registered party keeps the person's consents."""
    GUARDIAN = 2
    """A person, under a pseudonym of their own, acts for a minor or an incapable person."""


@dataclass(frozen=True, slots=True)
class Delegation:
    """Someone acts for a subject."""

    custodian: Annotated[Identifier | None, "The party, where the scope is custodian."]
    guardian: Annotated[PublicKey | None, "The guardian's own pseudonym key, where it is guardian."]
    until_ms: Annotated[Milliseconds, "When it ends."]


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose of use in the tree of purposes. Codes are never reused and never move."""

    name: Annotated[PublicName, "Its public name."]
    parent: Annotated[Unsigned32 | None, "The wider purpose it belongs to."]
    sensitive: Annotated[Flag, "Whether it touches sensitive personal information."]


@dataclass(frozen=True, slots=True)
class Duties:
    """How much open business a party has."""

    count: Annotated[Unsigned64, "Things it still owes."]


@dataclass(frozen=True, slots=True)
class Suspension:
    """That supervisors suspended a party."""

    case: Annotated[Identifier, "The case under which they did."]
    supervisor: Annotated[Identifier, "The supervisor of the case."]


ORGANISATIONS: Table[bytes, Organisation] = Table(0x10, "organisation", Organisation, Identifier)
PARTIES: Table[bytes, Party] = Table(0x11, "party", Party, Identifier)
KEYS: Table[bytes, KeyBinding] = Table(0x12, "key", KeyBinding, PublicKey)
RIGHTS: Table[tuple[bytes, int], RightHeld] = Table(0x13, "right", RightHeld, Identifier, Right)
SUBJECTS: Table[bytes, Subject] = Table(0x14, "subject", Subject, PublicKey)
DELEGATIONS: Table[tuple[bytes, int], Delegation] = Table(
    0x15, "delegation", Delegation, PublicKey, DelegationScope
)
DUTIES: Table[bytes, Duties] = Table(0x17, "duties", Duties, Identifier)
PURPOSES: Table[int, Purpose] = Table(0x16, "purpose", Purpose, Unsigned32)
SUSPENSIONS: Table[bytes, Suspension] = Table(0x19, "suspension", Suspension, Identifier)
