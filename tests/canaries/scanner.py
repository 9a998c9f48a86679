"""Looking for needles in everything that was gathered."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.canaries.canary import Needle
from tests.canaries.sinks import Unit

BEGINNING_SIZE = 8


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A needle in a unit."""

    sink: str
    place: str
    value: str
    form: str


def findings(needles: Iterable[Needle], units: Iterable[Unit]) -> list[Finding]:
    """Return the needles that units hold, each once in each sink, with the first place of it.

    Every place is looked up once in an index of how needles begin: that takes the same time for
    ten thousand needles as for ten.
    """
    by_beginning: dict[bytes, list[Needle]] = {}
    for needle in needles:
        assert len(needle.pattern) >= BEGINNING_SIZE
        by_beginning.setdefault(needle.pattern[:BEGINNING_SIZE], []).append(needle)
    found: dict[tuple[str, Needle], Finding] = {}
    for unit in distinct(units):
        for needle in _held(by_beginning, unit.data):
            finding = Finding(unit.sink, unit.place, needle.value, needle.form)
            found.setdefault((unit.sink, needle), finding)
    return sorted(found.values())


def _held(by_beginning: Mapping[bytes, list[Needle]], data: bytes) -> Iterator[Needle]:
    last = len(data) - BEGINNING_SIZE + 1
    starts = [at for at in range(last) if data[at : at + BEGINNING_SIZE] in by_beginning]
    for at in starts:
        for needle in by_beginning[data[at : at + BEGINNING_SIZE]]:
            if data.startswith(needle.pattern, at):
                yield needle


def distinct(units: Iterable[Unit]) -> Iterator[Unit]:
    """Yield the units whose bytes their sink did not have before."""
    seen: set[bytes] = set()
    for unit in units:
        digest = hashlib.blake2b(unit.sink.encode() + b"\0" + unit.data, digest_size=16).digest()
        if digest not in seen:
            seen.add(digest)
            yield unit
