"""`quancheng testnet`: a whole consortium on this machine."""

import asyncio
import datetime as dt
import shlex
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import click
from rich.text import Text

from apps.cli.exits import ExitCode, Failure
from apps.cli.network import DEFAULT_TESTNET, TESTNET_VARIABLE, json_option, testnet_option
from apps.cli.output import (
    BAD_STYLE,
    OK_STYLE,
    console,
    json_text,
    progress_console,
    short,
    show_table,
)
from apps.cli.say import described, say
from apps.cli.testnet_links import heal, partition, show_links
from apps.testnet_link_process import LinkProcess
from apps.testnet_links import LinkRules
from apps.testnet_processes import NodeDidNotStart, NodeProcess, NodeState, processes_of
from apps.testnet_status import NodeReport, reports_of
from chaincode.ids import key_id
from genesis.plan import Plan
from genesis.plan_file import load_plan
from genesis.sample_plan import sample_plan
from genesis.testnet import (
    Testnet,
    TestnetMissing,
    free_ports,
    lay_out_testnet,
    load_testnet,
    usual_ports,
)

HEALTHY_SECONDS = 60.0
"""How long a started network may take to make its first block together."""

VALIDATORS = 4
"""Of a new network: the least that survive a traitor."""
USUAL_PORT = 26680
"""Where clients look for a node that nobody named."""

_POLL_SECONDS = 0.2
_VALIDATORS_MAX = 16
_PORT_MAX = 60_000


@click.group(help=say("testnet.help"))
def testnet() -> None:
    """Group of commands."""


testnet.add_command(partition)
testnet.add_command(heal)


@testnet.command("up", **described("testnet.up", "quancheng testnet up --validators 4"))
@testnet_option
@click.option(
    "--validators",
    type=click.IntRange(1, _VALIDATORS_MAX),
    show_default=str(VALIDATORS),
    help=say("testnet.option.validators"),
)
@click.option(
    "--port",
    type=click.IntRange(0, _PORT_MAX),
    default=USUAL_PORT,
    show_default=True,
    help=say("testnet.option.port"),
)
@click.option(
    "--plan",
    "plan_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=say("testnet.option.plan"),
)
def up(root: Path, validators: int | None, port: int, plan_path: Path | None) -> None:
    """Lay out a network where there is none, start all its nodes, wait until they agree."""
    try:
        network = load_testnet(root)
        if validators is not None or plan_path is not None:
            count = len(network.nodes)
            raise Failure(say("testnet.differs", root=root, count=count), ExitCode.USAGE)
        progress_console().print(say("testnet.found", root=root, name=network.chain_name))
    except TestnetMissing:
        count = VALIDATORS if validators is None else validators
        plan = load_plan(plan_path) if plan_path else sample_plan(count, _now_ms())
        network = _laid_out(root, plan, port)
    try:
        _bring_up(network)
    except KeyboardInterrupt as interrupt:
        text = say("testnet.interrupted", root=root)
        raise Failure(text, ExitCode.INTERRUPTED) from interrupt
    show_status(network)
    if root != DEFAULT_TESTNET:
        console().print(f"export {TESTNET_VARIABLE}={shlex.quote(str(root.resolve()))}")
    console().print(say("testnet.next"))


@testnet.command("parties", **described("testnet.parties", "quancheng testnet parties"))
@testnet_option
@json_option
def parties(root: Path, as_json: bool) -> None:
    """Show every party with its label, id and keystore."""
    network = load_testnet(root)
    found: list[dict[str, str]] = [
        {
            "label": party.label,
            "name": party.name,
            "organisation": party.organisation,
            "id": key_id(bytes.fromhex(party.sign_key)).hex(),
            "keystore": str(network.keystore(party)),
        }
        for party in network.parties
    ]
    if as_json:
        click.echo(json_text([dict(item) for item in found]))
        return
    columns = ("label", "name", "id", "keystore")
    rows = [[party[column] for column in columns] for party in found]
    show_table("", [say(f"column.{column}") for column in columns], rows)


@testnet.command("status", **described("testnet.status", "quancheng testnet status"))
@testnet_option
@json_option
def status(root: Path, as_json: bool) -> None:
    """Show every node, its process and where it stands."""
    network = load_testnet(root)
    if as_json:
        reports = asyncio.run(reports_of(network))
        click.echo(json_text([report.to_json() for report in reports]))
        return
    show_status(network)


@testnet.command("stop", **described("testnet.stop", "quancheng testnet stop bank"))
@click.argument("names", nargs=-1)
@testnet_option
def stop(names: tuple[str, ...], root: Path) -> None:
    """Stop nodes cleanly; all of them without a name."""
    _each(root, names, lambda process: process.stop(), "testnet.stopped")


@testnet.command("kill", **described("testnet.kill", "quancheng testnet kill bank"))
@click.argument("names", nargs=-1, required=True)
@testnet_option
def kill(names: tuple[str, ...], root: Path) -> None:
    """Kill nodes without warning, as a power cut does."""
    _each(root, names, lambda process: process.kill(), "testnet.killed")


@testnet.command("pause", **described("testnet.pause", "quancheng testnet pause bank"))
@click.argument("names", nargs=-1, required=True)
@testnet_option
def pause(names: tuple[str, ...], root: Path) -> None:
    """Freeze nodes where they stand, as a machine that hangs."""
    _each(root, names, lambda process: process.pause(), "testnet.paused")


@testnet.command("resume", **described("testnet.resume", "quancheng testnet resume bank"))
@click.argument("names", nargs=-1)
@testnet_option
def resume(names: tuple[str, ...], root: Path) -> None:
    """Let paused nodes go on."""
    _each(root, names, lambda process: process.resume(), "testnet.resumed")


@testnet.command("restart", **described("testnet.restart", "quancheng testnet restart bank"))
@click.argument("names", nargs=-1)
@testnet_option
def restart(names: tuple[str, ...], root: Path) -> None:
    """Stop nodes that run, then start them; start those that do not."""

    def again(process: NodeProcess) -> bool:
        process.stop()
        process.launch()
        _started(process)
        return True

    _each(root, names, again, "testnet.restarted")


@testnet.command("down", **described("testnet.down", "quancheng testnet down --delete"))
@testnet_option
@click.option("--delete", is_flag=True, help=say("testnet.option.delete"))
def down(root: Path, delete: bool) -> None:
    """Stop all nodes; keep the folder unless told otherwise."""
    network = load_testnet(root)
    for process in processes_of(network):
        process.stop()
    LinkProcess(network).remove()
    if delete:
        shutil.rmtree(root)
    progress_console().print(say("testnet.deleted" if delete else "testnet.down", root=root))


def show_status(network: Testnet) -> None:
    """Show one line for each node."""
    reports = asyncio.run(reports_of(network))
    columns = [say(f"testnet.column.{name}") for name in _COLUMNS]
    title = say("testnet.title", name=network.chain_name, hash=network.genesis_hash[:16])
    show_table(title, columns, [_row(report) for report in reports])
    show_links(network)


_COLUMNS = ("node", "process", "height", "block", "state", "peers", "rpc")


def _row(report: NodeReport) -> list[str | Text]:
    style = OK_STYLE if report.process is NodeState.RUNNING else BAD_STYLE
    process = Text(say(f"process.{report.process.value}"), style=style)
    rpc = report.node.rpc_address
    found = report.status
    if found is None:
        return [report.node.name, process, "–", "–", "–", "–", rpc]
    return [
        report.node.name,
        process,
        str(found.height),
        short(found.block_hash),
        short(found.state_root),
        str(found.peers),
        rpc,
    ]


def _bring_up(network: Testnet) -> None:
    """Start what is down, wake what is paused, and wait until all nodes see each other."""
    links = LinkProcess(network)
    if links.is_between:
        links.start()
        links.change(lambda _: LinkRules())
    with progress_console().status(say("testnet.starting", count=len(network.nodes))):
        processes = processes_of(network)
        for process in processes:
            process.launch()
            process.resume()
        for process in processes:
            _started(process)
    _wait_until_healthy(network, processes)


def _laid_out(root: Path, plan: Plan, port: int) -> Testnet:
    ports = usual_ports(port) if port else free_ports
    remarks = progress_console()
    with remarks.status(say("testnet.founding", count=len(plan.organisations))):
        network = lay_out_testnet(root, plan, dt.datetime.now(dt.UTC), ports=ports)
    remarks.print(say("testnet.founded", root=root, name=network.chain_name))
    return network


def _started(process: NodeProcess) -> None:
    try:
        process.wait_started()
    except NodeDidNotStart as failure:
        raise Failure(_last_words("testnet.no_start", process), ExitCode.LOCAL) from failure


def _last_words(key: str, process: NodeProcess) -> str:
    """Return a text about a process that is no more, with the end of its log."""
    lines = "\n".join(process.last_lines())
    return say(key, node=process.node.name, log=process.log, lines=lines)


def _wait_until_healthy(network: Testnet, processes: Iterable[NodeProcess]) -> None:
    """Wait until all nodes answer and see each other, or say at once which one has ended."""
    deadline = time.monotonic() + HEALTHY_SECONDS
    with progress_console().status(say("testnet.waiting")):
        while not _is_healthy(asyncio.run(reports_of(network))):
            for process in processes:
                if process.state() is NodeState.DOWN:
                    raise Failure(_last_words("testnet.ended", process), ExitCode.LOCAL)
            if time.monotonic() > deadline:
                show_status(network)
                raise Failure(
                    say("testnet.unhealthy", seconds=int(HEALTHY_SECONDS)), ExitCode.LOCAL
                )
            time.sleep(_POLL_SECONDS)


def _is_healthy(reports: Iterable[NodeReport]) -> bool:
    """Say whether all nodes answer and see the others."""
    found = [report.status for report in reports]
    return all(item is not None and item.peers == len(found) - 1 for item in found)


def _each(root: Path, names: tuple[str, ...], act: Callable[[NodeProcess], bool], key: str) -> None:
    """Do something to the named nodes, or to all; say for each what came of it."""
    network = load_testnet(root)
    processes = {process.node.name: process for process in processes_of(network)}
    for name in names:
        if name not in processes:
            known = ", ".join(processes)
            raise Failure(say("testnet.no_node", node=name, known=known), ExitCode.USAGE)
    for name in names or tuple(processes):
        done = act(processes[name])
        progress_console().print(say(key if done else "testnet.not_running", node=name))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
