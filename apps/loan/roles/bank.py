"""The bank: asks about one applicant at a time, pays for what it gets, and opens its envelopes.

It also tries what it must not: a second use, another purpose, an order of a frozen product, and a
transaction with a bad signature.
"""

import asyncio
import secrets
from dataclasses import dataclass

from aiohttp import web

from apps.loan import counter
from apps.loan.story import PRODUCT, PURPOSE_CREDIT, PURPOSE_FINANCE, PURPOSE_MARKETING, RETURNING
from apps.stage import sights
from apps.stage.desk import Desk
from apps.stage.governing import approve_agreed
from apps.stage.receiving import receive, settle
from apps.stage.serving import new_service, serving
from chaincode.authorization.records import (
    CONSENTS,
    AmountBucket,
    ConsentKind,
    ConsentStatus,
    MatterKind,
    MatterOutcome,
)
from chaincode.delivery.records import Verdict
from chaincode.freezes import FREEZES
from chaincode.registration.records import Product
from chaincode.settlement.records import ACCOUNTS
from chaincode.trading.placement import OrderLine
from chaincode.trading.records import LINES
from ledger.suites import tagged_hash
from ledger.transaction import assemble
from quancheng.envelope_files import open_to_file
from quancheng.kem import kem_key_of

REFUSED_AT_THE_DOOR = "refused-at-the-door.txt"
"""In its folder: the id of a badly signed transaction, and what the node said of it."""

_MATTER_TERM_MS = 3_600_000
_ANSWER_TERM_MS = 240_000
_RETENTION_MS = 30 * 86_400_000
_DELIVERY_TERM_MS = 600_000
_BUCKETS = ((1_000, 1), (10_000, 2), (50_000, 3), (200_000, 4), (1_000_000, 5))
_SECRET_SIZE = 32


@dataclass(frozen=True, slots=True)
class _Offer:
    """What the bank buys: the listing, and the product behind it."""

    listing: bytes
    product: bytes
    terms: Product


@dataclass(frozen=True, slots=True)
class _Case:
    """One application: who, how much, and the matter and consent request on the chain."""

    sid: bytes
    amount: int
    matter: bytes
    consent: bytes


async def play(desk: Desk) -> None:
    """Play the bank."""
    applications: asyncio.Queue[tuple[bytes, int]] = asyncio.Queue(maxsize=64)

    async def take(request: web.Request) -> web.Response:
        application = counter.read_application(await request.json())
        if application is None:
            raise web.HTTPForbidden(text="not signed by the pseudonym")
        await applications.put(application)
        return web.Response(status=202)

    service = new_service()
    service.router.add_post(counter.APPLY_PATH, take)
    async with serving(desk, service), asyncio.TaskGroup() as group:
        group.create_task(approve_agreed(desk))
        listing_id, listing = await sights.listing(desk, PRODUCT.name)
        _, terms = await sights.product(desk, PRODUCT.name)
        offer = _Offer(listing_id, listing.product, terms)
        own = await desk.own_party()
        await desk.state_of(ACCOUNTS, own.id, lambda account: account.free > 0)
        office = _LoanOffice(desk, offer)
        group.create_task(_submit_bad_signature(desk))
        while True:
            sid, amount = await applications.get()
            group.create_task(office.handle(sid, amount))


class _LoanOffice:
    """Handles applications, each in a task of its own."""

    def __init__(self, desk: Desk, offer: _Offer) -> None:
        self._desk = desk
        self._offer = offer
        self._granted = 0
        self._reused = False

    async def handle(self, sid: bytes, amount: int) -> None:
        """Take one application from the matter's opening to its close."""
        case = await self._request(sid, amount)
        consent = await self._desk.state_of(
            CONSENTS, case.consent, lambda item: item.status is not ConsentStatus.REQUESTED
        )
        if consent.status is not ConsentStatus.GRANTED:
            await self._close(case, MatterOutcome.DECLINED)
            return
        self._granted += 1
        number = self._granted
        await self._before_ordering(case, number)
        receiving_secret = secrets.token_bytes(_SECRET_SIZE)
        line_id = await self._order(case, receiving_secret)
        received = await self._receive(line_id, receiving_secret)
        if received:
            await self._after_receiving(case, line_id)
        await self._close(case, MatterOutcome.GRANTED if received else MatterOutcome.WITHDRAWN)

    async def _request(self, sid: bytes, amount: int) -> _Case:
        desk, offer = self._desk, self._offer
        now_ms = await desk.chain_time_ms()
        row = offer.terms.terms.fields_for(PURPOSE_CREDIT)
        assert row is not None
        opened = await desk.send(
            "matter.open",
            kind=MatterKind.LOAN_APPLICATION,
            purpose=PURPOSE_FINANCE,
            products=(offer.product,),
            evidence=tagged_hash(b"application", sid, secrets.token_bytes(_SECRET_SIZE)),
            max_uses=1,
            until_ms=now_ms + _MATTER_TERM_MS,
        )
        asked = await desk.send(
            "consent.request",
            matter=opened.tx_id,
            sid=sid,
            product=offer.product,
            product_version=offer.terms.version,
            purpose=PURPOSE_CREDIT,
            fields=row.fields,
            kind=ConsentKind.USE,
            max_uses=1,
            answer_until_ms=now_ms + _ANSWER_TERM_MS,
            until_ms=now_ms + _DELIVERY_TERM_MS,
            retention_until_ms=now_ms + _RETENTION_MS,
            notice=row.notice,
            receiving_key=None,
        )
        return _Case(sid, amount, opened.tx_id, asked.tx_id)

    async def _before_ordering(self, case: _Case, number: int) -> None:
        if number == 1:
            # Abuse: to use for marketing what was agreed to for a credit assessment.
            await self._try_order(case, PURPOSE_MARKETING)
        if number == RETURNING:
            # Abuse: to order a product that the supervisor has frozen. Then wait like everybody.
            await self._desk.state_of(FREEZES, self._offer.product, lambda _: True)
            await self._try_order(case, PURPOSE_CREDIT)
        await self._desk.until(self._is_thawed)

    async def _after_receiving(self, case: _Case, line_id: bytes) -> None:
        if not self._reused:
            # Abuse: to use a second time what was agreed to once.
            self._reused = True
            await self._try_order(case, PURPOSE_CREDIT)
        await settle(self._desk, line_id)

    async def _is_thawed(self) -> bool:
        return await self._desk.record(FREEZES, self._offer.product) is None

    async def _try_order(self, case: _Case, purpose: int) -> str:
        key = kem_key_of(secrets.token_bytes(_SECRET_SIZE))
        return await self._desk.attempt("order.place", **await self._order_body(case, purpose, key))

    async def _order(self, case: _Case, receiving_secret: bytes) -> bytes:
        body = await self._order_body(case, PURPOSE_CREDIT, kem_key_of(receiving_secret))
        # The freeze may come between looking and ordering: then wait for its end and order anew.
        while await self._desk.attempt("order.place", **body) != "E000":
            await self._desk.until(self._is_thawed)
        line_id, _ = await self._desk.first(LINES, consent=case.consent)
        return line_id

    async def _order_body(self, case: _Case, purpose: int, key: bytes) -> dict[str, object]:
        deliver_until_ms = await self._desk.chain_time_ms() + _DELIVERY_TERM_MS
        return {
            "lines": (OrderLine(self._offer.listing, purpose, case.consent),),
            "receiving_key": key,
            "confirm_until_ms": deliver_until_ms,
            "deliver_until_ms": deliver_until_ms,
        }

    async def _receive(self, line_id: bytes, secret: bytes) -> bool:
        """Open an envelope and say that it is fine; say False where the line was refunded."""
        received = await receive(self._desk, line_id, secret)
        if received is None:
            return False
        header = received.header
        with received.ciphertext.open("rb") as source:
            path = self._desk.folder / f"{line_id.hex()}.json"
            open_to_file(header, received.content_key, source, path)
        await self._desk.send(
            "envelope.receipt", line=line_id, header_hash=header.hash(), verdict=Verdict.OK
        )
        return True

    async def _close(self, case: _Case, outcome: MatterOutcome) -> None:
        granted = outcome is MatterOutcome.GRANTED
        bucket = _bucket(case.amount) if granted else AmountBucket.NONE
        await self._desk.send("matter.close", matter=case.matter, outcome=outcome, amount=bucket)


def _bucket(amount: int) -> AmountBucket:
    for limit, number in _BUCKETS:
        if amount < limit:
            return AmountBucket(number)
    return AmountBucket.FROM_1_000_000


async def _submit_bad_signature(desk: Desk) -> None:
    """Abuse: hand in an order of which one signature bit is wrong; it must get into no block."""
    signed = await desk.prepare("matter.close", matter=bytes(32), outcome=1, amount=0)
    broken = bytearray(signed.signatures[0])
    broken[-1] ^= 1
    forged = assemble(signed.unsigned, [bytes(broken)])
    (submission,) = await desk.client.submit(forged)
    path = desk.folder / REFUSED_AT_THE_DOOR
    code = "" if submission.refusal is None else submission.refusal.code
    path.write_text(f"{forged.tx_id.hex()} {submission.state.value} {code}\n", encoding="utf-8")
