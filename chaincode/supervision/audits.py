"""Opening an envelope for an inspector: t members of its committee each give a share, on record.

    case.open with an inspector's key ─ audit.share × t ─▶ OPENED

Every share is proven: it is the member's own, of this wrap, sealed to the inspector of this case.
The chain checks the proofs and never learns the key; only the inspector joins the shares.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.delivery.records import ASSETS, Asset, KeyWrap
from chaincode.fields import AuditProof, Identifier
from chaincode.rights import Right
from chaincode.supervision.records import (
    AUDITS,
    CASES,
    COMMITTEES,
    Audit,
    AuditStatus,
    Case,
    CaseStatus,
    Committee,
    PartyShare,
)
from chaincode.trading.records import LINES
from ledger import suites, threshold
from ledger.refusal import Code, Refused, require

_CONTEXT_TAG = b"qc/audit/v1"


@transaction_type("audit.share", since=1, signed_by="a member of the envelope's committee")
@dataclass(frozen=True, slots=True)
class AuditShare:
    """A member of the committee gives its share of one envelope's key, sealed to the inspector."""

    case: Annotated[Identifier, "The open case, which names the inspector's key."]
    asset: Annotated[Identifier, "The envelope; its order or consent is a target of the case."]
    share: Annotated[AuditProof, "The sealed share with the proof that it is the member's own."]


def share_audit(context: Context, body: AuditShare) -> None:
    """Record a proven share; the one that reaches the threshold opens the envelope."""
    context.require_signers(1)
    signer = context.signer_party()
    context.require_right(signer, Right.WATCH)
    case = CASES.get(context.state, body.case)
    if case is None or case.status is not CaseStatus.OPEN or case.inspector_key is None:
        raise Refused(Code.CASE_NEEDED, "case")
    asset = ASSETS.require(context.state, body.asset, "asset")
    _require_target(context, case, asset)
    committee = _committee_of(context, asset)
    require(signer.id in committee.members, Code.NO_RIGHT, "signers[0]")
    held = AUDITS.get(context.state, (body.case, body.asset))
    audit = held or Audit(asset.committee, (), AuditStatus.SHARES)
    require(audit.status is AuditStatus.SHARES, Code.BAD_STATE, "asset")
    repeated = any(item.party == signer.id for item in audit.shares)
    require(not repeated, Code.SHARE_REPEATED, "signers[0]")
    statement = threshold.ShareStatement(
        context=audit_context(context.block.genesis_hash, body.case, body.asset),
        share_key=committee.share_keys[committee.members.index(signer.id)],
        ephemeral=ephemeral_of(supervisors_wrap(asset)),
        inspector=case.inspector_key,
    )
    proven = threshold.is_share(statement, threshold.decode_share(body.share))
    require(proven, Code.BAD_SHARE, "share")
    shares = (*audit.shares, PartyShare(signer.id, body.share))
    opened = len(shares) == committee.threshold
    status = AuditStatus.OPENED if opened else AuditStatus.SHARES
    AUDITS.put(context.state, (body.case, body.asset), replace(audit, shares=shares, status=status))
    ids = (body.case, body.asset, asset.line)
    context.emit("audit.shared", *ids, signer.id, amounts=(len(shares), committee.threshold))
    if opened:
        parties = (item.party for item in shares)
        context.emit("audit.opened", *ids, case.supervisor, *parties)


def audit_context(genesis_hash: bytes, case: bytes, asset: bytes) -> bytes:
    """Return what a share is bound to, so that it serves no other chain, case or envelope."""
    return suites.tagged_hash(_CONTEXT_TAG, genesis_hash, case, asset)


def supervisors_wrap(asset: Asset) -> KeyWrap:
    """Return the supervisors' wrap of an envelope that has one."""
    return next(item for item in asset.wraps if item.right is Right.WATCH)


def ephemeral_of(wrap: KeyWrap) -> bytes:
    """Return E, the point with which a supervisors' wrap begins, as a key."""
    return wrap.key[:1] + wrap.wrap[: suites.POINT_SIZE - 1]


def _require_target(context: Context, case: Case, asset: Asset) -> None:
    """Refuse (E704) an envelope that the case does not name by its order or its consent."""
    line = LINES.known(context.state, asset.line)
    named = {target.id for target in case.targets}
    require(line.order in named or line.consent in named, Code.FREEZE_TARGET, "asset")


def _committee_of(context: Context, asset: Asset) -> Committee:
    require(asset.committee != 0, Code.SUPERVISOR_WRAP_MISSING, "asset")
    return COMMITTEES.known(context.state, asset.committee)
