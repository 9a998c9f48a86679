"""Who may act for a person: their own pseudonym key, a guardian's, or a registered custodian."""

from enum import IntEnum, unique

from chaincode.context import Context
from chaincode.membership.records import (
    DELEGATIONS,
    KEYS,
    Delegation,
    DelegationScope,
    SubjectKind,
)
from chaincode.membership.subject import require_subject
from ledger.refusal import Code, Refused, require


@unique
class Actor(IntEnum):
    """As whom somebody signs for a person."""

    SELF = 1
    GUARDIAN = 2
    CUSTODIAN = 3


def require_actor(context: Context, sid: bytes, where: str) -> Actor:
    """Return as whom the one signer acts for a person; refuse a stranger (E313).

    A binding must hold (E103, E104). A minor acts through a guardian alone (E317).
    """
    context.require_signers(1)
    subject = require_subject(context, sid, where)
    signer = context.signers[0]
    is_minor = subject.kind is SubjectKind.MINOR
    if signer == sid:
        require(not is_minor, Code.GUARDIAN_NEEDED, "signers[0]")
        return Actor.SELF
    guardian = _delegation(context, sid, DelegationScope.GUARDIAN)
    if guardian is not None and guardian.guardian == signer:
        require_subject(context, signer, "signers[0]")
        return Actor.GUARDIAN
    custodian = _delegation(context, sid, DelegationScope.CUSTODIAN)
    key = KEYS.get(context.state, signer)
    if custodian is None or key is None or key.party != custodian.custodian:
        raise Refused(Code.WRONG_SUBJECT, "signers[0]")
    context.signer_party()
    require(not is_minor, Code.GUARDIAN_NEEDED, "signers[0]")
    return Actor.CUSTODIAN


def require_protector(context: Context, sid: bytes, where: str) -> None:
    """Refuse a stranger who refuses, revokes or demands erasure for a person.

    The person's own key protects them always: as a minor, and after its binding has ended.
    """
    context.require_signers(1)
    if context.signers[0] != sid:
        require_actor(context, sid, where)


def _delegation(context: Context, sid: bytes, scope: DelegationScope) -> Delegation | None:
    delegation = DELEGATIONS.get(context.state, (sid, scope))
    in_force = delegation is not None and context.now_ms < delegation.until_ms
    return delegation if in_force else None
