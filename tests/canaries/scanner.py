"""Looking for needles in everything that was gathered."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.canaries.canary import Needle
from tests.canaries.sinks import Unit

_BETWEEN = b"\0between units\0"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A needle in a unit."""

    sink: str
    place: str
    value: str
    form: str


def findings(needles: Iterable[Needle], units: Iterable[Unit]) -> list[Finding]:
    """Return the needles that units hold, each once in each sink, with the first place of it.

    The units of a sink are searched as one text: that is ten times as fast as one by one.
    """
    patterns = tuple(needles)
    by_sink: dict[str, list[Unit]] = {}
    for unit in distinct(units):
        by_sink.setdefault(unit.sink, []).append(unit)
    found = []
    for sink, held in by_sink.items():
        text = _BETWEEN.join(unit.data for unit in held)
        for needle in patterns:
            if needle.pattern in text:
                place = next(unit.place for unit in held if needle.pattern in unit.data)
                found.append(Finding(sink, place, needle.value, needle.form))
    return sorted(found)


def distinct(units: Iterable[Unit]) -> Iterator[Unit]:
    """Yield the units whose bytes their sink did not have before."""
    seen: set[bytes] = set()
    for unit in units:
        digest = hashlib.blake2b(unit.sink.encode() + b"\0" + unit.data, digest_size=16).digest()
        if digest not in seen:
            seen.add(digest)
            yield unit
