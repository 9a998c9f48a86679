"""The process of a front: `python -m node.front`, started by its node alone."""

import asyncio
import contextlib
import os
import signal
import socket
from pathlib import Path

import click

from node.config import load_config
from node.front.limits import NICENESS
from node.front.remote_backend import RemoteBackend
from node.home import Home
from node.logs import set_up_logs
from node.rpc.listener import rpc_listener
from node.rpc.metrics import FrontMetrics
from node.rpc.server import RpcServer


@click.command()
@click.option("--home", type=click.Path(path_type=Path), required=True, help="Home of the node.")
@click.option("--pipe", type=int, required=True, help="Inherited socket to the node.")
@click.option("--listening", type=int, required=True, help="Inherited socket of applications.")
def main(home: Path, pipe: int, listening: int) -> None:
    """Serve JSON-RPC for one node until it hangs up."""
    os.nice(NICENESS)
    config = load_config(Home(home).config)
    set_up_logs(f"{config.node.name or home.name} front", config.node.log_level)
    asyncio.run(_run(Home(home), socket.socket(fileno=pipe), socket.socket(fileno=listening)))


async def _run(home: Home, pipe: socket.socket, listening: socket.socket) -> None:
    backend = await RemoteBackend.connect(pipe)
    answers = asyncio.create_task(backend.run())
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    listener = rpc_listener(load_config(home.config).rpc, home.root)
    server = await RpcServer.start(backend, FrontMetrics(), listener, listening)
    work = [answers, asyncio.create_task(server.serve()), asyncio.create_task(stopped.wait())]
    done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
    if answers not in done:
        await server.stop()
    for task in work:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*work)


if __name__ == "__main__":
    main()
