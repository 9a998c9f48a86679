"""The conductor: founds, starts, watches, kills one validator and has it reported. It holds no key.

Everything in the report is read from the chain over RPC; the conductor remembers nothing.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from rich.console import Console

from apps.messages import Texts
from apps.stage.network import Network, found, start_parts
from apps.stage.progress import Progress, ScenarioStalled
from apps.stage.report import Report
from apps.stage.scenario import Scenario
from quancheng.client import Client
from quancheng.transport import RetryPolicy

STALL_SECONDS = 90.0
"""How long nothing may move: a slow machine takes its time, a stuck scenario is ended."""
DOWN_SECONDS = 3.0
_POLL_SECONDS = 0.25
_PATIENCE = RetryPolicy(attempts=60, pause_ms=100, pause_max_ms=500)


@dataclass(frozen=True, slots=True)
class Performance:
    """How a scenario is set out, followed and reported."""

    scenario: Scenario
    say: Texts
    outfit: Callable[[Network], None]
    """Puts into the parties' folders what they have from their work outside the chain."""
    progress: Callable[[Client], Awaitable[Progress]]
    report: Callable[[Report], Awaitable[None]]
    kill_after: str | None = None
    """The step with whose first time a validator is killed, if any is."""


async def conduct(performance: Performance, network: Network, console: Console) -> None:
    """Play the whole scenario and report; raise what went wrong."""
    say, started = performance.say, time.monotonic()
    organisations = network.cast.organisations
    validators = sum(item.governing for item in organisations)
    console.rule(say("title"))
    console.print(say("founding", count=len(organisations)))
    await found(network)
    performance.outfit(network)
    observers = len(organisations) - validators
    console.print(say("nodes", validators=validators, observers=observers))
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
        await _Watch(performance, network, clients, console).until_done()
        seconds = round(time.monotonic() - started)
        network.stop_parts()
        console.print(say("done", seconds=seconds))
        await performance.report(Report(network, clients, console, say))


class _Watch:
    """Follows the progress; kills a validator in the middle and brings it back."""

    def __init__(
        self,
        performance: Performance,
        network: Network,
        clients: Mapping[str, Client],
        console: Console,
    ) -> None:
        self._performance = performance
        self._network = network
        self._clients = clients
        self._console = console
        self._witness = next(iter(clients.values()))

    async def until_done(self) -> None:
        """Return when everything has happened; raise PartEnded or ScenarioStalled else."""
        say, kill_after = self._performance.say, self._performance.kill_after
        deadline = time.monotonic() + STALL_SECONDS
        last: Progress | None = None
        killing: asyncio.Task[None] | None = None
        with self._console.status(say("parts")) as status:
            while True:
                self._network.require_alive()
                progress = await self._performance.progress(self._witness)
                status.update(progress.lines(say))
                if progress != last:
                    deadline, last = time.monotonic() + STALL_SECONDS, progress
                if killing is None and kill_after is not None and progress.count(kill_after):
                    killing = asyncio.create_task(self._kill_one())
                killed = kill_after is None or (killing is not None and killing.done())
                if progress.is_done and killed:
                    break
                if time.monotonic() > deadline:
                    raise ScenarioStalled(progress.lines(say))
                await asyncio.sleep(_POLL_SECONDS)
        if killing is not None:
            await killing
        self._console.print(progress.lines(say))

    async def _kill_one(self) -> None:
        """Kill the last validator without warning; start it again and wait until it votes."""
        say = self._performance.say
        victim = [node for node in self._network.nodes if node.node.is_validator][-1]
        name = victim.node.name
        client = self._clients[name]
        height = (await client.status()).height
        await asyncio.to_thread(victim.kill)
        self._console.print(say("killed", name=name, height=height))
        await asyncio.sleep(DOWN_SECONDS)
        await asyncio.to_thread(victim.start)
        aim = (await self._witness.status()).height
        while not await self._votes_again(client, aim):
            await asyncio.sleep(_POLL_SECONDS)
        self._console.print(say("returned", name=name, height=(await client.status()).height))

    async def _votes_again(self, client: Client, aim: int) -> bool:
        """Say whether a node has caught up and a later certificate may hold its vote again."""
        status = await client.status()
        caught_up = status.validating and status.height > aim
        return caught_up and (await self._witness.status()).height > aim
