"""The proxy of the links carries every byte, late, not at all, or in one direction only."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from apps import testnet_link_proxy
from apps.testnet_link_process import LinkProcess
from apps.testnet_link_proxy import LinkProxy, Links
from apps.testnet_links import (
    LinkFiles,
    LinkRules,
    Pace,
    pairs_between,
    read_rules,
    write_rules,
)
from genesis.testnet import LOOPBACK, Testnet, TestnetNode, free_ports, write_description
from quancheng.private_files import make_private_folder

PATIENCE_S = 30.0
A_TO_B, B_TO_A = ("a", "b"), ("b", "a")


class Wire:
    """A proxy between `a` and an echoing `b`, and the hand that writes its rules."""

    def __init__(self, root: Path) -> None:
        self.files = LinkFiles(root)
        self.heard: list[bytes] = []
        self.port = 0
        self._number = 0

    async def rule(self, **rules: object) -> None:
        """Set rules and wait until they are in force."""
        self._number += 1
        write_rules(self.files, LinkRules(number=self._number, **rules))  # type: ignore[arg-type]
        async with asyncio.timeout(PATIENCE_S):
            while self.files.applied.read_text(encoding="ascii") != str(self._number):
                await asyncio.sleep(0.01)

    async def echo(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Be `b`: note what comes and send it back."""
        while data := await reader.read(1 << 16):
            self.heard.append(data)
            writer.write(data)
        writer.close()


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    """Run the proxy."""
    wire = Wire(tmp_path)
    make_private_folder(wire.files.folder)
    wire.files.applied.write_text("-1")
    server = await asyncio.start_server(wire.echo, LOOPBACK, 0)
    (wire.port,) = free_ports(1)
    links = Links(wire.files)
    following = asyncio.create_task(links.follow())
    proxy = LinkProxy(links, {A_TO_B: wire.port}, {"b": server.sockets[0].getsockname()[1]})
    await proxy.start()
    await wire.rule()
    yield wire
    following.cancel()
    await proxy.stop()
    server.close()


async def test_carries_every_byte_in_order(wire: Wire) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, wire.port)
    data = os.urandom(3_000_000)
    writer.write(data)
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.readexactly(len(data)) == data
    writer.close()
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.read() == b""


async def test_a_cut_holds_back_and_healing_lets_go(wire: Wire) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, wire.port)
    await wire.rule(cuts=frozenset({A_TO_B}))
    writer.write(b"lost for now")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await reader.read(1)
    assert wire.heard == []
    await wire.rule()
    async with asyncio.timeout(PATIENCE_S):
        assert await reader.readexactly(12) == b"lost for now"
    writer.close()


async def test_one_way(wire: Wire) -> None:
    """What `b` says is lost; what `a` says arrives."""
    reader, writer = await asyncio.open_connection(LOOPBACK, wire.port)
    await wire.rule(cuts=frozenset({B_TO_A}))
    writer.write(b"hello")
    async with asyncio.timeout(PATIENCE_S):
        while wire.heard != [b"hello"]:
            await asyncio.sleep(0.01)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await reader.read(1)
    writer.close()


async def test_a_connection_cut_too_long_is_let_go(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a long partition does not collect connections that both ends have left."""
    monkeypatch.setattr(testnet_link_proxy, "HELD_SECONDS", 0.1)
    await wire.rule(cuts=frozenset({A_TO_B, B_TO_A}))
    reader, writer = await asyncio.open_connection(LOOPBACK, wire.port)
    writer.write(b"hello")
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
    writer.close()
    assert wire.heard == []


async def test_delay(wire: Wire) -> None:
    """A delay there and back takes at least twice its length, and pieces overlap."""
    await wire.rule(paces={A_TO_B: Pace(delay_ms=100), B_TO_A: Pace(delay_ms=100)})
    loop = asyncio.get_running_loop()
    reader, writer = await asyncio.open_connection(LOOPBACK, wire.port)
    started = loop.time()
    writer.write(b"x")
    async with asyncio.timeout(PATIENCE_S):
        await reader.readexactly(1)
    assert loop.time() - started >= 0.2
    writer.close()


def test_pairs() -> None:
    """Groups are cut from each other, one way only the first from the others."""
    assert pairs_between([["a"], ["b"]], one_way=False) == {A_TO_B, B_TO_A}
    assert pairs_between([["a"], ["b"]], one_way=True) == {A_TO_B}
    assert ("b", "c") not in pairs_between([["a"], ["b", "c"]], one_way=False)
    assert ("c", "b") in pairs_between([["a"], ["b"], ["c"]], one_way=False)


def test_rules_survive_their_file(tmp_path: Path) -> None:
    files = LinkFiles(tmp_path)
    make_private_folder(files.folder)
    assert read_rules(files) == LinkRules()
    rules = LinkRules(3, frozenset({A_TO_B}), {B_TO_A: Pace(1, 2, 3)})
    write_rules(files, rules)
    assert read_rules(files) == rules


def test_process_comes_and_goes_without_a_trace(tmp_path: Path) -> None:
    """Placed, changed, killed, started again and removed; configurations are what they were."""
    first, second, *_ = ports = free_ports(4)
    nodes = tuple(
        TestnetNode(
            name, name, name, True, f"{LOOPBACK}:{ports[index]}", f"{LOOPBACK}:{ports[2 + index]}"
        )
        for index, name in enumerate(("a", "b"))
    )
    network = Testnet(tmp_path, "city", "00" * 32, nodes, ())
    write_description(network)
    configs = []
    for node, own, other in zip(nodes, (first, second), (second, first), strict=True):
        (tmp_path / node.home).mkdir()
        config = tmp_path / node.home / "config.toml"
        config.write_text(f'listen = "{LOOPBACK}:{own}"\npeers = ["{LOOPBACK}:{other}"]\n')
        configs.append(config)
    before = [config.read_text() for config in configs]
    links = LinkProcess(network)
    try:
        links.place()
        assert [config.read_text() for config in configs] != before
        assert before[0].splitlines()[0] in configs[0].read_text()
        links.change(lambda rules: LinkRules(rules.number, frozenset({A_TO_B})))
        assert LinkProcess(network).rules.cuts == {A_TO_B}
        LinkProcess(network).start()
    finally:
        assert links.remove()
    assert [config.read_text() for config in configs] == before
    assert not links.is_between
    listing = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert str(tmp_path) not in listing.stdout, sys.executable
