"""The live view: figures, blocks, transactions, peers; enter opens what the cursor is on."""

import asyncio
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, Footer, Sparkline, Static

from apps.cli.output import outcome, short
from apps.cli.say import say
from apps.top.observation import BLOCKS_MAX, Observation, Observer
from apps.top.row_table import Row, RowTable
from apps.top.screens import BlockScreen, peer_screen, transaction_screen
from apps.top.words import clock, figures
from quancheng.client import Client
from quancheng.errors import QuanchengError

LOOK_SECONDS = 1.0


class TopApp(App[None]):
    """Looks at one node every second and shows what it says."""

    ENABLE_COMMAND_PALETTE = False
    CSS_PATH: ClassVar[str] = "top.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "show('blocks')", say("top.title.blocks")),
        Binding("t", "show('transactions')", say("top.title.transactions")),
        Binding("p", "show('peers')", say("column.peers")),
        Binding("space", "pause", say("top.key.pause")),
        Binding("q", "quit", say("top.key.quit")),
    ]

    def __init__(self, client: Client, *, pictures: bool = False) -> None:
        """Show a node; with `pictures`, end after the first look and keep a picture of it."""
        super().__init__()
        self.picture = ""
        self._observer = Observer(client)
        self._client = client
        self._pictures = pictures
        self._is_paused = False
        self._seen: Observation | None = None

    def compose(self) -> ComposeResult:
        """Lay out figures, the history of load, three tables and the keys."""
        yield Static(say("top.waiting", url=self._client.endpoint.url), id="figures", markup=False)
        yield Sparkline([], id="load")
        with Horizontal(id="halves"):
            with Vertical():
                yield Static(say("top.title.blocks"), classes="title")
                yield RowTable("blocks")
            with Vertical():
                yield Static(say("top.title.transactions"), classes="title")
                yield RowTable("transactions")
        yield Static(say("top.title.peers"), classes="title")
        yield RowTable("peers")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Name the columns and begin to look."""
        self._table("blocks").add_columns(
            *_heads("height", "time", "proposer", "view", "transactions", "block")
        )
        self._table("transactions").add_columns(*_heads("height", "type", "outcome", "tx_id"))
        self._table("peers").add_columns(
            *_heads("organisation", "height"), say("top.address"), say("top.validator")
        )
        self._table("blocks").focus()
        self.run_worker(self._follow(), exclusive=True)

    async def _follow(self) -> None:
        """Look again and again; a node that is silent is said to be, and asked again."""
        while True:
            if not self._is_paused:
                try:
                    seen = await self._observer.look()
                except QuanchengError as failure:
                    self._say_silent(failure)
                else:
                    self._show(seen)
            await asyncio.sleep(LOOK_SECONDS)

    def action_show(self, name: str) -> None:
        """Put the cursor into a table."""
        self._table(name).focus()

    def action_pause(self) -> None:
        """Stand still, so that rows can be read; or go on."""
        self._is_paused = not self._is_paused
        self.notify(say("top.paused" if self._is_paused else "top.goes_on"))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Open what the cursor is on."""
        seen, key = self._seen, event.row_key.value
        assert seen is not None
        assert key is not None
        match event.data_table.id:
            case "blocks":
                block = next(item for item in seen.blocks if item.block_hash.hex() == key)
                screen = BlockScreen(self._client, block, seen.proposer_of(block))
                self.push_screen(screen)
            case "transactions":
                self.push_screen(transaction_screen(self._client, bytes.fromhex(key)))
            case "peers":
                peer = next(item for item in seen.peers if item.node_id.hex() == key)
                self.push_screen(peer_screen(peer))

    def _show(self, seen: Observation) -> None:
        self._seen = seen
        base = self.screen_stack[0]
        base.query_one("#figures", Static).update(figures(seen, self._client.endpoint.url))
        counts = [float(block.transaction_count) for block in reversed(seen.blocks)]
        base.query_one("#load", Sparkline).data = [0.0] * (BLOCKS_MAX - len(counts)) + counts
        self._table("blocks").refill(_block_rows(seen))
        self._table("transactions").refill(_transaction_rows(seen))
        self._table("peers").refill(_peer_rows(seen))
        if self._pictures:
            self.call_after_refresh(self._finish)

    def _finish(self) -> None:
        """Keep the picture and end."""
        self.picture = self.export_screenshot(title="quancheng explorer top")
        self.exit()

    def _say_silent(self, failure: QuanchengError) -> None:
        text = Text(f"{say('top.silent')} {failure}", style="bold red")
        self.screen_stack[0].query_one("#figures", Static).update(text)

    def _table(self, name: str) -> RowTable:
        return self.screen_stack[0].query_one(f"#{name}", RowTable)


def _heads(*names: str) -> list[str]:
    return [say(f"column.{name}") for name in names]


def _block_rows(seen: Observation) -> list[Row]:
    return [
        (
            block.block_hash.hex(),
            (
                str(block.header.height),
                clock(block.header.time_ms),
                seen.proposer_of(block),
                str(block.view),
                str(block.transaction_count),
                short(block.block_hash),
            ),
        )
        for block in seen.blocks
    ]


def _transaction_rows(seen: Observation) -> list[Row]:
    return [
        (
            item.tx_id.hex(),
            (str(height), item.type, outcome(item.receipt.code), short(item.tx_id)),
        )
        for height, item in seen.transactions()
    ]


def _peer_rows(seen: Observation) -> list[Row]:
    return [
        (
            peer.node_id.hex(),
            (
                peer.name or short(peer.organisation),
                f"{peer.height:,}",
                peer.address,
                "–" if peer.validator is None else str(peer.validator),
            ),
        )
        for peer in seen.peers
    ]
