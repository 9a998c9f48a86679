"""The live view shows what the node says, opens what the cursor is on, and survives silence."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from apps.cli.explorer_top import without_addresses
from apps.messages.top_chinese import TOP_CHINESE
from apps.top.app import TopApp
from apps.top.observation import BLOCKS_MAX, RATE_WINDOW_MS, Observation, Observer
from apps.top.row_table import RowTable
from apps.top.screens import BlockScreen, DetailScreen
from quancheng.client import Client
from quancheng.transport import RetryPolicy
from tests.unit.node.small_node import SmallNode, small_node

ROOT = Path(__file__).parents[3]
SIZE = (130, 40)
TURNS = 200


@asynccontextmanager
async def shown(url: str) -> AsyncIterator[tuple[TopApp, Pilot[None]]]:
    """Run the view on a screen that is not there."""
    async with Client(url, retry=RetryPolicy(attempts=1)) as client:
        app = TopApp(client)
        async with app.run_test(size=SIZE) as pilot:
            yield app, pilot


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Let the view work until a condition holds."""
    for _ in range(TURNS):
        if condition():
            return
        await pilot.pause(0.05)
    raise AssertionError("not within the time given")


def table(app: TopApp, name: str) -> RowTable:
    """Return a table of the first screen."""
    return app.screen_stack[0].query_one(f"#{name}", RowTable)


def text_of(app: TopApp, selector: str) -> str:
    """Return what a widget of the front screen shows."""
    widget = app.screen.query_one(selector, Static)
    return "\n".join(str(line.text) for line in widget.render_lines(widget.region.reset_offset))


async def submit(node: SmallNode, *numbers: int) -> list[bytes]:
    """Put transactions into one block; return their ids."""
    signed = [node.binding(number) for number in numbers]
    async with Client(node.url) as client:
        await client.submit(*signed)
    node.produce()
    return [item.tx_id for item in signed]


async def test_figures_and_tables_follow_the_chain() -> None:
    """Height, mempool and peers; blocks and transactions, the newest first, as they come."""
    async with small_node() as node:
        await submit(node, 1, 2)
        async with shown(node.url) as (app, pilot):
            await until(pilot, lambda: table(app, "blocks").row_count == 1)
            assert table(app, "transactions").row_count == 2
            assert table(app, "peers").row_count == 1
            assert "small" in text_of(app, "#figures")
            node.produce(2)
            await until(pilot, lambda: table(app, "blocks").row_count == 3)
            assert app._seen is not None
            heights = [block.header.height for block in app._seen.blocks]
            assert heights == [3, 2, 1]
            top_row = table(app, "blocks").ordered_rows[0].key.value
            assert top_row == node.chain.tip.block_hash.hex()


async def test_enter_opens_a_block_its_transaction_and_a_peer() -> None:
    """Drill down by keys, and back."""
    async with small_node() as node:
        (tx_id,) = await submit(node, 1)
        async with shown(node.url) as (app, pilot):
            await until(pilot, lambda: table(app, "blocks").row_count == 1)
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, BlockScreen))
            await until(pilot, lambda: app.screen.query_one(RowTable).row_count == 1)
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, DetailScreen))
            await until(pilot, lambda: "subject.bind" in text_of(app, "#content"))
            assert tx_id.hex() in text_of(app, "#content")
            await pilot.press("escape", "escape", "p", "enter")
            await until(pilot, lambda: isinstance(app.screen, DetailScreen))
            await until(pilot, lambda: "127.0.0.1:1" in text_of(app, "#content"))
            await pilot.press("escape", "t", "enter")
            await until(pilot, lambda: isinstance(app.screen, DetailScreen))
            await until(pilot, lambda: "subject.bind" in text_of(app, "#content"))


async def test_the_cursor_stays_on_its_row_while_blocks_come() -> None:
    """Whoever reads a row keeps it; a paused view stands still."""
    async with small_node() as node:
        node.produce(5)
        async with shown(node.url) as (app, pilot):
            blocks = table(app, "blocks")
            await until(pilot, lambda: blocks.row_count == 5)
            await pilot.press("down", "down")
            chosen = blocks.ordered_rows[blocks.cursor_row].key
            node.produce(3)
            await until(pilot, lambda: blocks.row_count == 8)
            assert blocks.ordered_rows[blocks.cursor_row].key == chosen
            await pilot.press("space")
            node.produce()
            await pilot.pause(1.5)
            assert blocks.row_count == 8


async def test_a_silent_node_is_said_to_be_silent_and_asked_again() -> None:
    """The view does not end with the node."""
    async with small_node() as node:
        url = node.url
    async with shown(url) as (app, pilot):
        await until(pilot, lambda: url in text_of(app, "#figures"))
        await pilot.press("q")


async def observed(node: SmallNode) -> Observation:
    """Look once."""
    async with Client(node.url) as client:
        return await Observer(client).look()


async def test_blocks_are_fetched_once_and_few_are_kept() -> None:
    """A long chain costs no more than a short one; another history begins anew."""
    async with small_node() as node, Client(node.url) as client:
        node.produce(BLOCKS_MAX + 10)
        observer = Observer(client)
        first = await observer.look()
        assert len(first.blocks) == BLOCKS_MAX
        node.produce()
        second = await observer.look()
        assert second.blocks[1:] == first.blocks[:-1]
        foreign = replace(second.status, genesis_hash=bytes(32))
        observer._forget_where_another_chain_begins(foreign)
        assert observer._blocks == []


async def test_the_rate_is_that_of_the_last_half_minute() -> None:
    """Transactions of the window by its length; an idle chain comes to nothing."""
    async with small_node() as node:
        await submit(node, 1, 2, 3)
        seen = await observed(node)
        assert seen.rate == pytest.approx(3 * 1_000 / RATE_WINDOW_MS)
        later = replace(seen.status, now_ms=seen.status.now_ms + RATE_WINDOW_MS)
        assert replace(seen, status=later).rate == 0.0


def test_a_picture_fetches_nothing() -> None:
    """Addresses of fonts are taken out."""
    assert without_addresses('<style>@font-face {\n src: url("https://x") }\n a{}</style>') == (
        "<style>a{}</style>"
    )


async def test_a_picture_is_saved_in_the_language_of_the_locale(tmp_path: Path) -> None:
    """The command that made the pictures of the README."""
    async with small_node() as node:
        await submit(node, 1)
        picture = tmp_path / "top.svg"
        words = ["explorer", "top", "--node", node.url, "--screenshot", str(picture)]
        await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "apps.cli.main", *words],
            check=True,
            cwd=ROOT,
            env={**os.environ, "LC_ALL": "zh_CN.UTF-8"},
        )
        svg = await asyncio.to_thread(picture.read_text, encoding="utf-8")
    assert "subject.bind" in svg
    assert TOP_CHINESE["top.title.blocks"] in svg
    assert not re.search(r"url\((?!#)", svg), "a picture loads nothing from elsewhere"
