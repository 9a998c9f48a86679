"""`explorer watch` shows each record once, chosen by name or id, as lines or as JSON."""

import asyncio
import json

import pytest

from apps.cli.exits import ExitCode
from apps.cli.main import run_cli
from quancheng.client import Client
from tests.unit.node.small_node import SUPERVISOR_SEED, small_node


async def test_records_are_shown_until_enough(capsys: pytest.CaptureFixture[str]) -> None:
    """From the first block on, refused attempts too; a filter leaves out what it does not name."""
    async with small_node() as node:
        good, bad = node.binding(1), node.binding(2, seed=SUPERVISOR_SEED)
        async with Client(node.url) as client:
            await client.submit(good, bad)
        node.produce()
        watch = ["explorer", "watch", "--node", node.url, "--from-start"]
        assert await asyncio.to_thread(run_cli, [*watch, "--records", "2"]) == ExitCode.OK
        lines = capsys.readouterr().out.splitlines()
        chosen = [*watch, "--name", "subject.", "--records", "1", "--json"]
        assert await asyncio.to_thread(run_cli, chosen) == ExitCode.OK
        record = json.loads(capsys.readouterr().out)
    assert [line.split()[:3] for line in lines] == [["1", "/", "1"], ["1", "/", "2"]]
    assert sum("E007" in line for line in lines) == 1
    assert record["receipt"]["subject"] == good.tx_id.hex()
