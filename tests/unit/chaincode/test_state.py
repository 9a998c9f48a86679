"""The overlay and its tables behave like plain dictionaries, savepoints included."""

from dataclasses import dataclass
from typing import Annotated

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from chaincode.fields import FEN_MAX, AtMost, Fen, Unsigned8, Unsigned32
from chaincode.state import Overlay
from chaincode.tables import Single, Table
from ledger.refusal import Refused
from tests.unit.chaincode.memory import MemoryState


@dataclass(frozen=True, slots=True)
class Number:
    """A record."""

    value: Annotated[Unsigned32, "A number."]


@dataclass(frozen=True, slots=True)
class Nothing:
    """A record without fields."""


NUMBERS: Table[tuple[int, int], Number] = Table(0xF0, "number", Number, Unsigned8, Unsigned8)
NEIGHBOURS: Table[int, Number] = Table(0xF1, "neighbour", Number, Unsigned8)
ONE: Single[Nothing] = Single(0xF2, "one", Nothing)

KEYS = st.tuples(st.integers(0, 3), st.integers(0, 3))


class OverlayMachine(RuleBasedStateMachine):
    """Random writes, deletions, savepoints and rollbacks against copies of dictionaries."""

    savepoints: Bundle[tuple[int, int]] = Bundle("savepoints")

    @initialize(base=st.dictionaries(KEYS, st.integers(0, 9)))
    def found(self, base: dict[tuple[int, int], int]) -> None:
        """Begin over a committed state with a neighbour in the next table."""
        founding = Overlay(MemoryState({}))
        for key, value in base.items():
            NUMBERS.put(founding, key, Number(value))
        NEIGHBOURS.put(founding, 0, Number(77))
        self.base = MemoryState({k: v for k, v in founding.changes().items() if v is not None})
        self.overlay = Overlay(self.base)
        self.model = dict(base)
        self.saved: list[tuple[int, dict[tuple[int, int], int]]] = []

    @rule(key=KEYS, value=st.integers(0, 9))
    def put(self, key: tuple[int, int], value: int) -> None:
        """Write a record."""
        NUMBERS.put(self.overlay, key, Number(value))
        self.model[key] = value

    @rule(key=KEYS)
    def delete(self, key: tuple[int, int]) -> None:
        """Delete a record, present or not."""
        NUMBERS.delete(self.overlay, key)
        self.model.pop(key, None)

    @rule()
    def save(self) -> None:
        """Set a savepoint."""
        self.saved.append((self.overlay.savepoint(), dict(self.model)))

    @rule()
    def roll_back(self) -> None:
        """Return to the last savepoint."""
        if self.saved:
            savepoint, model = self.saved.pop()
            self.overlay.rollback(savepoint)
            self.model = model

    @rule(key=KEYS)
    def read(self, key: tuple[int, int]) -> None:
        """Read a record, decoded and raw."""
        found = NUMBERS.get(self.overlay, key)
        assert (None if found is None else found.value) == self.model.get(key)
        assert (self.overlay.get(NUMBERS.raw_key(key)) is None) == (key not in self.model)

    @invariant()
    def scans_in_order(self) -> None:
        """Scan what the model holds, whole, by prefix and after a key."""
        if not hasattr(self, "overlay"):
            return
        expected = sorted(self.model.items())
        assert [(k, v.value) for k, v in NUMBERS.scan(self.overlay)] == expected
        below = [(k, v.value) for k, v in NUMBERS.scan(self.overlay, 2)]
        assert below == [item for item in expected if item[0][0] == 2]
        after = [(k, v.value) for k, v in NUMBERS.scan(self.overlay, after=(1, 1))]
        assert after == [item for item in expected if item[0] > (1, 1)]
        assert [v.value for _, v in NEIGHBOURS.scan(self.overlay)] == [77]

    @invariant()
    def changes_make_the_model(self) -> None:
        """Turn the base into the model by the changes."""
        if not hasattr(self, "overlay"):
            return
        changes = self.overlay.changes()
        assert list(changes) == sorted(changes)
        committed = MemoryState(self.base.values)
        committed.commit(changes)
        assert {k: v.value for k, v in NUMBERS.scan(committed)} == self.model


TestOverlay = OverlayMachine.TestCase
TestOverlay.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_a_single_place_is_empty_until_it_is_filled() -> None:
    overlay = Overlay(MemoryState({}))
    assert ONE.get(overlay) is None
    ONE.put(overlay, Nothing())
    assert ONE.get(overlay) == Nothing()
    assert ONE.get(MemoryState({b"\xf2": b"\x80"})) == Nothing()


def test_what_is_written_during_a_scan_behind_its_place_is_not_seen_twice() -> None:
    """Handlers write while they scan; each key the scan began with comes at most once."""
    overlay = Overlay(MemoryState({}))
    for second in range(3):
        NUMBERS.put(overlay, (0, second), Number(second))
    seen = []
    for key, _ in NUMBERS.scan(overlay, 0):
        seen.append(key)
        NUMBERS.delete(overlay, key)
        NUMBERS.put(overlay, (1, key[1]), Number(9))
    assert seen == [(0, 0), (0, 1), (0, 2)]


@dataclass(frozen=True, slots=True)
class Sums:
    """A record in which handlers compute."""

    total: Annotated[Fen, "A sum."]
    perhaps: Annotated[Unsigned8 | None, "A number or none."]
    parts: Annotated[tuple[Fen, ...], AtMost(2), "Parts of it."]


SUMS: Table[int, Sums] = Table(0xF3, "sums", Sums, Unsigned8)


@pytest.mark.parametrize(
    "record",
    [
        Sums(FEN_MAX + 1, None, ()),
        Sums(-1, None, ()),
        Sums(0, 256, ()),
        Sums(0, None, (0, FEN_MAX + 1)),
        Sums(0, None, (0, 0, 0)),
    ],
)
def test_a_number_that_outgrew_its_field_is_refused_before_it_is_stored(record: Sums) -> None:
    """Nobody could read the record again, and all that needs it would stand still."""
    overlay = Overlay(MemoryState({}))
    SUMS.put(overlay, 0, Sums(FEN_MAX, 255, (FEN_MAX, 0)))
    with pytest.raises(Refused, match="E021 OUT_OF_BOUNDS sums"):
        SUMS.put(overlay, 0, record)
