"""Which node a command talks to, and the session with it."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click

from apps.cli.exits import ExitCode, Failure
from apps.cli.say import say
from apps.testnet_processes import NodeState, processes_of
from genesis.testnet import Testnet, TestnetMissing, load_testnet
from ledger.suites import HASH_SIZE, PUBLIC_KEY_SIZE
from quancheng.client import DEFAULT_URL, Client

NODE_VARIABLE = "QUANCHENG_NODE"
TESTNET_VARIABLE = "QUANCHENG_TESTNET"
DEFAULT_TESTNET = Path("testnet")

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., object])


def node_option(command: F) -> F:
    """Add `--node`: a URL, or the name of a node of the test network here."""
    return click.option("--node", envvar=NODE_VARIABLE, help=say("option.node"))(command)


def testnet_option(command: F) -> F:
    """Add `--dir`: the folder of the test network."""
    return click.option(
        "--dir",
        "root",
        type=click.Path(file_okay=False, path_type=Path),
        envvar=TESTNET_VARIABLE,
        default=DEFAULT_TESTNET,
        show_default=True,
        help=say("option.dir"),
    )(command)


def json_option(command: F) -> F:
    """Add `--json`: the node's own answer for scripts."""
    return click.option("--json", "as_json", is_flag=True, help=say("option.json"))(command)


def run(node: str | None, work: Callable[[Client], Awaitable[T]]) -> T:
    """Open a session with the chosen node and return what the work gives."""

    async def session() -> T:
        async with Client(node_url(node)) as client:
            return await work(client)

    return asyncio.run(session())


def node_url(node: str | None) -> str:
    """Return the URL of a node: given, of a node of the test network here, or the usual one."""
    if node is not None and node.startswith(("http://", "https://")):
        return node
    testnet = local_testnet()
    if testnet is None:
        if node is not None:
            raise Failure(say("node.unknown", node=node), ExitCode.USAGE)
        return DEFAULT_URL
    return f"http://{_chosen_address(testnet, node)}"


def local_testnet() -> Testnet | None:
    """Return the test network of the environment or of this folder, where there is one."""
    try:
        return load_testnet(Path(os.environ.get(TESTNET_VARIABLE) or DEFAULT_TESTNET))
    except TestnetMissing:
        return None


def identifier(text: str) -> bytes:
    """Return the 32 bytes of an id in hexadecimal, or end the command."""
    value = hash_of(text)
    if value is None:
        raise Failure(say("id.bad", text=text), ExitCode.USAGE)
    return value


def traced_id(text: str) -> bytes:
    """Return what can be traced, the 32 bytes of an id or the 33 of a pseudonym, or end."""
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    return value if len(value) == PUBLIC_KEY_SIZE else identifier(text)


def hash_of(text: str) -> bytes | None:
    """Return the 32 bytes of an id in hexadecimal, or None."""
    try:
        value = bytes.fromhex(text)
    except ValueError:
        return None
    return value if len(value) == HASH_SIZE else None


def _chosen_address(testnet: Testnet, node: str | None) -> str:
    if node is not None:
        for item in testnet.nodes:
            if item.name == node:
                return item.rpc_address
        raise Failure(say("node.unknown", node=node), ExitCode.USAGE)
    for process in processes_of(testnet):
        if process.state() is NodeState.RUNNING:
            return process.node.rpc_address
    return testnet.nodes[0].rpc_address
