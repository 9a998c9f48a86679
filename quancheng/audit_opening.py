"""Audit opening through a node: an inspector asks, members give shares, the inspector opens.

    asked = await prepare_case(client, seed, asset, LegalBasis.COMPLAINT)   # the inspector
    …keep asked.secret under inspector_key_name(asked.case)…
    await client.submit_and_wait(asked.signed)
    evidence = await case_evidence(client, asked.case, asset)               # a member
    await give_share(client, member_seed, share, evidence)
    evidence = await case_evidence(client, asked.case, asset)               # the inspector
    content_key = evidence.content_key(asked.secret)

Shares travel on the chain and nowhere else, each checked by every validator (E703). So whatever is
opened this way stands on record: who, when, under which case (`audit_log`).
"""

from dataclasses import dataclass

from chaincode.delivery.consignment import Consignment
from chaincode.delivery.records import ASSETS
from chaincode.rights import Right
from chaincode.supervision.records import (
    AUDITS,
    CASES,
    COMMITTEES,
    Audit,
    Case,
    Committee,
    LegalBasis,
    Target,
    TargetKind,
)
from chaincode.trading.records import LINES
from ledger.envelope_header import EnvelopeHeader, Recipient
from ledger.refusal import Code, require
from ledger.transaction import Transaction
from quancheng.api.events import Place, RecordView
from quancheng.api.method import PAGE_MAX
from quancheng.api.transactions import EventView, WaitResult
from quancheng.audit import (
    Opening,
    inspector_key_of,
    make_audit_share,
    new_inspector_secret,
    open_for_inspector,
)
from quancheng.client import Client
from quancheng.consignments import consignment_of, known, prepared_header, wraps_of
from quancheng.envelope_wraps import differing_wraps

_SHARED = "audit.shared"
_OPENED = "audit.opened"
_NAME_DIGITS = 32


@dataclass(frozen=True, slots=True, repr=False)
class PreparedCase:
    """A signed `case.open` with a key of its own. Keep the secret before the case is sent."""

    signed: Transaction
    secret: bytes

    @property
    def case(self) -> bytes:
        """The id that the case will have."""
        return self.signed.tx_id


@dataclass(frozen=True, slots=True)
class CaseEvidence:
    """One envelope under one case, as the chain has both."""

    case_id: bytes
    case: Case
    genesis_hash: bytes
    goods: Consignment
    header: EnvelopeHeader
    committee: Committee
    audit: Audit | None
    """None as long as nobody gave a share."""

    @property
    def asset_id(self) -> bytes:
        """The envelope."""
        return self.goods.asset_id

    @property
    def shares(self) -> dict[int, bytes]:
        """The shares on the chain, by the number of their member from 1."""
        given = () if self.audit is None else self.audit.shares
        numbers = {party: index for index, party in enumerate(self.committee.members, start=1)}
        return {numbers[item.party]: item.share for item in given}

    def opening(self) -> Opening:
        """Return what each share is bound to; refuse (E701) a case without an inspector's key."""
        key = self.case.inspector_key
        require(key is not None, Code.CASE_NEEDED, "case")
        assert key is not None
        wrap = next(item.wrap for item in self.goods.asset.wraps if item.right is Right.WATCH)
        return Opening(self.genesis_hash, self.case_id, self.asset_id, wrap, key)

    def content_key(self, secret: bytes) -> bytes:
        """Return the key of the envelope from the shares on the chain; refuse (E011) too few."""
        shares = self.shares
        require(len(shares) >= self.committee.threshold, Code.BAD_STATE, "shares")
        public = (self.committee.key, self.committee.share_keys)
        return open_for_inspector(self.header, self.opening(), shares, public, secret)

    def other_keys(self, content_key: bytes) -> tuple[Recipient, ...]:
        """Return the right holders who were given another key than this one.

        Whoever opens one wrap checks the others. An inspector goes on where they differ: that is
        what it has found.
        """
        return differing_wraps(self.header, content_key, wraps_of(self.goods.asset))


@dataclass(frozen=True, slots=True)
class AuditStep:
    """A line of the log: a member gave a share, or the envelope came open."""

    tx_id: bytes
    time_ms: int
    height: int
    case: bytes
    members: tuple[bytes, ...]
    """Who gave the share; all who gave one where the envelope came open."""
    inspector: bytes | None
    """The supervisor of the case, where the envelope came open."""


def inspector_key_name(case: bytes) -> str:
    """Return the name of a case's secret in the inspector's keystore."""
    return f"inspector-{case.hex()[:_NAME_DIGITS]}"


async def prepare_case(
    client: Client, sign_seed: bytes, asset_id: bytes, legal_basis: LegalBasis
) -> PreparedCase:
    """Return a case about the order of an envelope, with a fresh inspector's key."""
    asset = await known(client, ASSETS, asset_id)
    require(asset.committee != 0, Code.SUPERVISOR_WRAP_MISSING, "asset")
    line = await known(client, LINES, asset.line)
    secret = new_inspector_secret()
    signed = await client.prepare(
        "case.open",
        [sign_seed],
        targets=(Target(TargetKind.ORDER, line.order),),
        legal_basis=legal_basis,
        inspector_key=inspector_key_of(secret),
    )
    return PreparedCase(signed, secret)


async def case_evidence(client: Client, case_id: bytes, asset_id: bytes) -> CaseEvidence:
    """Return an envelope under a case; refuse (E010) unknown ones, (E507) one without a wrap."""
    case = await known(client, CASES, case_id)
    asset = await known(client, ASSETS, asset_id)
    require(asset.committee != 0, Code.SUPERVISOR_WRAP_MISSING, "asset")
    goods = await consignment_of(client, asset.line)
    genesis_hash = (await client.status()).genesis_hash
    audit = await client.record(AUDITS, (case_id, asset_id))
    return CaseEvidence(
        case_id=case_id,
        case=case,
        genesis_hash=genesis_hash,
        goods=goods,
        header=await prepared_header(client, genesis_hash, goods),
        committee=await known(client, COMMITTEES, asset.committee),
        audit=audit,
    )


async def give_share(
    client: Client, sign_seed: bytes, share: bytes, evidence: CaseEvidence
) -> WaitResult:
    """Put a member's share on the chain, sealed to the case's inspector."""
    return await client.send(
        "audit.share",
        [sign_seed],
        case=evidence.case_id,
        asset=evidence.asset_id,
        share=make_audit_share(evidence.opening(), share),
    )


async def audit_log(client: Client, asset_id: bytes) -> list[AuditStep]:
    """Return who gave shares of an envelope, when and under which case, the oldest first."""
    steps: list[AuditStep] = []
    before: Place | None = None
    while True:
        page = await client.history(asset_id, before=before, limit=PAGE_MAX)
        for record in page.records:
            # The newest first, within a record too: an opening stands above its last share.
            for event in reversed(record.receipt.events):
                steps += _steps(record, event, asset_id)
        before = page.before
        if before is None:
            return steps[::-1]


def _steps(record: RecordView, event: EventView, asset_id: bytes) -> list[AuditStep]:
    if event.name not in {_SHARED, _OPENED} or event.ids[1] != asset_id:
        return []
    is_open = event.name == _OPENED
    return [
        AuditStep(
            tx_id=record.receipt.subject,
            time_ms=record.time_ms,
            height=record.place.height,
            case=event.ids[0],
            members=event.ids[4:] if is_open else event.ids[3:],
            inspector=event.ids[3] if is_open else None,
        )
    ]
