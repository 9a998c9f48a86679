"""One loan's data on its way, step by step, over a running network: as its parties would do it."""

import asyncio
import io
import json
import secrets
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from apps.bench.city import FIELDS, PURPOSE, City, Founder
from apps.channel.client import ChannelClient
from chaincode.authorization.records import ConsentKind, MatterKind
from chaincode.delivery.preambles import SealerChoice, preamble_of
from chaincode.delivery.records import ASSETS, Verdict
from chaincode.ids import part_id
from chaincode.membership.records import SubjectKind
from chaincode.rights import Right
from chaincode.trading.placement import OrderLine
from genesis.testnet import Testnet
from ledger.envelope_header import CHUNK_SIZE_MIN, EnvelopeHeader, Recipient
from ledger.suites import SEED_SIZE, ZERO_HASH
from quancheng.carrying import open_carried, require_taken_from
from quancheng.client import Client
from quancheng.consignments import (
    consignment_of,
    known,
    prepared_header,
    supervisors_now,
    wraps_of,
)
from quancheng.envelope import seal
from quancheng.envelope_keys import key_commitment_of, new_content_key
from quancheng.envelope_wraps import make_wrap, open_wrap, require_same_key, wrap_for
from quancheng.kem import kem_key_of

T = TypeVar("T")

CONTENT = json.dumps({"credit_history": "paid back duly", "housing": "own"}).encode() * 100
HOUR_MS = 3_600_000
_DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Delivered:
    """A line whose envelope was released, and what opens it."""

    line: bytes
    asset: bytes
    header: EnvelopeHeader
    content_key: bytes
    receiving_secret: bytes


class Circulation:
    """What bank, identity authority and deliverer do for one person."""

    def __init__(self, client: Client, city: City, channel_url: str, folder: Path) -> None:
        self.client = client
        self.city = city
        self._channel_url = channel_url
        self._folder = folder

    async def send(self, type_name: str, label: str, **body: object) -> bytes:
        """Send a transaction of a party of the city; return its id."""
        return (await self.client.send(type_name, [self.city.seeds[label]], **body)).tx_id

    async def now_ms(self) -> int:
        """Return the chain's time."""
        return (await self.client.status()).now_ms

    async def bind(self, sid: bytes, identity: bytes) -> None:
        """Let the identity authority bind a pseudonym to a commitment."""
        until_ms = await self.now_ms() + _DAY_MS
        await self.send(
            "subject.bind",
            "identity-authority",
            sid=sid,
            kind=SubjectKind.PERSON,
            identity=identity,
            until_ms=until_ms,
        )

    async def ask(self, sid: bytes, receiving_key: bytes | None = None) -> bytes:
        """Let the bank open a matter and ask for a consent; return the request's id."""
        now_ms = await self.now_ms()
        matter = await self.send(
            "matter.open",
            "bank",
            kind=MatterKind.LOAN_APPLICATION,
            purpose=PURPOSE,
            products=(self.city.product,),
            evidence=ZERO_HASH,
            max_uses=1,
            until_ms=now_ms + _DAY_MS,
        )
        return await self.send(
            "consent.request",
            "bank",
            matter=matter,
            sid=sid,
            product=self.city.product,
            product_version=1,
            purpose=PURPOSE,
            fields=FIELDS,
            kind=ConsentKind.USE,
            max_uses=1,
            answer_until_ms=now_ms + HOUR_MS // 15,
            until_ms=now_ms + HOUR_MS,
            retention_until_ms=now_ms + 30 * _DAY_MS,
            notice=self.city.notice,
            receiving_key=receiving_key,
        )

    async def deliver(self, consent: bytes) -> Delivered:
        """Order, seal, put into the channel, prepare, acknowledge, release, receive."""
        secret = secrets.token_bytes(SEED_SIZE)
        line = await self.order(consent, secret)
        header, content_key = await self._seal(line)
        header_hash = header.hash()
        wraps = tuple(
            wrap_for(content_key, header_hash, recipient)
            for recipient in header.preamble.recipients
            if recipient.right != Right.USE
        )
        asset = await self._prepare(line, header, wraps)
        named = {"line": line, "header_hash": header_hash}
        await self.send("envelope.acknowledge", "bank", cipher_root=header.cipher_root, **named)
        wrap = make_wrap(content_key, header_hash, header.preamble.receiving_key)
        await self.send("envelope.release", "deliverer", wrap=wrap, **named)
        await self.send("envelope.receipt", "bank", verdict=Verdict.OK, **named)
        return Delivered(line, asset, header, content_key, secret)

    async def order(self, consent: bytes, secret: bytes) -> bytes:
        """Let the bank order on a consent, with the envelope key of a secret; return the line."""
        until_ms = await self.now_ms() + HOUR_MS // 2
        order = await self.send(
            "order.place",
            "bank",
            lines=(OrderLine(self.city.listing, PURPOSE, consent),),
            receiving_key=kem_key_of(secret),
            confirm_until_ms=until_ms,
            deliver_until_ms=until_ms,
        )
        return part_id(order, 0)

    async def acknowledge(self, line: bytes) -> None:
        """Let the bank fetch the ciphertext of a line and acknowledge it."""
        header = await self._header(line)
        async with ChannelClient(self._channel_url) as store:
            await store.fetch(header, self._received(line))
        await self.send(
            "envelope.acknowledge",
            "bank",
            line=line,
            header_hash=header.hash(),
            cipher_root=header.cipher_root,
        )

    async def receive_carried(self, line: bytes, secret: bytes) -> bytes:
        """Let the bank open what a person carried, compare it with its source, and accept it."""
        header = await self._header(line)
        goods = await consignment_of(self.client, line)
        wraps = wraps_of(goods.asset)
        content_key = open_wrap(header, wraps[Recipient(Right.USE, kem_key_of(secret))], secret)
        require_same_key(header, content_key, wraps)
        content = io.BytesIO()
        with self._received(line).open("rb") as source:
            carried = open_carried(header, content_key, source, content)
        origin = await known(self.client, ASSETS, carried.origin.asset)
        require_taken_from(carried, await consignment_of(self.client, origin.line))
        await self.send(
            "envelope.receipt", "bank", line=line, header_hash=header.hash(), verdict=Verdict.OK
        )
        return content.getvalue()

    async def _header(self, line: bytes) -> EnvelopeHeader:
        genesis_hash = (await self.client.status()).genesis_hash
        goods = await consignment_of(self.client, line)
        return await prepared_header(self.client, genesis_hash, goods)

    def _received(self, line: bytes) -> Path:
        return self._folder / f"{line.hex()}.received"

    async def _seal(self, line: bytes) -> tuple[EnvelopeHeader, bytes]:
        content_key = new_content_key()
        commitment = key_commitment_of(content_key)
        choice = SealerChoice(self.city.channel, FIELDS, CHUNK_SIZE_MIN, None, commitment)
        goods = await consignment_of(self.client, line)
        genesis_hash = (await self.client.status()).genesis_hash
        preamble = preamble_of(genesis_hash, goods, choice, await supervisors_now(self.client))
        path = self._folder / f"{line.hex()}.sealed"
        with path.open("wb") as target:
            header = seal(preamble, content_key, io.BytesIO(CONTENT), target)
        async with ChannelClient(self._channel_url) as store:
            await store.put(header, path)
        return header, content_key

    async def _prepare(
        self, line: bytes, header: EnvelopeHeader, wraps: tuple[bytes, ...]
    ) -> bytes:
        return await self.send(
            "envelope.prepare",
            "deliverer",
            line=line,
            channel=self.city.channel,
            fields=header.preamble.fields,
            chunk_size=header.preamble.chunk_size,
            size=header.size,
            cipher_root=header.cipher_root,
            source=None,
            key_commitment=header.preamble.key_commitment,
            content_commitment=header.content_commitment,
            header_hash=header.hash(),
            wraps=wraps,
        )


@dataclass(frozen=True, slots=True)
class Stage:
    """A founded city on a running network with its channel, for tests that are not asynchronous."""

    node_url: str
    channel_url: str
    city: City
    folder: Path

    def play(self, work: Callable[[Circulation], Awaitable[T]]) -> T:
        """Run some steps and return what they give."""

        async def session() -> T:
            async with Client(self.node_url) as client:
                return await work(Circulation(client, self.city, self.channel_url, self.folder))

        return asyncio.run(session())


def founded_stage(node_url: str, testnet: Testnet, channel_url: str, folder: Path) -> Stage:
    """Bring a network's sample city to the point where consents can be asked for."""

    async def session() -> City:
        async with Client(node_url) as client:
            return await Founder(client, testnet).found()

    return Stage(node_url, channel_url, asyncio.run(session()), folder)


@contextmanager
def running_channel(folder: Path) -> Iterator[tuple[str, int]]:
    """Run the delivery channel as a process of its own; give its address and process id."""
    words = ["-m", "apps.channel.main", "--folder", str(folder)]
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1], process.pid
        finally:
            process.terminate()
