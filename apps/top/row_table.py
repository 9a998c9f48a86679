"""A table whose rows are opened by a key, and whose cursor stays on its row when rows change."""

from collections.abc import Sequence
from typing import ClassVar, TypeAlias

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import DataTable

from apps.cli.say import say

Row: TypeAlias = tuple[str, Sequence[str | Text]]
"""The key of a row and its cells."""


class RowTable(DataTable[str | Text]):
    """Rows with keys, chosen as a whole."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", say("top.key.open"), show=True)
    ]

    def __init__(self, name: str) -> None:
        super().__init__(id=name, cursor_type="row")
        self._rows: Sequence[Row] = ()

    def refill(self, rows: Sequence[Row]) -> None:
        """Replace all rows. A cursor on top stays on top; another one follows its row."""
        if rows == self._rows:
            return
        chosen = self._rows[self.cursor_row][0] if 0 < self.cursor_row < len(self._rows) else None
        offset = self.scroll_offset
        self.clear()
        for key, cells in rows:
            self.add_row(*cells, key=key)
        self._rows = rows
        places = [key for key, _ in rows]
        if chosen in places:
            self.move_cursor(row=places.index(chosen), scroll=False)
            self.scroll_to(y=offset.y, animate=False)
