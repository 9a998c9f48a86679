"""The supervisor: opens a disputed envelope together with the audit office, and rules by its find.

It also tries what not even a supervisor may: a share that is not its own, an envelope that the case
does not name, and a ruling over more money than is in dispute.
"""

import asyncio

from apps.channel.client import ChannelClient
from apps.insurance.contents import missing_fields
from apps.stage.cast import Office
from apps.stage.committee import own_share
from apps.stage.desk import Desk
from apps.stage.roles.supervisor import supervisors_service, take_office
from apps.stage.serving import serving
from chaincode.delivery.records import ASSETS
from chaincode.settlement.records import DISPUTES, DisputeStatus
from chaincode.supervision.records import AUDITS, AuditStatus, LegalBasis
from chaincode.trading.records import LINES, Line
from genesis.testnet import PASSPHRASE_FILE
from quancheng.audit import make_audit_share, new_inspector_secret
from quancheng.audit_opening import (
    CaseEvidence,
    case_evidence,
    give_share,
    inspector_key_name,
    prepare_case,
)
from quancheng.envelope_files import open_to_file
from quancheng.keystore import QUICK, KeyKind, Keystore


async def play(desk: Desk) -> None:
    """Play the supervisor."""
    async with serving(desk, supervisors_service(desk)), asyncio.TaskGroup() as group:
        await take_office(desk, group)
        dispute_id, dispute = await desk.first(DISPUTES, status=DisputeStatus.OPEN)
        line = await desk.state_of(LINES, dispute.line, lambda _: True)
        evidence, secret = await _opened_case(desk, line)
        refund = await _refund_due(desk, evidence, secret)
        overdrawn = {"to_user": line.price, "to_payees": line.price}
        await desk.attempt("dispute.rule", dispute=dispute_id, **overdrawn)
        await desk.send(
            "dispute.rule",
            dispute=dispute_id,
            to_user=refund,
            to_payees=line.price - refund,
        )
        await desk.send("case.close", case=evidence.case_id)
        await asyncio.Event().wait()


async def _opened_case(desk: Desk, line: Line) -> tuple[CaseEvidence, bytes]:
    """Open a case about a line's envelope, and wait until enough shares are on the chain."""
    assert line.asset is not None
    asked = await prepare_case(desk.client, desk.keys.sign_seed, line.asset, LegalBasis.COMPLAINT)
    passphrase = (desk.folder / PASSPHRASE_FILE).read_text(encoding="utf-8").strip()
    name = inspector_key_name(asked.case)
    # Kept before the case is sent: what was opened for a lost key stays shut.
    Keystore(desk.folder, QUICK).add(name, KeyKind.INSPECTOR, asked.secret, passphrase)
    await desk.finish(asked.signed)
    evidence = await case_evidence(desk.client, asked.case, line.asset)
    await _try_shares(desk, evidence)
    await give_share(desk.client, desk.keys.sign_seed, own_share(desk), evidence)
    key = (asked.case, line.asset)
    await desk.state_of(AUDITS, key, lambda audit: audit.status is AuditStatus.OPENED)
    return await case_evidence(desk.client, asked.case, line.asset), asked.secret


async def _refund_due(desk: Desk, evidence: CaseEvidence, secret: bytes) -> int:
    """Read what was delivered; return the part of the price for what is missing of it."""
    content_key = evidence.content_key(secret)
    assert evidence.other_keys(content_key) == ()
    sealed = desk.folder / "disputed.sealed"
    async with ChannelClient(desk.directory.service(Office.CHANNEL)) as store:
        await store.fetch(evidence.header, sealed)
    path = desk.folder / "disputed.content"
    with sealed.open("rb") as source:
        open_to_file(evidence.header, content_key, source, path)
    goods = evidence.goods
    product = desk.agreement.product(goods.product.terms.name)
    missing = missing_fields(product, path.read_bytes())
    return goods.line.price * len(missing) // len(product.fields)


async def _try_shares(desk: Desk, evidence: CaseEvidence) -> None:
    """Abuse: another share than one's own, and the envelope of another order under this case."""
    foreign = make_audit_share(evidence.opening(), new_inspector_secret())
    attempt = {"case": evidence.case_id, "share": foreign}
    await desk.attempt("audit.share", asset=evidence.asset_id, **attempt)
    for other_id, other in await desk.matching(ASSETS):
        line = await desk.record(LINES, other.line)
        if line is not None and line.order != evidence.goods.line.order:
            await desk.attempt("audit.share", asset=other_id, **attempt)
            return
