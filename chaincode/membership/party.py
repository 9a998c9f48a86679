"""Parties: applied for by a sponsor, admitted, suspended, resumed and let go by governance.

    party.apply ─▶ APPLIED ─ admit ─▶ ACTIVE ◀─ suspend / resume ─▶ SUSPENDED
                                         └───────── exit ─▶ EXITED ◀──────┘

A sponsor answers for an applicant; a party leaves only when it owes nothing.
"""

from dataclasses import dataclass, replace
from enum import IntEnum, unique
from typing import Annotated

from chaincode.codec import alternative
from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import AtMost, Commitment, Identifier, KemKey, PublicKey, PublicName
from chaincode.membership.duties import open_duties
from chaincode.membership.key import require_free_key
from chaincode.membership.records import (
    KEYS,
    ORGANISATIONS,
    PARTIES,
    RIGHTS,
    SUSPENSIONS,
    KeyBinding,
    Organisation,
    Party,
    PartyStatus,
    RightHeld,
)
from chaincode.membership.right import require_compatible
from chaincode.rights import PartyKind, Right
from ledger.refusal import Code, require

ADMITTED_RIGHTS_MAX = 12


@unique
class PartyReason(IntEnum):
    """Why a party is suspended, resumed or let go."""

    OWN_WISH = 1
    BREACH = 2
    INSOLVENCY = 3
    KEY_COMPROMISE = 4
    INVESTIGATION = 5
    RESOLVED = 6


@transaction_type("party.apply", since=1, signed_by="an active sponsor; the applicant")
@dataclass(frozen=True, slots=True)
class PartyApply:
    """A sponsor brings in an applicant, who proves its key; governance decides on admission."""

    name: Annotated[PublicName, "Public name of the applicant."]
    kind: Annotated[PartyKind, "What the applicant mainly is."]
    organisation: Annotated[
        Identifier | None, "The sponsor's own organisation, or none to found one without machines."
    ]
    sign_key: Annotated[PublicKey, "The applicant's signing key, which signs second."]
    kem_key: Annotated[KemKey, "The applicant's key for envelopes."]
    credential: Annotated[Commitment, "Commitment to the applicant's licence."]


@alternative(1, "party.admit")
@dataclass(frozen=True, slots=True)
class PartyAdmit:
    """Admit an applicant with its first rights."""

    party: Annotated[Identifier, "The applicant."]
    rights: Annotated[tuple[Right, ...], AtMost(ADMITTED_RIGHTS_MAX), "Its rights."]


@alternative(2, "party.suspend")
@dataclass(frozen=True, slots=True)
class PartySuspend:
    """Suspend a party: it signs nothing but the rotation of its keys until resumed."""

    party: Annotated[Identifier, "The party."]
    reason: Annotated[PartyReason, "Why."]


@alternative(3, "party.resume")
@dataclass(frozen=True, slots=True)
class PartyResume:
    """Resume a suspended party."""

    party: Annotated[Identifier, "The party."]
    reason: Annotated[PartyReason, "Why."]


@alternative(4, "party.exit")
@dataclass(frozen=True, slots=True)
class PartyExit:
    """Let a party go for good, once it owes nothing."""

    party: Annotated[Identifier, "The party."]
    reason: Annotated[PartyReason, "Why."]


def apply_party(context: Context, body: PartyApply) -> None:
    """Record an application; the sponsor answers for it."""
    context.require_signers(2)
    sponsor = context.signer_party()
    require(context.signers[1] == body.sign_key, Code.MISSING_COSIGNER, "signers[1]")
    require_free_key(context, body.sign_key, "sign_key")
    if body.organisation is not None:
        ORGANISATIONS.require(context.state, body.organisation, "organisation")
        require(body.organisation == sponsor.organisation, Code.NO_RIGHT, "organisation")
    party = Party(
        id=context.tx_id,
        organisation=body.organisation or context.tx_id,
        name=body.name,
        kind=body.kind,
        status=PartyStatus.APPLIED,
        sign_key=body.sign_key,
        kem_key=body.kem_key,
        credential=body.credential,
    )
    PARTIES.put(context.state, party.id, party)
    binding = KeyBinding(party.id, from_height=context.block.height, until_height=None)
    KEYS.put(context.state, party.sign_key, binding)
    context.emit("party.applied", party.id, sponsor.id, party.organisation)


def admit_party(context: Context, action: PartyAdmit) -> None:
    """Make an applicant ACTIVE; found its organisation where it has none with machines."""
    party = PARTIES.require(context.state, action.party, "party")
    require(party.status is PartyStatus.APPLIED, Code.BAD_STATE, "party")
    require(len(set(action.rights)) == len(action.rights), Code.SCHEMA, "rights")
    require_compatible(context, party, action.rights, "rights")
    if party.organisation == party.id:
        founded = Organisation(party.name, governing=False, ca_certificate=None)
        ORGANISATIONS.put(context.state, party.id, founded)
    _put_status(context, party, PartyStatus.ACTIVE)
    for right in action.rights:
        RIGHTS.put(context.state, (party.id, right), RightHeld(until_ms=None))
    context.emit("party.admitted", party.id, party.organisation)


def suspend_party(context: Context, action: PartySuspend) -> None:
    """Suspend an ACTIVE party."""
    _change_status(context, action.party, PartyStatus.ACTIVE, PartyStatus.SUSPENDED)
    context.emit("party.suspended", action.party, amounts=(action.reason,))


def resume_party(context: Context, action: PartyResume) -> None:
    """Make a SUSPENDED party ACTIVE again."""
    _change_status(context, action.party, PartyStatus.SUSPENDED, PartyStatus.ACTIVE)
    context.emit("party.resumed", action.party, amounts=(action.reason,))


def exit_party(context: Context, action: PartyExit) -> None:
    """Let a party go; its rights end, its keys and name stay taken for ever."""
    party = PARTIES.require(context.state, action.party, "party")
    leaving = party.status in (PartyStatus.ACTIVE, PartyStatus.SUSPENDED)
    require(leaving, Code.BAD_STATE, "party")
    require(open_duties(context.state, party.id) == 0, Code.OPEN_DUTIES, "party")
    for (party_id, right), _ in list(RIGHTS.scan(context.state, party.id)):
        RIGHTS.delete(context.state, (party_id, right))
    _put_status(context, party, PartyStatus.EXITED)
    context.emit("party.exited", party.id, amounts=(action.reason,))


def _change_status(
    context: Context, party_id: bytes, before: PartyStatus, after: PartyStatus
) -> None:
    party = PARTIES.require(context.state, party_id, "party")
    require(party.status is before, Code.BAD_STATE, "party")
    if SUSPENSIONS.get(context.state, party_id) is not None:
        # Whoever decides next answers for the party: supervisors undo only their own decision.
        SUSPENSIONS.delete(context.state, party_id)
    _put_status(context, party, after)


def _put_status(context: Context, party: Party, status: PartyStatus) -> None:
    PARTIES.put(context.state, party.id, replace(party, status=status))
