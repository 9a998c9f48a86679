"""The benchmark of the chain's path stays runnable."""

import pytest

from tests.bench.chain_path import Load, measure


@pytest.mark.parametrize("engine", ["leveldb", "lmdb"])
def test_every_stage_is_measured(engine: str) -> None:
    """A small load passes all stages and gives a figure for each."""
    stages = measure(Load(engine=engine, size=10, blocks=2, keys=20))
    assert len(stages) == 8
    assert all(microseconds >= 0 for microseconds in stages.values())
