"""A desk: one party at work, with its own keys, its own node, and nothing of anybody else."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TypeVar

from apps.stage.agreement import Agreement
from apps.stage.cast import Cast
from apps.stage.directory import Directory
from apps.stage.scenario import Setting
from chaincode.fields import Json
from chaincode.membership.records import KEYS, PARTIES, Party, PartyStatus
from chaincode.tables import Table
from genesis.organisation import KEM_KEY, SIGN_KEY
from genesis.testnet import PASSPHRASE_FILE
from ledger.suites import public_key_of
from ledger.transaction import Transaction
from quancheng.api.transactions import WaitResult
from quancheng.builders import VALIDITY_MS, Terms
from quancheng.client import Client
from quancheng.errors import TransactionFailed, TransactionPending
from quancheng.kem import kem_key_of
from quancheng.keystore import QUICK, KeyKind, Keystore
from quancheng.private_files import create_private_file
from quancheng.transport import RetryPolicy

K = TypeVar("K")
R = TypeVar("R")
T = TypeVar("T")

POLL_SECONDS = 0.1
PATIENCE = RetryPolicy(attempts=120, pause_ms=100, pause_max_ms=500)
"""A party outlives the restart of its node."""
FINAL_TIMEOUT_MS = 20_000
FINAL_ATTEMPTS = 3

_PASSPHRASE_BYTES = 24


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets of one party."""

    sign_seed: bytes
    kem_secret: bytes

    @property
    def sign_key(self) -> bytes:
        """The public signing key."""
        return public_key_of(self.sign_seed)

    @property
    def kem_key(self) -> bytes:
        """The public envelope key."""
        return kem_key_of(self.kem_secret)


class Desk:
    """What a role works with. `keys` is None for roles that are no party of the chain."""

    def __init__(
        self, role: str, folder: Path, setting: Setting, keys: Keys | None, client: Client
    ) -> None:
        self.role = role
        self.folder = folder
        self._setting = setting
        self.client = client
        self._keys = keys
        self._height = -1
        self._grown = asyncio.Condition()

    @property
    def cast(self) -> Cast:
        """Who plays in the scenario."""
        return self._setting.scenario.cast

    @property
    def agreement(self) -> Agreement:
        """What was agreed on beforehand."""
        return self._setting.scenario.agreement

    @property
    def directory(self) -> Directory:
        """Where everybody is reached."""
        return self._setting.directory

    @property
    def keys(self) -> Keys:
        """The party's keys."""
        assert self._keys is not None, self.role
        return self._keys

    @property
    def height(self) -> int:
        """Height of the chain when this party last heard of it."""
        return self._height

    @property
    def genesis_hash(self) -> bytes:
        """The genesis hash that the founders gave out."""
        return bytes.fromhex(self.directory.genesis_hash)

    async def chain_time_ms(self) -> int:
        """Return about the time of the next block."""
        return (await self.client.status()).now_ms

    async def terms(self, signers: Sequence[bytes]) -> Terms:
        """Return the terms of a transaction that these keys will sign for this chain."""
        return Terms(self.genesis_hash, await self.chain_time_ms() + VALIDITY_MS, signers)

    async def send(self, type_name: str, **body: object) -> WaitResult:
        """Send a transaction of this party and wait until it took effect; raise if it did not."""
        return await self.finish(await self.prepare(type_name, **body))

    async def prepare(self, type_name: str, **body: object) -> Transaction:
        """Return a transaction that this party signed."""
        return await self.client.prepare(type_name, [self.keys.sign_seed], **body)

    async def finish(self, signed: Transaction) -> WaitResult:
        """Submit a signed transaction and wait; sending the same bytes again is safe."""
        for _ in range(FINAL_ATTEMPTS - 1):
            try:
                return await self.client.submit_and_wait(signed, timeout_ms=FINAL_TIMEOUT_MS)
            except TransactionPending:
                continue
        return await self.client.submit_and_wait(signed, timeout_ms=FINAL_TIMEOUT_MS)

    async def attempt(self, type_name: str, **body: object) -> str:
        """Send a transaction that the rules should refuse; return the code it stands with."""
        try:
            await self.send(type_name, **body)
        except TransactionFailed as failed:
            return failed.code or ""
        return "E000"

    async def record(self, table: Table[K, R], key: K) -> R | None:
        """Return a record of the chain's state."""
        return await self.client.record(table, key)

    async def matching(self, table: Table[K, R], **where: object) -> list[tuple[K, R]]:
        """Return the records of a table whose fields have these values."""
        wanted = {name: _json(value) for name, value in where.items()}
        return [row async for row in self.client.records(table, where=wanted)]

    async def first(
        self, table: Table[K, R], holds: Callable[[R], bool] = lambda _: True, **where: object
    ) -> tuple[K, R]:
        """Wait for a record with these values of which something holds; return it with its key."""

        async def look() -> list[tuple[K, R]]:
            return [row for row in await self.matching(table, **where) if holds(row[1])]

        return (await self.until(look))[0]

    async def state_of(self, table: Table[K, R], key: K, holds: Callable[[R], bool]) -> R:
        """Wait until a record exists for which something holds, and return it."""

        async def look() -> R | None:
            record = await self.record(table, key)
            return record if record is not None and holds(record) else None

        return await self.until(look)

    async def until(self, look: Callable[[], Awaitable[T | None]]) -> T:
        """Look at the chain after each block until there is something to see; return it."""
        while True:
            height = self._height
            found = await look()
            if found:
                return found
            await self.block_after(height)

    async def block_after(self, height: int) -> None:
        """Wait until the chain is higher."""
        async with self._grown:
            await self._grown.wait_for(lambda: self._height > height)

    async def until_time(self, time_ms: int) -> None:
        """Wait until the chain's clock has reached a time."""
        remaining_ms = time_ms - await self.chain_time_ms()
        while remaining_ms > 0:
            await asyncio.sleep(remaining_ms / 1_000)
            remaining_ms = time_ms - await self.chain_time_ms()

    async def follow(self) -> None:
        """Ask the node where the chain stands, for as long as this party works."""
        while True:
            height = (await self.client.status()).height
            if height > self._height:
                async with self._grown:
                    self._height = height
                    self._grown.notify_all()
            await asyncio.sleep(POLL_SECONDS)

    async def party(self, role: str) -> Party:
        """Wait until the party of a role is ACTIVE, and return it."""
        part = self.cast.party_of(role)
        _, party = await self.first(PARTIES, name=part.name, status=PartyStatus.ACTIVE)
        return party

    async def own_party(self) -> Party:
        """Wait until this party is ACTIVE, and return it."""
        binding = await self.state_of(KEYS, self.keys.sign_key, lambda _: True)
        return await self.state_of(
            PARTIES, binding.party, lambda party: party.status is PartyStatus.ACTIVE
        )


def open_desk(role: str, folder: Path, setting: Setting) -> Desk:
    """Open a desk with the keys in its folder; a party without keys makes its own."""
    keys = None if setting.scenario.cast.part_of(role) is None else _open_keys(folder)
    client = Client(setting.directory.node(role), retry=PATIENCE)
    return Desk(role, folder, setting, keys, client)


def _open_keys(folder: Path) -> Keys:
    keystore = Keystore(folder, QUICK)
    path = folder / PASSPHRASE_FILE
    if not path.exists():
        passphrase = secrets.token_urlsafe(_PASSPHRASE_BYTES)
        create_private_file(path, passphrase.encode() + b"\n")
        keystore.create(SIGN_KEY, KeyKind.SIGN, passphrase)
        keystore.create(KEM_KEY, KeyKind.KEM, passphrase)
    passphrase = path.read_text(encoding="utf-8").strip()
    return Keys(keystore.secret(SIGN_KEY, passphrase), keystore.secret(KEM_KEY, passphrase))


def _json(value: object) -> Json:
    """Return a value as the chain's JSON shows it."""
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, bytes):
        return value.hex()
    assert isinstance(value, str | int | None)
    return value
