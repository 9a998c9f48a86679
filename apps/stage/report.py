"""The report at the end of a scenario: read back from the nodes, and held against what must be."""

import asyncio
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console, RenderableType

from apps.messages import Texts
from apps.stage import reading, tables
from apps.stage.network import Network
from apps.stage.progress import ScenarioWrong, require_true
from chaincode.trading.records import LINES
from quancheng.client import Client
from quancheng.evidence.export import export

_WITNESSES = 2
"""Nodes of different organisations that have to tell the same story."""


class Report:
    """What is shown at the end, table by table; each raises ScenarioWrong where it must."""

    def __init__(
        self, network: Network, clients: Mapping[str, Client], console: Console, say: Texts
    ) -> None:
        self.network = network
        self.clients = clients
        self.say = say
        self._console = console

    @property
    def client(self) -> Client:
        """The node that is read first."""
        return next(iter(self.clients.values()))

    def show(self, shown: RenderableType) -> None:
        """Show a text or a table."""
        self._console.print(shown)

    async def happened(self, tried: Sequence[tuple[str, str]]) -> list[reading.Recorded]:
        """Show all transactions by type, and where the attempts stand, as two nodes tell it.

        Each attempt is a transaction type and the code with which it must stand. Return what the
        first node has.
        """
        names = list(self.clients)[:_WITNESSES]
        by_node = [
            (name, await reading.recorded_transactions(self.clients[name])) for name in names
        ]
        recorded = by_node[0][1]
        self.show(tables.happened_table(self.say, recorded))
        self.show(tables.abuses_table(self.say, tried, by_node))
        for node, told in by_node:
            stands = {(item.transaction.type, item.code) for item in told}
            for attempt in tried:
                require_true(attempt in stands, f"{' '.join(attempt)} ({node})")
            require_true(told == recorded, "blocks")
        return recorded

    async def balances(self) -> None:
        """Show where all money is; it adds up to the fen."""
        money = await reading.balances(self.client)
        self.show(tables.balances_table(self.say, money))
        require_true(money.add_up, "balances")
        amounts = {"minted": money.minted, "burned": money.burned, "total": money.total}
        self.show(self.say("money", **amounts))

    async def trace(self, product: bytes | None = None) -> None:
        """Show the trace of one settled delivery, of a product or of any."""
        async for _, line in self.client.records(LINES, where={"state": "settled"}):
            if product is None or line.product == product:
                assert line.asset is not None
                links = (await self.client.trace(line.asset)).links
                self.show(tables.trace_table(self.say, links))
                return
        raise ScenarioWrong("trace")

    async def standings(self) -> None:
        """Show every node at one height, with one state root."""
        standings = await reading.standings(self.clients)
        self.show(tables.standings_table(self.say, standings))
        same = {(item.height, item.block_hash, item.state_root) for item in standings}
        require_true(len(same) == 1, "standings")

    async def evidence(self, recorded: Sequence[reading.Recorded], type_name: str) -> None:
        """Export the evidence of one transaction and let a separate process judge it."""
        proven = next(
            item
            for item in recorded
            if item.transaction.type == type_name and item.code == tables.OK
        )
        folder = self.network.root / "court"
        folder.mkdir()
        path = folder / f"{type_name}.evidence"
        path.write_bytes(await export(self.client, proven.transaction.tx_id))
        genesis = folder / "genesis.qc"
        genesis.write_bytes(self.network.genesis.read_bytes())
        self._console.rule(self.say("evidence"))
        words = ["apps.cli.main", "evidence", "verify", path.name, "--genesis", genesis.name]
        judged = await asyncio.to_thread(_judge, words, folder)
        self.show(judged.stdout)
        require_true(judged.returncode == 0, f"evidence {judged.stderr}")
        self.show(self.say("evidence.ok", path=path))


def _judge(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True, check=False
    )
