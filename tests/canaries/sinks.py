"""Everything that a node keeps, says or answers, in units of bytes."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from node.home import Home
from node.store.opening import open_engine

_SINK_OF_KIND = {
    b"h": "block",
    b"b": "block",
    b"c": "block",
    b"q": "block",
    b"r": "receipt",
    b"f": "state",
    b"p": "state",
    b"o": "state",
    b"u": "state",
    b"s": "state",
}
"""By the letter of a stored record; all others are indexes."""
INDEX = "index"
ANSWERS = {"A": "answer", "F": "frame"}
"""By the letter of a recorded unit."""
METRICS_MARK = b"# HELP "
"""With this a page of metrics begins, and no other answer."""
RECORD_PREFIX_SIZE = 5
"""Letter and length before each recorded unit."""
_KEY_FILES = "keys"


@dataclass(frozen=True, slots=True)
class Unit:
    """Some bytes of one sink, and where they were."""

    sink: str
    place: str
    data: bytes


def stored(home: Home, engine: str = "leveldb") -> Iterator[Unit]:
    """Yield every record of a stopped node's store, keys and values."""
    with closing(open_engine(engine, home.chain)) as store:
        for key, value in store.scan(b""):
            sink = _SINK_OF_KIND.get(key[:1], INDEX)
            yield Unit(sink, f"{home.root.name} {key[:1].decode()} {key[1:].hex()}", key + value)


def kept(home: Home) -> Iterator[Unit]:
    """Yield every other file of a node's home but its keys: logs, votes, configuration."""
    for path in sorted(home.root.rglob("*")):
        parts = path.relative_to(home.root).parts
        if path.is_file() and _KEY_FILES not in parts and home.chain not in path.parents:
            sink = "log" if path.suffix in {".log", ".jsonl"} else "file"
            yield Unit(sink, str(path), path.read_bytes())


def logs(folder: Path) -> Iterator[Unit]:
    """Yield the logs of a folder."""
    for path in sorted(folder.glob("*.log")):
        yield Unit("log", str(path), path.read_bytes())


def recorded(folder: Path) -> Iterator[Unit]:
    """Yield the frames and answers that processes wrote down while they ran."""
    for path in sorted(folder.glob("*.units")):
        data = path.read_bytes()
        offset = 0
        while offset < len(data):
            letter = chr(data[offset])
            size = int.from_bytes(data[offset + 1 : offset + RECORD_PREFIX_SIZE], "big")
            offset += RECORD_PREFIX_SIZE
            unit = data[offset : offset + size]
            is_metrics = letter == "A" and unit.startswith(METRICS_MARK)
            sink = "metric" if is_metrics else ANSWERS[letter]
            yield Unit(sink, f"{path.name} at {offset}", unit)
            offset += size
