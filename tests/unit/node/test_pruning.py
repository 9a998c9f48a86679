"""No block prunes more than its share, and what is left over goes with later ones."""

import pytest

from node import pruning
from node.chain import ChainOptions
from tests.unit.node.chain_world import World


def test_a_large_remainder_is_spread_over_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that starts to keep less deletes old versions bit by bit until only the kept stay."""
    monkeypatch.setattr("node.block_application.STALE_PORTION", 1)
    monkeypatch.setattr(pruning, "PAGES_PRUNED_MAX", 3)
    world = World()
    for number in range(12):
        world.grow(world.protection(number))
    world.options = ChainOptions(kept_versions=2)
    world.chain = world.reopened()
    roots = []
    for number in range(30):
        pages = len(list(world.engine.scan(b"p")))
        world.grow(*([world.protection(100 + number)] if number < 3 else []))
        assert pages - len(list(world.engine.scan(b"p"))) <= 3
        roots.append(len(list(world.engine.scan(b"o"))))
    assert roots[0] > 10
    assert roots[-1] == 2
    assert not list(world.engine.scan(b"s"))
