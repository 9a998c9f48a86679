"""Putting canaries into the rows of a source file, before its holder reads them."""

import csv
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from tests.canaries.canary import Needle, canary, needles_of

PLANTED_COLUMN = "remark"


@dataclass(frozen=True, slots=True)
class Planted:
    """The words that must not be found, and the cells that hold them."""

    words: tuple[str, ...]
    cells: tuple[str, ...]

    def needles(self) -> tuple[Needle, ...]:
        """Return all forms of all of them."""
        return needles_of(self.words, self.cells)

    def write(self, path: Path) -> None:
        """Keep them in a file for whoever looks for them later."""
        path.write_text(json.dumps([self.words, self.cells]), encoding="utf-8")

    @staticmethod
    def read(path: Path) -> "Planted":
        """Return what was kept."""
        words, cells = json.loads(path.read_text(encoding="utf-8"))
        return Planted(tuple(words), tuple(cells))


def plant(path: Path, identities: Collection[str], *, fixed: bool = False) -> Planted:
    """Give every row of a CSV file a column with a word, and the word to each cell of text.

    Numbers and blanks stay, and with `fixed` all cells, so that what is computed from them stays
    what it was; what identifies people is a canary as it stands, and so is the line of a row.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns = list(reader.fieldnames or ())
        rows = list(reader)
    words, cells = [], []
    for number, row in enumerate(rows):
        word = canary(f"{path.name} {number}")
        words += [word, *(row[column] for column in columns if column in identities)]
        for column in columns:
            if not (fixed or column in identities or _is_computed(row[column])):
                row[column] += word
                cells.append(row[column])
        words.append(",".join(row[column] for column in columns))
        row[PLANTED_COLUMN] = word
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*columns, PLANTED_COLUMN])
        writer.writeheader()
        writer.writerows(rows)
    return Planted(tuple(words), tuple(cells))


def _is_computed(cell: str) -> bool:
    return not cell or cell.replace(".", "", 1).lstrip("-").isdigit()
