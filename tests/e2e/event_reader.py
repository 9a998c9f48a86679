"""An application that follows the chain and writes down what it saw: `event_reader URL FILE`.

One line holds a record and its place, so that whoever kills it between two lines loses nothing.
"""

import sys
from pathlib import Path

from quancheng.api.events import START, Place
from quancheng.sync_client import SyncClient


def main(url: str, path: Path) -> None:
    """Go on after the last whole line of the file, for ever."""
    place = last_place(path)
    with SyncClient(url) as client, path.open("a", encoding="ascii") as file:
        for record in client.events(after=place):
            position = record.place
            file.write(f"{position.height} {position.index} {record.receipt.subject.hex()}\n")
            file.flush()


def last_place(path: Path) -> Place:
    """Return the place of the last whole line; cut off what was being written at the end."""
    data = path.read_bytes() if path.exists() else b""
    whole = data[: data.rfind(b"\n") + 1]
    path.write_bytes(whole)
    if not whole:
        return START
    height, index, _ = whole.splitlines()[-1].split()
    return Place(int(height), int(index))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
