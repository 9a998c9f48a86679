"""The conductor: founds, starts, watches, kills one validator and reports. It holds no key.

Everything in the report is read from the chain over RPC; the conductor remembers nothing.
"""

import asyncio
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from apps.loan import reading, tables
from apps.loan.cast import APPLICANTS as NEWCOMERS
from apps.loan.network import Network, found, start_parts
from apps.loan.story import APPLICANTS, RETURNING, REVOKING
from apps.loan.words import say
from chaincode.authorization.records import CONSENTS, MATTERS, ConsentStatus, MatterStatus
from chaincode.membership.records import PARTIES, PartyStatus
from chaincode.supervision.records import CASES, CaseStatus
from chaincode.trading.records import LINES, LISTINGS, LineState
from quancheng.client import Client
from quancheng.evidence.export import export
from quancheng.transport import RetryPolicy

STALL_SECONDS = 90.0
"""How long nothing may move: a slow machine takes its time, a stuck scenario is ended."""
DOWN_SECONDS = 3.0
_POLL_SECONDS = 0.25
_PATIENCE = RetryPolicy(attempts=60, pause_ms=100, pause_max_ms=500)
_DELIVERED = RETURNING - REVOKING
_RELEASED = frozenset({LineState.RELEASED, LineState.ACCEPTED, LineState.SETTLED})


class ScenarioStalled(Exception):
    """Nothing moved for STALL_SECONDS; `progress` says how far it had come."""

    def __init__(self, progress: str) -> None:
        super().__init__(progress)
        self.progress = progress


class ScenarioWrong(Exception):
    """The chain does not say what it should; `what` says where."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the scenario is, counted on the chain."""

    parties: int
    listings: int
    answers: int
    released: int
    settled: int
    closed: int
    inspected: bool

    @property
    def is_done(self) -> bool:
        """Whether everybody has played their part to the end."""
        return self.closed == APPLICANTS and self.settled == _DELIVERED and self.inspected

    def lines(self) -> str:
        """Return the counts in words."""
        newcomers = len(NEWCOMERS)
        steps = (
            ("step.parties", self.parties, newcomers),
            ("step.product", self.listings, 1),
            ("step.consents", self.answers, APPLICANTS),
            ("step.released", self.released, _DELIVERED),
            ("step.settled", self.settled, _DELIVERED),
            ("step.closed", self.closed, APPLICANTS),
        )
        return "  ".join(f"{say(key)} {count}/{total}" for key, count, total in steps)


async def conduct(network: Network, console: Console) -> None:
    """Play the whole scenario and report; raise what went wrong."""
    started = time.monotonic()
    console.rule(say("title"))
    console.print(say("founding"))
    await found(network)
    console.print(say("nodes"))
    for node in network.nodes:
        node.launch()
    for node in network.nodes:
        await asyncio.to_thread(node.wait_started)
    async with AsyncExitStack() as stack:
        clients = {
            node.node.name: await stack.enter_async_context(
                Client(f"http://{node.node.rpc_address}", retry=_PATIENCE)
            )
            for node in network.nodes
        }
        console.print(say("parts"))
        start_parts(network)
        await _watch(network, clients, console)
        seconds = round(time.monotonic() - started)
        network.stop_parts()
        console.print(say("done", seconds=seconds))
        await _report(network, clients, console)


async def _watch(network: Network, clients: dict[str, Client], console: Console) -> None:
    """Follow the progress; kill a validator in the middle and bring it back."""
    deadline = time.monotonic() + STALL_SECONDS
    last: Progress | None = None
    witness = next(iter(clients.values()))
    killing: asyncio.Task[None] | None = None
    with console.status(say("parts")) as status:
        while True:
            network.require_alive()
            progress = await _progress(witness)
            status.update(progress.lines())
            if progress != last:
                deadline, last = time.monotonic() + STALL_SECONDS, progress
            if progress.is_done and killing is not None and killing.done():
                await killing
                console.print(progress.lines())
                return
            if progress.released >= 1 and killing is None:
                killing = asyncio.create_task(_kill_one(network, clients, console))
            if time.monotonic() > deadline:
                raise ScenarioStalled(progress.lines())
            await asyncio.sleep(_POLL_SECONDS)


async def _progress(client: Client) -> Progress:
    newcomers = {part.name for part in NEWCOMERS}
    lines = [line async for _, line in client.records(LINES)]
    parties = [party async for _, party in client.records(PARTIES)]
    consents = [consent async for _, consent in client.records(CONSENTS)]
    matters = [matter async for _, matter in client.records(MATTERS)]
    listings = [listing async for _, listing in client.records(LISTINGS)]
    cases = [case async for _, case in client.records(CASES)]
    active = [item for item in parties if item.status is PartyStatus.ACTIVE]
    return Progress(
        parties=sum(item.name in newcomers for item in active),
        listings=len(listings),
        answers=sum(item.status is not ConsentStatus.REQUESTED for item in consents),
        released=sum(line.state in _RELEASED for line in lines),
        settled=sum(line.state is LineState.SETTLED for line in lines),
        closed=sum(item.status is MatterStatus.CLOSED for item in matters),
        inspected=any(case.status is CaseStatus.CLOSED for case in cases),
    )


async def _kill_one(network: Network, clients: dict[str, Client], console: Console) -> None:
    """Kill the last validator without warning; start it again and wait until it votes."""
    victim = [node for node in network.nodes if node.node.is_validator][-1]
    name = victim.node.name
    height = (await clients[name].status()).height
    await asyncio.to_thread(victim.kill)
    console.print(say("killed", name=name, height=height))
    await asyncio.sleep(DOWN_SECONDS)
    await asyncio.to_thread(victim.start)
    witness = next(iter(clients.values()))
    aim = (await witness.status()).height
    while not await _votes_again(clients[name], witness, aim):
        await asyncio.sleep(_POLL_SECONDS)
    console.print(say("returned", name=name, height=(await clients[name].status()).height))


async def _votes_again(client: Client, witness: Client, aim: int) -> bool:
    """Say whether a node has caught up and a later certificate may hold its vote again."""
    status = await client.status()
    return status.validating and status.height > aim and (await witness.status()).height > aim


async def _report(network: Network, clients: dict[str, Client], console: Console) -> None:
    names = list(clients)
    by_node = [(name, await reading.recorded_transactions(clients[name])) for name in names[:2]]
    recorded = by_node[0][1]
    console.print(tables.happened_table(recorded))
    console.print(tables.abuses_table(by_node))
    _require_abuses(by_node)
    await _report_door(network, clients, console)
    money = await reading.balances(clients[names[0]])
    console.print(tables.balances_table(money))
    _require(money.add_up, "balances")
    console.print(say("money", minted=money.minted, burned=money.burned, total=money.total))
    await _report_trace(clients[names[0]], console)
    standings = await reading.standings(clients)
    console.print(tables.standings_table(standings))
    same = {(item.height, item.block_hash, item.state_root) for item in standings}
    _require(len(same) == 1, "standings")
    await _report_evidence(network, clients[names[0]], recorded, console)


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise ScenarioWrong(what)


def _require_abuses(by_node: list[tuple[str, list[reading.Recorded]]]) -> None:
    for node, recorded in by_node:
        stands = {(item.transaction.type, item.code) for item in recorded}
        for attempt in tables.TRIED:
            _require(attempt in stands, f"{' '.join(attempt)} ({node})")
    _require(by_node[0][1] == by_node[1][1], "blocks")


async def _report_door(network: Network, clients: dict[str, Client], console: Console) -> None:
    """Show that what was refused at the door is in no block of any node."""
    path = network.root / "demo-bank" / "parties" / "bank" / "refused-at-the-door.txt"
    tx_id, _, code = path.read_text(encoding="utf-8").split()
    for name, client in clients.items():
        held = {item.transaction.tx_id for item in await reading.recorded_transactions(client)}
        _require(bytes.fromhex(tx_id) not in held, f"door ({name})")
    console.print(say("door", tx_id=tx_id[:16], code=code))


async def _report_trace(client: Client, console: Console) -> None:
    async for _, line in client.records(LINES, where={"state": "settled"}):
        assert line.asset is not None
        console.print(tables.trace_table((await client.trace(line.asset)).links))
        return
    raise ScenarioWrong("trace")


async def _report_evidence(
    network: Network, client: Client, recorded: list[reading.Recorded], console: Console
) -> None:
    """Export the evidence of one release and let a separate process judge it."""
    release = next(
        item
        for item in recorded
        if item.transaction.type == "envelope.release" and item.code == tables.OK
    )
    folder = network.root / "court"
    folder.mkdir()
    path = folder / "release.evidence"
    path.write_bytes(await export(client, release.transaction.tx_id))
    genesis = folder / "genesis.qc"
    genesis.write_bytes(network.genesis.read_bytes())
    console.rule(say("evidence"))
    words = ["apps.cli.main", "evidence", "verify", path.name, "--genesis", genesis.name]
    judged = await asyncio.to_thread(_judge, words, folder)
    console.print(judged.stdout)
    _require(judged.returncode == 0, f"evidence {judged.stderr}")
    console.print(say("evidence.ok", path=path))


def _judge(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True, check=False
    )
