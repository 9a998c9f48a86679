"""One conformance suite that every key-value engine passes."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.store.engine import Batch, KeyValueEngine, prefix_end
from node.store.errors import StoreLocked
from node.store.leveldb import LevelDBEngine
from node.store.lmdb import LMDBEngine
from node.store.memory import MemoryEngine

OpenEngine = Callable[[], KeyValueEngine]

KEYS = st.binary(min_size=1, max_size=4).map(lambda data: bytes(byte % 4 * 85 for byte in data))
BATCHES = st.lists(st.dictionaries(KEYS, st.none() | st.binary(max_size=3)), max_size=4)


@pytest.fixture(params=["memory", "leveldb", "lmdb"])
def open_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenEngine]:
    """Open fresh engines of each kind, and close them at the end."""
    numbers = count()
    opened: list[KeyValueEngine] = []

    def open_fresh() -> KeyValueEngine:
        path = tmp_path / str(next(numbers))
        kinds: dict[str, Callable[[], KeyValueEngine]] = {
            "memory": MemoryEngine,
            "leveldb": lambda: LevelDBEngine(path),
            "lmdb": lambda: LMDBEngine(path),
        }
        opened.append(kinds[request.param]())
        return opened[-1]

    yield open_fresh
    for engine in opened:
        engine.close()


# Each example opens an engine of its own, so sharing the fixture is harmless.
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=BATCHES, prefix=KEYS | st.just(b""), start=st.none() | KEYS)
def test_engines_agree_with_a_dictionary(
    open_engine: OpenEngine,
    batches: list[Batch],
    prefix: bytes,
    start: bytes | None,
) -> None:
    """After any batches, gets and scans in both directions are those of a sorted dictionary."""
    engine = open_engine()
    written: Batch = {}
    for batch in batches:
        engine.write_batch(batch, sync=False)
        written |= batch
    assert all(engine.get(key) == value for key, value in written.items())
    expected = [(key, value) for key, value in sorted(written.items()) if value is not None]
    within = [item for item in expected if item[0].startswith(prefix)]
    forward = [item for item in within if start is None or item[0] >= start]
    backward = [item for item in reversed(within) if start is None or item[0] <= start]
    assert list(engine.scan(prefix, start=start)) == forward
    assert list(engine.scan(prefix, start=start, reverse=True)) == backward


def test_a_snapshot_does_not_move(open_engine: OpenEngine) -> None:
    """Later batches do not show in a snapshot, neither in gets nor in scans."""
    engine = open_engine()
    engine.write_batch({b"a": b"1", b"b": b"1"}, sync=True)
    snapshot = engine.snapshot()
    engine.write_batch({b"a": b"2", b"b": None, b"c": b"2"}, sync=True)
    assert snapshot.get(b"a") == b"1"
    assert list(snapshot.scan(b"")) == [(b"a", b"1"), (b"b", b"1")]
    snapshot.close()
    snapshot.close()
    assert list(engine.scan(b"")) == [(b"a", b"2"), (b"c", b"2")]


def test_a_scan_under_way_sees_one_state(open_engine: OpenEngine) -> None:
    """A batch written between two steps of a scan does not show in it."""
    engine = open_engine()
    engine.write_batch({b"a": b"1", b"b": b"1"}, sync=True)
    entries = engine.scan(b"")
    assert next(entries) == (b"a", b"1")
    engine.write_batch({b"b": b"2", b"c": b"2"}, sync=True)
    assert list(entries) == [(b"b", b"1")]


@pytest.mark.parametrize("open_path", [LevelDBEngine, LMDBEngine])
def test_what_is_synced_outlives_the_process(
    open_path: Callable[[Path], KeyValueEngine], tmp_path: Path
) -> None:
    """An engine on disk gives after reopening what was in it, and one folder serves one opener."""
    engine = open_path(tmp_path / "data")
    engine.write_batch({b"key": b"value", b"empty": b""}, sync=True)
    with pytest.raises(StoreLocked):
        open_path(tmp_path / "data")
    engine.close()
    again = open_path(tmp_path / "data")
    assert list(again.scan(b"")) == [(b"empty", b""), (b"key", b"value")]
    again.close()


def test_the_model_engine_forgets_what_was_not_synced() -> None:
    """A crash of the model engine leaves exactly the last synced state."""
    engine = MemoryEngine()
    engine.write_batch({b"a": b"1"}, sync=True)
    engine.write_batch({b"a": b"2"}, sync=False)
    engine.crash()
    assert engine.get(b"a") == b"1"


@given(st.binary(max_size=4), st.binary(max_size=4))
def test_the_end_of_a_prefix_is_the_least_key_above_it(prefix: bytes, key: bytes) -> None:
    """A key lies below the end exactly where it lies below the prefix or carries it."""
    end = prefix_end(prefix)
    assert (end is None or key < end) == (key < prefix or key.startswith(prefix))
