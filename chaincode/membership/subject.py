"""Subjects: whom data is about, each known by a fresh pseudonym key for one matter.

An identity authority binds the key to an identity that only it can name. A guardian acts through a
pseudonym of their own; a custodian is a registered party.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import Commitment, Identifier, Milliseconds, PublicKey
from chaincode.ids import key_id
from chaincode.membership.records import (
    DELEGATIONS,
    KEYS,
    SUBJECTS,
    Delegation,
    DelegationScope,
    Subject,
    SubjectKind,
)
from chaincode.parameters import ParameterName
from chaincode.rights import Right
from ledger.refusal import Code, Refused, require


@transaction_type("subject.bind", since=1, signed_by="an identity authority")
@dataclass(frozen=True, slots=True)
class SubjectBind:
    """An identity authority binds a fresh pseudonym key to an identity it has checked."""

    sid: Annotated[PublicKey, "The pseudonym key, fresh for one matter."]
    kind: Annotated[SubjectKind, "Who stands behind it."]
    identity: Annotated[Commitment, "Salted commitment to the identity."]
    until_ms: Annotated[Milliseconds, "When the binding ends."]


@transaction_type("subject.delegate", since=1, signed_by="the subject, or its identity authority")
@dataclass(frozen=True, slots=True)
class SubjectDelegate:
    """Someone else may act for a subject: a custodian party or a guardian."""

    sid: Annotated[PublicKey, "The subject's pseudonym key."]
    custodian: Annotated[Identifier | None, "The custodian party, or none."]
    guardian: Annotated[PublicKey | None, "The guardian's own pseudonym key, or none."]
    until_ms: Annotated[Milliseconds, "When it ends."]


def bind_subject(context: Context, body: SubjectBind) -> None:
    """Bind a pseudonym for the term of the identity authority's check."""
    context.require_signers(1)
    authority = context.signer_party()
    context.require_right(authority, Right.IDENTIFY)
    require(SUBJECTS.get(context.state, body.sid) is None, Code.BAD_BINDING, "sid")
    # The verifier itself refuses small-order and non-canonical keys, so an unsound pseudonym signs
    # nothing; the full check of a party's key costs as much as four signatures.
    require(KEYS.get(context.state, body.sid) is None, Code.TAKEN, "sid")
    _require_term(context, body.until_ms, ParameterName.SUBJECT_TERM_MAX_MS)
    subject = Subject(
        kind=body.kind,
        identity=body.identity,
        authority=authority.id,
        until_ms=body.until_ms,
        user=None,
        matter=None,
    )
    SUBJECTS.put(context.state, body.sid, subject)
    context.emit("subject.bound", key_id(body.sid), authority.id)


def delegate_subject(context: Context, body: SubjectDelegate) -> None:
    """Record who acts for a subject; a minor's guardian is recorded by the authority alone."""
    context.require_signers(1)
    subject = require_subject(context, body.sid, "sid")
    by_subject = context.signers[0] == body.sid
    if by_subject:
        require(subject.kind is not SubjectKind.MINOR, Code.BAD_DELEGATION, "sid")
    else:
        authority = context.signer_party()
        context.require_right(authority, Right.IDENTIFY)
        require(authority.id == subject.authority, Code.NO_RIGHT, "signers[0]")
    one = (body.custodian is None) is not (body.guardian is None)
    require(one, Code.BAD_DELEGATION, "guardian")
    scope = DelegationScope.GUARDIAN if body.custodian is None else DelegationScope.CUSTODIAN
    _require_delegate(context, body)
    _require_term(context, body.until_ms, ParameterName.DELEGATION_TERM_MAX_MS)
    delegation = Delegation(body.custodian, body.guardian, body.until_ms)
    DELEGATIONS.put(context.state, (body.sid, scope), delegation)
    context.emit("subject.delegated", key_id(body.sid), _delegate_id(body))


def require_subject(context: Context, sid: bytes, where: str) -> Subject:
    """Return a subject whose binding holds; refuse E103 unknown, E104 expired."""
    subject = SUBJECTS.get(context.state, sid)
    if subject is None:
        raise Refused(Code.BAD_BINDING, where)
    require(context.now_ms < subject.until_ms, Code.BINDING_EXPIRED, where)
    return subject


def dedicate_subject(
    context: Context, sid: bytes, *, matter: bytes, user: bytes, where: str
) -> None:
    """Tie a pseudonym to the one matter it serves; refuse (E103) a second matter.

    So no two matters of a person share a value on chain, and the matter's user is charged for what
    the pseudonym signs.
    """
    subject = require_subject(context, sid, where)
    if subject.matter is None:
        SUBJECTS.put(context.state, sid, replace(subject, matter=matter, user=user))
    else:
        require(subject.matter == matter, Code.BAD_BINDING, where)


def _require_delegate(context: Context, body: SubjectDelegate) -> None:
    if body.custodian is not None:
        custodian = context.active_party(body.custodian, "custodian")
        context.require_right(custodian, Right.CARRY, "custodian")
        return
    assert body.guardian is not None
    guardian = SUBJECTS.get(context.state, body.guardian)
    usable = (
        guardian is not None
        and guardian.kind is SubjectKind.PERSON
        and context.now_ms < guardian.until_ms
        and body.guardian != body.sid
    )
    require(usable, Code.BAD_DELEGATION, "guardian")


def _delegate_id(body: SubjectDelegate) -> bytes:
    if body.custodian is not None:
        return body.custodian
    assert body.guardian is not None
    return key_id(body.guardian)


def _require_term(context: Context, until_ms: int, longest: ParameterName) -> None:
    require(context.now_ms < until_ms, Code.DEADLINE_PASSED, "until_ms")
    within = until_ms <= context.now_ms + context.parameter(longest)
    require(within, Code.OUT_OF_BOUNDS, "until_ms")
