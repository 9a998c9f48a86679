"""A state read through a memory is the state, whatever the memory still holds."""

from dataclasses import dataclass
from typing import Annotated

from hypothesis import given
from hypothesis import strategies as st

from chaincode.fields import Unsigned8, Unsigned32
from chaincode.state import Overlay
from chaincode.state_memory import RecentlyUsed, StateMemory
from chaincode.tables import Table
from tests.unit.chaincode.memory import MemoryState


@dataclass(frozen=True, slots=True)
class Number:
    """A record."""

    value: Annotated[Unsigned32, "A number."]


NUMBERS: Table[int, Number] = Table(0xF0, "number", Number, Unsigned8)

KEYS = st.integers(0, 9)
READ = "read"
STEPS = st.lists(st.tuples(KEYS, st.one_of(st.just(READ), st.none(), st.integers(0, 9))))
"""What a block does: read a key, delete it, or give it a number."""


class CountingState(MemoryState):
    """A state that counts how often it was asked."""

    asked = 0

    def get(self, raw_key: bytes, /) -> bytes | None:
        """Return the value of a key, or None."""
        self.asked += 1
        return super().get(raw_key)


@given(blocks=st.lists(STEPS, max_size=8), generation_max=st.integers(1, 6))
def test_blocks_over_a_memory_see_and_leave_what_blocks_over_the_state_do(
    blocks: list[list[tuple[int, int | str | None]]], generation_max: int
) -> None:
    base, model = MemoryState({}), dict[int, int]()
    memory = StateMemory(base, generation_max)
    for steps in blocks:
        overlay = Overlay(memory)
        for key, step in steps:
            if step == READ:
                found = NUMBERS.get(overlay, key)
                assert (None if found is None else found.value) == model.get(key)
            elif step is None:
                NUMBERS.delete(overlay, key)
                model.pop(key, None)
            else:
                assert isinstance(step, int)
                NUMBERS.put(overlay, key, Number(step))
                model[key] = step
        base.commit(overlay.changes())
        memory.adopt(overlay.changes(), overlay.written())
        for key in range(10):
            assert memory.get(NUMBERS.raw_key(key)) == base.get(NUMBERS.raw_key(key))
            assert NUMBERS.get(memory, key) == NUMBERS.get(base, key)


def test_what_a_block_wrote_or_missed_is_not_asked_for_again() -> None:
    base = CountingState({})
    memory = StateMemory(base)
    overlay = Overlay(memory)
    NUMBERS.put(overlay, 1, Number(1))
    assert NUMBERS.get(overlay, 2) is None
    base.commit(overlay.changes())
    memory.adopt(overlay.changes(), overlay.written())
    asked = base.asked
    following = Overlay(memory)
    assert NUMBERS.get(following, 1) == Number(1)
    assert NUMBERS.get(following, 2) is None
    assert base.asked == asked


@given(keys=st.lists(st.integers(0, 30).map(lambda number: bytes([number]))))
def test_a_memory_stays_within_two_generations_and_keeps_what_is_in_use(keys: list[bytes]) -> None:
    memory: RecentlyUsed[bytes] = RecentlyUsed(4)
    memory.put(b"used", b"value")
    for key in keys:
        memory.put(key, key)
        assert memory.find(key) == key
        assert memory.find(b"used") == b"value"
        assert len(memory) <= 8
