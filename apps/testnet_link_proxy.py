"""A proxy for every link of a test network: cuts, slows and stalls what nodes say to each other.

`python -m apps.testnet_link_proxy DIR`. Each node dials each other one through a port of its own,
so the proxy knows who speaks without understanding a byte; both directions of a connection follow
their own rule. A cut holds the bytes back, as a network does that loses every packet, and lets go
of a connection that has waited too long.
"""

import asyncio
import fcntl
import logging
import os
import random
import signal
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from apps.testnet_links import LinkFiles, LinkRules, Pace, Pair, read_ports, read_rules
from genesis.testnet import LOOPBACK, load_testnet
from quancheng.private_files import PRIVATE_FILE_MODE, replace_private_file

PIECE_SIZE = 64 * 1024
PIECES_MAX = 64
"""Pieces that one direction of a connection holds back at most; then its sender waits."""
HELD_SECONDS = 10.0
"""How long a cut connection is kept: longer than nodes keep a silent one."""
RULES_SECONDS = 0.05
"""How often the rules are looked at."""
STALL_ONE_IN = 50
"""A link with stalls has one before every so many pieces, on average."""

_log = logging.getLogger(__name__)


class Ended(Exception):
    """One side of a connection has closed it, and the other side has heard all of it."""


class Links:
    """The rules in force, and a way to wait for others."""

    def __init__(self, files: LinkFiles) -> None:
        self._files = files
        self._rules = LinkRules(number=-1)
        self._changed = asyncio.Event()
        self._random = random.Random()  # noqa: S311 - it only spreads delays

    async def follow(self) -> None:
        """Follow the file of rules until cancelled, and write which ones are in force."""
        while True:
            rules = read_rules(self._files)
            if rules.number != self._rules.number:
                self._rules = rules
                self._changed.set()
                self._changed = asyncio.Event()
                replace_private_file(self._files.applied, str(rules.number).encode())
            await asyncio.sleep(RULES_SECONDS)

    def wait_seconds(self, pair: Pair) -> float:
        """Return how long a piece is on its way over a link."""
        pace = self._rules.paces.get(pair, Pace())
        wait_ms = pace.delay_ms + self._random.uniform(0, pace.jitter_ms)
        if pace.stall_ms and self._random.randrange(STALL_ONE_IN) == 0:
            wait_ms += pace.stall_ms
        return wait_ms / 1_000

    async def wait_uncut(self, pair: Pair) -> None:
        """Wait while a link is cut; raise TimeoutError where that is too long."""
        async with asyncio.timeout(HELD_SECONDS):
            while pair in self._rules.cuts:
                await self._changed.wait()


class Direction:
    """What one side of a connection says to the other: late by the pace of its link, in order."""

    def __init__(
        self, pair: Pair, links: Links, source: asyncio.StreamReader, sink: asyncio.StreamWriter
    ) -> None:
        self._pair = pair
        self._links = links
        self._source = source
        self._sink = sink
        self._pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(PIECES_MAX)

    async def read(self) -> None:
        """Take in pieces until the sender closes, each with the time when it is due."""
        loop = asyncio.get_running_loop()
        while True:
            piece = await self._source.read(PIECE_SIZE)
            due_at = loop.time() + self._links.wait_seconds(self._pair)
            await self._pieces.put((due_at, piece))
            if not piece:
                return

    async def write(self) -> None:
        """Hand pieces on when they are due and the link is not cut; raise Ended after the last."""
        loop = asyncio.get_running_loop()
        while True:
            due_at, piece = await self._pieces.get()
            await asyncio.sleep(due_at - loop.time())
            await self._links.wait_uncut(self._pair)
            if not piece:
                raise Ended
            self._sink.write(piece)
            await self._sink.drain()


class LinkProxy:
    """Listens for every pair and connects whoever dials there with the node behind."""

    def __init__(self, links: Links, ports: Mapping[Pair, int], nodes: Mapping[str, int]) -> None:
        self._links = links
        self._ports = ports
        self._nodes = nodes
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen on all ports."""
        for pair, port in self._ports.items():
            serve = partial(self._accept, pair)
            self._servers.append(await asyncio.start_server(serve, LOOPBACK, port))

    async def stop(self) -> None:
        """Stop listening and let go of all connections."""
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(
        self, pair: Pair, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.create_task(self._serve(pair, reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(
        self, pair: Pair, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Connect whoever dialled with the node behind, and carry both directions to their end."""
        source, target = pair
        ends = [writer]
        try:
            await asyncio.sleep(self._links.wait_seconds(pair))
            await self._links.wait_uncut(pair)
            answers, behind = await asyncio.open_connection(LOOPBACK, self._nodes[target])
            ends.append(behind)
            there = Direction(pair, self._links, reader, behind)
            back = Direction((target, source), self._links, answers, writer)
            await _carried(there, back)
        except (OSError, TimeoutError):
            _log.debug("%s does not reach %s", source, target)
        finally:
            for end in ends:
                end.transport.abort()


async def _carried(*directions: Direction) -> None:
    """Carry the directions of a connection until one of them ends."""
    try:
        async with asyncio.TaskGroup() as group:
            for direction in directions:
                group.create_task(direction.read())
                group.create_task(direction.write())
    except* (OSError, TimeoutError, Ended):
        pass


async def run_proxy(root: Path) -> None:
    """Carry the links of a test network until SIGTERM or SIGINT."""
    files, testnet = LinkFiles(root), load_testnet(root)
    nodes = {node.name: int(node.peers_address.rpartition(":")[2]) for node in testnet.nodes}
    links = Links(files)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    proxy = LinkProxy(links, read_ports(files), nodes)
    await proxy.start()
    following = asyncio.create_task(links.follow())
    stopping = asyncio.create_task(stopped.wait())
    await asyncio.wait((following, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if following.done():
        following.result()
    following.cancel()
    await proxy.stop()


def main() -> None:
    """Hold the lock of the links, which tells others that this process lives, and run."""
    (root,) = map(Path, sys.argv[1:])
    files = LinkFiles(root)
    logging.basicConfig(level=logging.INFO)
    descriptor = os.open(files.lock, os.O_RDWR | os.O_CREAT, PRIVATE_FILE_MODE)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    asyncio.run(run_proxy(root))


if __name__ == "__main__":
    main()
