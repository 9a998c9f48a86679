"""Whole nodes in the test's own process, with real sockets, stores and keys."""

import asyncio
import datetime as dt
import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from genesis.sample_plan import sample_plan
from genesis.testnet import PASSPHRASE_FILE, Testnet, lay_out_testnet
from ledger.transaction import Transaction, UnsignedTransaction, sign_transaction
from node.chain import Chain
from node.clock import SystemClock
from node.home import Home
from node.node import Node, Run, open_memory
from quancheng.keystore import Keystore

DEADLINE_S = 60.0
VALIDITY_MS = 120_000


class Nodes:
    """The nodes of a test network, started and stopped one by one inside this event loop."""

    def __init__(self, testnet: Testnet) -> None:
        self.testnet = testnet
        self.homes = [testnet.home(node) for node in testnet.nodes]
        self.running: dict[int, Node] = {}
        self._genesis_hash = bytes.fromhex(testnet.genesis_hash)
        self._seed, self._key = _writer(testnet)
        self._written = 0

    async def start(self, *indices: int, run: Run | None = None) -> None:
        """Start nodes, all of them by default."""
        for index in indices or range(len(self.homes)):
            clock = SystemClock()
            memory = open_memory(Home(self.homes[index]), clock, run)
            node = Node(memory, clock)
            await node.start()
            self.running[index] = node

    async def stop(self, *indices: int) -> None:
        """Stop nodes cleanly, all of them by default."""
        for index in indices or list(self.running):
            await self.running.pop(index).stop()

    def reset(self) -> None:
        """Take all nodes back to their genesis."""
        assert not self.running
        for home in self.homes:
            shutil.rmtree(home / "data", ignore_errors=True)

    def chain(self, index: int) -> Chain:
        """Return the chain of a running node."""
        return self.running[index].chain

    async def connected(self) -> None:
        """Wait until every running node is connected to all others."""
        count = len(self.running) - 1
        await until(
            lambda: all(len(node.peers.links()) >= count for node in self.running.values()),
            "all connected",
        )

    def transaction(self) -> Transaction:
        """Return a signed transaction that no block holds yet; its body says nothing."""
        self._written += 1
        unsigned = UnsignedTransaction(
            genesis_hash=self._genesis_hash,
            type="resource.submit",
            salt=self._written.to_bytes(16, "big"),
            valid_until_ms=int(time.time() * 1_000) + VALIDITY_MS,
            signers=(self._key,),
            body=[],
        )
        return sign_transaction(unsigned, [self._seed])

    async def submit(self, index: int) -> Transaction:
        """Hand a transaction to a running node."""
        transaction = self.transaction()
        assert await self.running[index].submit([transaction.data]) == (None,)
        return transaction

    async def commit(self, index: int, count: int = 1) -> int:
        """Have transactions committed one after another through a node; return the height."""
        for _ in range(count):
            transaction = await self.submit(index)
            await self.committed(index, transaction)
        return self.chain(index).tip.height

    async def committed(self, index: int, transaction: Transaction) -> None:
        """Wait until a node has a transaction in a block."""
        chain = self.chain(index)
        await until(lambda: chain.find_transaction(transaction.tx_id) is not None, "committed")

    async def at(self, height: int, *indices: int) -> None:
        """Wait until nodes have a height."""
        for index in indices or list(self.running):
            await until(partial(self._is_at, index, height), f"{index} at {height}")

    def _is_at(self, index: int, height: int) -> bool:
        return self.chain(index).tip.height >= height

    def assert_equal(self) -> None:
        """Assert that no two running nodes have different blocks at one height."""
        chains = [node.chain for node in self.running.values()]
        for height in range(1, min(chain.tip.height for chain in chains) + 1):
            assert len({chain.header(height).hash() for chain in chains}) == 1, height


def lay_out(root: Path, validators: int = 4) -> Testnet:
    """Found a test network."""
    now = dt.datetime.now(dt.UTC)
    return lay_out_testnet(root, sample_plan(validators, int(now.timestamp() * 1_000)), now)


async def until(condition: Callable[[], bool], what: str, seconds: float = DEADLINE_S) -> None:
    """Poll until a condition holds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not condition():
        assert loop.time() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.01)


def _writer(testnet: Testnet) -> tuple[bytes, bytes]:
    party = next(item for item in testnet.parties if item.label == "department")
    folder = testnet.keystore(party)
    passphrase = (folder / PASSPHRASE_FILE).read_text(encoding="ascii").strip()
    return Keystore(folder).secret("sign", passphrase), bytes.fromhex(party.sign_key)
