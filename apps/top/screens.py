"""What a key press on a row opens: a block with its transactions, a transaction, a peer."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Static

from apps.cli.explanation import receipt_text, transaction_pairs
from apps.cli.output import json_text, local_time, outcome
from apps.cli.say import say
from apps.top.row_table import Row, RowTable
from apps.top.words import pairs
from quancheng.api.chain import BlockResult, BlockTransaction
from quancheng.api.method import PAGE_MAX
from quancheng.api.state import PeerView
from quancheng.client import Client
from quancheng.errors import QuanchengError
from quancheng.json_form import AnyForm

BACK: list[BindingType] = [Binding("escape,backspace", "app.pop_screen", say("top.key.back"))]


class DetailScreen(Screen[None]):
    """One thing in full, read when it is opened."""

    BINDINGS: ClassVar[list[BindingType]] = BACK

    def __init__(self, title: str, read: Callable[[], Awaitable[RenderableType]]) -> None:
        super().__init__()
        self._title, self._read = title, read

    def compose(self) -> ComposeResult:
        """Lay out title, content and keys."""
        yield Static(self._title, classes="title", markup=False)
        with VerticalScroll():
            yield Static("…", id="content", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Read what is shown, without holding up the keys."""
        self.run_worker(self._fill(), exclusive=True)

    async def _fill(self) -> None:
        try:
            shown = await self._read()
        except QuanchengError as failure:
            shown = Text(str(failure))
        self.query_one("#content", Static).update(shown)


class BlockScreen(Screen[None]):
    """A block with its transactions, each of which can be opened in turn."""

    BINDINGS: ClassVar[list[BindingType]] = BACK

    def __init__(self, client: Client, block: BlockResult, proposer: str) -> None:
        super().__init__()
        self._client, self._block, self._proposer = client, block, proposer

    def compose(self) -> ComposeResult:
        """Lay out header, transactions, sweeps and keys."""
        header = self._block.header
        yield Static(f"{say('column.block')} {header.height}", classes="title", markup=False)
        rows = [
            (say("column.block"), self._block.block_hash.hex()),
            (say("column.parent"), header.parent_hash.hex()),
            (say("column.time"), local_time(header.time_ms)),
            (say("column.proposer"), f"{self._proposer} ({say('column.view')} {self._block.view})"),
            (say("column.state"), header.state_root.hex()),
            (say("column.sweeps"), str(len(self._block.sweeps))),
        ]
        yield Static(pairs(rows), classes="facts")
        yield RowTable("lines")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Read all transactions of the block."""
        table = self.query_one(RowTable)
        names = ("position", "type", "outcome", "tx_id")
        table.add_columns(*(say(f"column.{name}") for name in names))
        table.focus()
        self.run_worker(self._fill(), exclusive=True)

    async def _fill(self) -> None:
        try:
            found = await self._client.block(self._block.header.height, limit=PAGE_MAX)
        except QuanchengError as failure:
            self.notify(str(failure), severity="error")
            return
        self.query_one(RowTable).refill([_line(item) for item in found.transactions])

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Open the transaction under the cursor."""
        assert event.row_key.value is not None
        self.app.push_screen(transaction_screen(self._client, bytes.fromhex(event.row_key.value)))


def _line(item: BlockTransaction) -> Row:
    tx_id = item.tx_id.hex()
    return tx_id, (str(item.position), item.type, outcome(item.receipt.code), tx_id)


def transaction_screen(client: Client, tx_id: bytes) -> DetailScreen:
    """Return a transaction in full: its fields, and its outcome with the reason."""

    async def read() -> RenderableType:
        found = await client.transaction(tx_id)
        parts: list[RenderableType] = [pairs(transaction_pairs(found)), ""]
        parts.append(Text(json_text(AnyForm().render(found.body))))
        if found.receipt is not None:
            parts += ["", receipt_text(found.receipt)]
        return Group(*parts)

    return DetailScreen(say("top.title.transaction"), read)


def peer_screen(peer: PeerView) -> DetailScreen:
    """Return a node that the observed one is connected to."""
    nobody = "–"

    async def read() -> RenderableType:
        return pairs(
            [
                (say("column.organisation"), peer.name or peer.organisation.hex()),
                (say("top.node"), peer.node_id.hex()),
                (say("top.address"), peer.address),
                (say("column.height"), f"{peer.height:,}"),
                (say("top.validator"), nobody if peer.validator is None else str(peer.validator)),
                (say("column.key"), peer.validator_key.hex() if peer.validator_key else nobody),
            ]
        )

    return DetailScreen(say("top.title.peer"), read)
