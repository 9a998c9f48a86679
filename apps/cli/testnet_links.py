"""`quancheng testnet partition | heal`: links between nodes cut, slow or whole again."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import click

from apps.cli.exits import ExitCode, Failure
from apps.cli.network import testnet_option
from apps.cli.output import progress_console
from apps.cli.say import described, say
from apps.testnet_link_process import LinkProcess
from apps.testnet_links import LinkRules, Pace, Pair, pairs_between
from apps.testnet_processes import NodeProcess, NodeState, processes_of
from apps.testnet_status import reports_of
from genesis.testnet import Testnet, load_testnet

CONNECTED_SECONDS = 60.0
"""How long a restarted node may take to find the others."""
DELAY_MS_MAX = 60_000

_POLL_SECONDS = 0.2
_MILLISECONDS = click.IntRange(0, DELAY_MS_MAX)


@click.command(
    "partition",
    click.Command,
    **described("testnet.partition", "quancheng testnet partition bank,operator"),
)
@click.argument("groups", nargs=-1)
@testnet_option
@click.option("--one-way", is_flag=True, help=say("testnet.option.one_way"))
@click.option("--delay", type=_MILLISECONDS, default=0, help=say("testnet.option.delay"))
@click.option("--jitter", type=_MILLISECONDS, default=0, help=say("testnet.option.jitter"))
@click.option("--stall", type=_MILLISECONDS, default=0, help=say("testnet.option.stall"))
def partition(groups: tuple[str, ...], root: Path, one_way: bool, **pace: int) -> None:
    """Cut the links between groups of nodes, or slow them down."""
    network = load_testnet(root)
    slowness = Pace(**{f"{name}_ms": value for name, value in pace.items()})
    pairs = _pairs(network, groups, one_way=one_way)
    if slowness == Pace() and not groups:
        raise Failure(say("testnet.no_fault"), ExitCode.USAGE)
    links = _placed(network)
    if slowness == Pace():
        links.change(lambda rules: replace(rules, cuts=pairs))
    else:
        links.change(lambda rules: replace(rules, paces=dict.fromkeys(pairs, slowness)))
    show_links(network)


@click.command("heal", click.Command, **described("testnet.heal", "quancheng testnet heal"))
@testnet_option
def heal(root: Path) -> None:
    """Make all links whole and quick again."""
    links = LinkProcess(load_testnet(root))
    if links.is_between:
        links.start()
        links.change(lambda _: LinkRules())
    progress_console().print(say("testnet.healed"))


def show_links(network: Testnet) -> None:
    """Show which links are cut or slow, where some are."""
    rules = LinkProcess(network).rules
    if rules.cuts:
        progress_console().print(say("testnet.links.cut", links=_listed(rules.cuts)))
    for pace in sorted(set(rules.paces.values()), key=repr):
        links = _listed(pair for pair, found in rules.paces.items() if found == pace)
        values = {"delay": pace.delay_ms, "jitter": pace.jitter_ms, "stall": pace.stall_ms}
        progress_console().print(say("testnet.links.slow", links=links, **values))


def _listed(pairs: Iterable[Pair]) -> str:
    return ", ".join(f"{source} → {target}" for source, target in sorted(pairs))


def _pairs(network: Testnet, groups: Sequence[str], *, one_way: bool) -> frozenset[Pair]:
    """Return the links between the groups that the words name; all links without any."""
    names = [node.name for node in network.nodes]
    if not groups:
        return frozenset(permutations(names, 2))
    named = [group.split(",") for group in groups]
    for name in (name for group in named for name in group):
        if name not in names:
            known = ", ".join(names)
            raise Failure(say("testnet.no_node", node=name, known=known), ExitCode.USAGE)
    flat = [name for group in named for name in group]
    if len(flat) != len(set(flat)):
        raise Failure(say("testnet.doubled"), ExitCode.USAGE)
    rest = [name for name in names if name not in flat]
    return pairs_between([*named, rest], one_way=one_way)


def _placed(network: Testnet) -> LinkProcess:
    """Return the running proxy; put it between the nodes where it was not, or leave no trace."""
    links = LinkProcess(network)
    if links.is_between:
        links.start()
        return links
    running = [item for item in processes_of(network) if item.state() is not NodeState.DOWN]
    if any(item.state() is NodeState.PAUSED for item in running):
        raise Failure(say("testnet.resume_first"), ExitCode.USAGE)
    restarted: list[NodeProcess] = []
    try:
        with progress_console().status(say("testnet.links.placing", count=len(running))):
            links.place()
            for process in running:
                restarted.append(process)
                _restart(network, process, len(running))
    except BaseException:
        links.remove()
        for process in restarted:
            process.stop()
            process.start()
        raise
    return links


def _restart(network: Testnet, process: NodeProcess, running: int) -> None:
    """Start a node again and wait until it has found the others, so that the chain goes on."""
    process.stop()
    process.start()
    deadline = time.monotonic() + CONNECTED_SECONDS
    while not _sees(network, process, running - 1):
        if time.monotonic() > deadline:
            seconds = int(CONNECTED_SECONDS)
            raise Failure(say("testnet.unhealthy", seconds=seconds), ExitCode.LOCAL)
        time.sleep(_POLL_SECONDS)


def _sees(network: Testnet, process: NodeProcess, peers: int) -> bool:
    reports = {report.node: report.status for report in asyncio.run(reports_of(network))}
    status = reports[process.node]
    return status is not None and status.peers >= peers
