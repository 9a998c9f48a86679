"""The process of a node: `python -m node --home DIR`, and `quancheng node run`."""

import asyncio
import logging
import signal
import sys
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import click

from node.clock import SystemClock
from node.config import Address, load_config
from node.errors import CannotListen, NodeFailure
from node.front.keeper import FrontKeeper
from node.home import Home
from node.logs import set_up_logs
from node.node import Node, Run, open_memory, run_until_failure, snapshot_place
from node.rpc.listener import listen, rpc_listener
from node.signing import Unlock
from node.snapshot.fetching import exchange_stores
from quancheng.passphrase import (
    PassphraseMissing,
    from_credential,
    from_descriptor,
    from_environment,
)

EXIT_OK = 0
EXIT_FAILURE = 1
STOP_TIMEOUT_S = 15.0
CREDENTIAL = "validator-passphrase"
"""The systemd credential with the passphrase of a sealed validator key."""

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_log = logging.getLogger(__name__)


@click.command()
@click.option(
    "--home",
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of the node: config.toml, genesis.qc, keys, data.",
)
@click.option(
    "--forget-votes",
    is_flag=True,
    help="Give up a vote store that cannot be trusted; follow silently until it is safe to vote.",
)
@click.option(
    "--passphrase-fd",
    type=int,
    help="File descriptor with the passphrase of a sealed validator key.",
)
@click.option(
    "--clock-offset-ms", default=0, help="Make the wall clock wrong on purpose, for tests."
)
@click.pass_context
def main(
    context: click.Context,
    home: Path,
    *,
    forget_votes: bool,
    passphrase_fd: int | None,
    clock_offset_ms: int,
) -> None:
    """Run one node until it is told to stop."""
    run = Run(forget_votes, passphrase_from(passphrase_fd))
    context.exit(run_node(home, run, clock_offset_ms=clock_offset_ms))


def passphrase_from(descriptor: int | None) -> Unlock:
    """Return where the passphrase of a sealed validator key comes from, asked only where needed.

    1. A file descriptor, where one is named.
    2. The systemd credential of this service.
    3. The environment.
    4. Whoever sits at the terminal.
    """

    @cache
    def unlock() -> str:
        if descriptor is not None:  # 1
            return from_descriptor(descriptor)
        for source in (partial(from_credential, CREDENTIAL), from_environment):  # 2, 3
            try:
                return source()
            except PassphraseMissing:
                continue
        if sys.stdin is None or not sys.stdin.isatty():
            raise PassphraseMissing("a descriptor, credential, environment or terminal")
        return str(click.prompt("Passphrase of the validator key", hide_input=True, err=True))  # 4

    return unlock


def run_node(home: Path, run: Run | None = None, *, clock_offset_ms: int = 0) -> int:
    """Run the node of a home folder; return the exit status of its process."""
    if not __debug__:
        _log.critical("assertions guard the validator key, and -O removes them; start without it")
        return EXIT_FAILURE
    try:
        config = load_config(Home(home).config)
        set_up_logs(config.node.name or home.name, config.node.log_level)
        clock = SystemClock(clock_offset_ms)
        return asyncio.run(_run(Home(home), clock, run or Run()))
    except NodeFailure as failure:
        set_up_logs(home.name, "info")
        return _report(failure)


async def _run(home: Home, clock: SystemClock, run: Run) -> int:
    """Run until told to stop; begin anew whenever a snapshot has taken the place of the chain."""
    while (status := await _run_once(home, clock, run)) is None:
        run = replace(run, forget_votes=False)
    return status


async def _run_once(home: Home, clock: SystemClock, run: Run) -> int | None:
    memory = open_memory(home, clock, run)
    if memory.identity.validator is None:
        _log.warning("no keys/validator.key: this node follows the chain without voting")
    node = Node(memory, clock)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, stopped.set)
    listener = rpc_listener(memory.identity.config.rpc, home.root)
    try:
        applications = await listen(listener)
        listening = await node.start()
    except OSError as error:
        raise CannotListen(error) from error
    front = node.supervisor.group()
    front.spawn(FrontKeeper(home.root, node.backend, applications).run())
    rpc = Address(listener.host, applications.getsockname()[1])
    _log.info("node started", extra={"listen": str(listening), "rpc": str(rpc)})
    failing = asyncio.create_task(run_until_failure(node))
    stopping = asyncio.create_task(stopped.wait())
    fetching = asyncio.create_task(node.snapshots.ready.wait())
    await asyncio.wait((failing, stopping, fetching), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    fetching.cancel()
    async with asyncio.timeout(STOP_TIMEOUT_S):
        await front.close()
        applications.close()
        await node.stop()
    if failing.done():
        return _report(failing.result())
    failing.cancel()
    if not stopped.is_set():
        _log.info("a snapshot takes the place of the chain")
        exchange_stores(snapshot_place(memory.identity), memory.chain.tip.height)
        return None
    _log.info("node stopped")
    return EXIT_OK


def _report(failure: BaseException) -> int:
    if isinstance(failure, NodeFailure):
        fields = {"failure": type(failure).__name__, "remedy": failure.remedy}
        _log.critical(failure.what, extra=fields)
    return EXIT_FAILURE


if __name__ == "__main__":
    main()
