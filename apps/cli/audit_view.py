"""Audit openings as supervisors ask about them: what is opened, for whom, and who gave a share."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from rich.text import Text

from apps.cli.names import Names
from apps.cli.output import local_time, short
from apps.cli.say import say
from chaincode.authorization.records import CONSENTS
from chaincode.delivery.records import ASSETS
from chaincode.fields import Json
from chaincode.supervision.records import (
    AUDITS,
    CASES,
    AuditStatus,
    Case,
    Target,
    TargetKind,
)
from chaincode.trading.records import LINES, ORDERS, line_ids
from quancheng.audit_opening import AuditStep, audit_log, case_evidence
from quancheng.client import Client
from quancheng.consignments import known


@dataclass(frozen=True, slots=True)
class AuditView:
    """One envelope under one case."""

    case: bytes
    asset: bytes
    inspector: str
    basis: str
    product: str
    user: str
    threshold: int
    given: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether there are enough shares."""
        return len(self.given) >= self.threshold

    def pairs(self) -> list[tuple[str, str]]:
        """Return labels and values for people."""
        given = f"{len(self.given)} / {self.threshold}  {', '.join(self.given)}".rstrip()
        return [
            (say("column.case"), self.case.hex()),
            (say("column.asset"), self.asset.hex()),
            (say("column.inspector"), self.inspector),
            (say("column.basis"), say(f"basis.{self.basis}")),
            (say("column.product"), self.product),
            (say("column.user"), self.user),
            (say("column.shares"), given),
            (say("column.opened"), say(f"answer.{str(self.is_open).lower()}")),
        ]

    def to_json(self) -> dict[str, Json]:
        """Return the view for scripts."""
        return {
            "case": self.case.hex(),
            "asset": self.asset.hex(),
            "inspector": self.inspector,
            "legal_basis": self.basis,
            "product": self.product,
            "user": self.user,
            "threshold": self.threshold,
            "given": list(self.given),
            "opened": self.is_open,
        }


@dataclass(frozen=True, slots=True)
class LogLine:
    """A step of an opening with names."""

    step: AuditStep
    members: tuple[str, ...]
    basis: str

    @property
    def is_opening(self) -> bool:
        """Whether the envelope came open with it."""
        return self.step.inspector is not None

    def row(self) -> list[str | Text]:
        """Return the row of a table."""
        return [
            str(self.step.height),
            local_time(self.step.time_ms),
            say("audit.step.opened" if self.is_opening else "audit.step.shared"),
            ", ".join(self.members),
            self.step.case.hex(),
            say(f"basis.{self.basis}"),
            short(self.step.tx_id),
        ]

    def to_json(self) -> dict[str, Json]:
        """Return the step for scripts."""
        return {
            "height": self.step.height,
            "time_ms": self.step.time_ms,
            "event": "opened" if self.is_opening else "shared",
            "members": list(self.members),
            "case": self.step.case.hex(),
            "legal_basis": self.basis,
            "tx_id": self.step.tx_id.hex(),
        }


async def audit_view(client: Client, case_id: bytes, asset_id: bytes) -> AuditView:
    """Return an envelope under a case, with names."""
    evidence = await case_evidence(client, case_id, asset_id)
    names = Names(client)
    given = () if evidence.audit is None else evidence.audit.shares
    return AuditView(
        case=case_id,
        asset=asset_id,
        inspector=await names.party(evidence.case.supervisor),
        basis=evidence.case.legal_basis.name.lower(),
        product=evidence.goods.product.terms.name,
        user=await names.party(evidence.goods.order.user),
        threshold=evidence.committee.threshold,
        given=tuple([await names.party(item.party) for item in given]),
    )


async def pending_view(client: Client) -> list[AuditView]:
    """Return what open cases with an inspector's key ask for and have not yet."""
    found = []
    async for case_id, case in client.records(CASES, where={"status": "open"}):
        if case.inspector_key is None:
            continue
        async for asset_id in _assets_of(client, case):
            held = await client.record(AUDITS, (case_id, asset_id))
            if held is None or held.status is not AuditStatus.OPENED:
                found.append(await audit_view(client, case_id, asset_id))
    return found


async def log_view(client: Client, asset_id: bytes) -> list[LogLine]:
    """Return the log of an envelope's openings, the oldest first."""
    names = Names(client)
    return [
        LogLine(
            step,
            tuple([await names.party(member) for member in step.members]),
            (await known(client, CASES, step.case)).legal_basis.name.lower(),
        )
        for step in await audit_log(client, asset_id)
    ]


async def _assets_of(client: Client, case: Case) -> AsyncIterator[bytes]:
    """Yield the envelopes that a case names and that supervisors can open."""
    for target in case.targets:
        for line_id in await _lines_of(client, target):
            line = await known(client, LINES, line_id)
            if line.asset is not None and (await known(client, ASSETS, line.asset)).committee != 0:
                yield line.asset


async def _lines_of(client: Client, target: Target) -> tuple[bytes, ...]:
    if target.kind is TargetKind.ORDER:
        return line_ids(target.id, await known(client, ORDERS, target.id))
    if target.kind is TargetKind.CONSENT:
        consent = await known(client, CONSENTS, target.id)
        return (*consent.reserved, *consent.used)
    return ()
