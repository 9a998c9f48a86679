"""The insurer: asks separately for each thing it needs, and opens only what it may.

It also tries what it must not: a consent for more than the matter has, and an order under a consent
whose matter is closed.
"""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from apps.insurance import counter
from apps.insurance.contents import missing_fields
from apps.insurance.counter import Claim
from apps.insurance.story import PRODUCTS, PURPOSE_CLAIM, PURPOSE_INSURANCE, SETTLEMENT, USES
from apps.stage import sights
from apps.stage.agreement import AgreedProduct
from apps.stage.desk import Desk
from apps.stage.governing import approve_agreed
from apps.stage.receiving import Received, receive, settle
from apps.stage.serving import new_service, serving
from chaincode.authorization.records import (
    CONSENTS,
    AmountBucket,
    ConsentKind,
    ConsentStatus,
    MatterKind,
    MatterOutcome,
)
from chaincode.delivery.records import ASSETS, AssetStatus, Verdict
from chaincode.ids import part_id
from chaincode.registration.records import Product
from chaincode.settlement.records import ACCOUNTS, DisputeCode
from chaincode.trading.placement import OrderLine
from chaincode.trading.records import FINAL, LINES
from ledger.suites import tagged_hash
from quancheng.carrying import require_taken_from
from quancheng.consignments import consignment_of, known
from quancheng.envelope_files import open_carried_to_file, open_to_file
from quancheng.kem import kem_key_of

_MATTER_TERM_MS = 3_600_000
_ANSWER_TERM_MS = 240_000
_DELIVERY_TERM_MS = 600_000
_RETENTION_MS = 30 * 86_400_000
_BUCKETS = ((1_000, 1), (10_000, 2), (50_000, 3), (200_000, 4), (1_000_000, 5))
_SECRET_SIZE = 32
_QUEUE_MAX = 64


@dataclass(frozen=True, slots=True)
class _Offer:
    """What the insurer buys: the listing, and the product behind it."""

    agreed: AgreedProduct
    listing: bytes
    product: bytes
    terms: Product


@dataclass(frozen=True, slots=True)
class _Case:
    """One claim: its matter, its consents by product, and the key to receive with."""

    claim: Claim
    matter: bytes
    secret: bytes
    consents: Mapping[str, bytes]


async def play(desk: Desk) -> None:
    """Play the insurer."""
    claims: asyncio.Queue[Claim] = asyncio.Queue(maxsize=_QUEUE_MAX)

    async def take(request: web.Request) -> web.Response:
        claim = counter.read_claim(await request.json())
        if claim is None:
            raise web.HTTPForbidden(text="not signed by the pseudonym")
        await claims.put(claim)
        return web.Response(status=202)

    service = new_service()
    service.router.add_post(counter.CLAIM_PATH, take)
    async with serving(desk, service), asyncio.TaskGroup() as group:
        group.create_task(approve_agreed(desk))
        own = await desk.own_party()
        await desk.state_of(ACCOUNTS, own.id, lambda account: account.free > 0)
        office = _ClaimsOffice(desk, [await _offer(desk, agreed) for agreed in PRODUCTS])
        while True:
            group.create_task(office.handle(await claims.get()))


async def _offer(desk: Desk, agreed: AgreedProduct) -> _Offer:
    listing_id, listing = await sights.listing(desk, agreed.name)
    _, terms = await sights.product(desk, agreed.name)
    return _Offer(agreed, listing_id, listing.product, terms)


class _ClaimsOffice:
    """Handles claims, each in a task of its own."""

    def __init__(self, desk: Desk, offers: list[_Offer]) -> None:
        self._desk = desk
        self._offers = offers
        self._handled = 0

    async def handle(self, claim: Claim) -> None:
        """Take one claim from the matter's opening to its close, and then erase on demand."""
        self._handled += 1
        is_first = self._handled == 1
        case = await self._asked(claim, is_first)
        for consent in case.consents.values():
            await self._desk.state_of(
                CONSENTS, consent, lambda item: item.status is ConsentStatus.GRANTED
            )
        order = (
            await self._desk.send("order.place", **await self._order(case, self._offers))
        ).tx_id
        async with asyncio.TaskGroup() as group:
            for index, offer in enumerate(self._offers):
                group.create_task(self._take_in(case, part_id(order, index), offer))
        await self._desk.send(
            "matter.close",
            matter=case.matter,
            outcome=MatterOutcome.PAID,
            amount=_bucket(claim.amount),
        )
        if is_first:
            # Abuse: to use, after the claim was paid, what its consent still had left.
            late = [offer for offer in self._offers if USES[offer.agreed.name] > 1]
            await self._desk.attempt("order.place", **await self._order(case, late))
        await self._erase_on_demand([part_id(order, index) for index in range(len(self._offers))])

    async def _asked(self, claim: Claim, is_first: bool) -> _Case:
        """Open the matter and ask for each consent by itself, never for several at once."""
        desk = self._desk
        now_ms = await desk.chain_time_ms()
        opened = await desk.send(
            "matter.open",
            kind=MatterKind.INSURANCE_CLAIM,
            purpose=PURPOSE_INSURANCE,
            products=tuple(offer.product for offer in self._offers),
            evidence=tagged_hash(b"claim", claim.sid, secrets.token_bytes(_SECRET_SIZE)),
            max_uses=sum(USES.values()),
            until_ms=now_ms + _MATTER_TERM_MS,
        )
        secret = secrets.token_bytes(_SECRET_SIZE)
        consents: dict[str, bytes] = {}
        for offer in self._offers:
            carried = claim.carries and offer.agreed is SETTLEMENT
            key = kem_key_of(secret) if carried else None
            body = _request(claim, opened.tx_id, offer, now_ms) | {"receiving_key": key}
            if is_first and not consents:
                # Abuse: a consent for more uses than the whole matter has.
                blanket = body | {"max_uses": sum(USES.values()) + 1}
                await desk.attempt("consent.request", **blanket)
            consents[offer.agreed.name] = (await desk.send("consent.request", **body)).tx_id
        return _Case(claim, opened.tx_id, secret, consents)

    async def _order(self, case: _Case, offers: list[_Offer]) -> dict[str, object]:
        until_ms = await self._desk.chain_time_ms() + _DELIVERY_TERM_MS
        return {
            "lines": tuple(
                OrderLine(offer.listing, PURPOSE_CLAIM, case.consents[offer.agreed.name])
                for offer in offers
            ),
            "receiving_key": kem_key_of(case.secret),
            "confirm_until_ms": until_ms,
            "deliver_until_ms": until_ms,
        }

    async def _take_in(self, case: _Case, line_id: bytes, offer: _Offer) -> None:
        """Receive one line; accept what is complete, and dispute what is not."""
        desk = self._desk
        received = await receive(desk, line_id, case.secret)
        assert received is not None
        content = await self._opened(received)
        complete = not missing_fields(offer.agreed, content)
        await desk.send(
            "envelope.receipt",
            line=line_id,
            header_hash=received.header.hash(),
            verdict=Verdict.OK if complete else Verdict.BAD_CONTENT,
        )
        if complete:
            await settle(desk, line_id)
            return
        complaint = tagged_hash(b"complaint", line_id, secrets.token_bytes(_SECRET_SIZE))
        await desk.send(
            "dispute.open", line=line_id, code=DisputeCode.BAD_CONTENT, evidence=complaint
        )
        await desk.state_of(LINES, line_id, lambda line: line.state in FINAL)

    async def _opened(self, received: Received) -> bytes:
        """Open an envelope; what a person carried must be what the holder's side once sealed."""
        header, key = received.header, received.content_key
        path = _content_path(self._desk, received.goods.line_id)
        with received.ciphertext.open("rb") as source:
            if header.preamble.source is None:
                open_to_file(header, key, source, path)
            else:
                carried = open_carried_to_file(header, key, source, path)
                client = self._desk.client
                origin = await known(client, ASSETS, carried.origin.asset)
                require_taken_from(carried, await consignment_of(client, origin.line))
        return path.read_bytes()

    async def _erase_on_demand(self, line_ids: list[bytes]) -> None:
        """Erase what persons want erased before its time, and say so on the chain."""
        desk = self._desk
        lines = {line_id: await known(desk.client, LINES, line_id) for line_id in line_ids}
        while True:
            height = desk.height
            for line_id, line in lines.items():
                assert line.asset is not None
                assert line.consent is not None
                asset = await known(desk.client, ASSETS, line.asset)
                consent = await known(desk.client, CONSENTS, line.consent)
                demanded = asset.erase_until_ms != consent.retention_until_ms
                if demanded and asset.status is AssetStatus.USABLE:
                    _content_path(desk, line_id).unlink()
                    await desk.send("erasure.attest", asset=line.asset)
            await desk.block_after(height)


def _request(claim: Claim, matter: bytes, offer: _Offer, now_ms: int) -> dict[str, object]:
    row = offer.terms.terms.fields_for(PURPOSE_CLAIM)
    assert row is not None
    return {
        "matter": matter,
        "sid": claim.sid,
        "product": offer.product,
        "product_version": offer.terms.version,
        "purpose": PURPOSE_CLAIM,
        "fields": row.fields,
        "kind": ConsentKind.MATTER,
        "max_uses": USES[offer.agreed.name],
        "answer_until_ms": now_ms + _ANSWER_TERM_MS,
        "until_ms": now_ms + _DELIVERY_TERM_MS,
        "retention_until_ms": now_ms + _RETENTION_MS,
        "notice": row.notice,
    }


def _content_path(desk: Desk, line_id: bytes) -> Path:
    return desk.folder / f"{line_id.hex()}.content"


def _bucket(amount: int) -> AmountBucket:
    for limit, number in _BUCKETS:
        if amount < limit:
            return AmountBucket(number)
    return AmountBucket.FROM_1_000_000
