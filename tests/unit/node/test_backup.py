"""A backup restores to the same chain, or not at all; votes never come back with it."""

import random
from pathlib import Path

import pytest

from node.chain import Chain
from node.control import OperationFailed
from node.home import Home
from node.keeping import back_up
from node.restoring import NothingToReplace, replay, restore, restore_into
from node.snapshot.backup import BackupDamaged
from node.store.opening import open_engine
from tests.unit.node.chain_world import World, busy_world
from tests.unit.node.small_node import small_genesis

ENGINE = "lmdb"
"""The engine that every interpreter has."""


@pytest.fixture(scope="module")
def world() -> World:
    return busy_world(blocks=5)


@pytest.fixture
def backup(world: World, tmp_path: Path) -> Path:
    """Return the backup of a small chain."""
    path = tmp_path / "chain.backup"
    made = back_up(world.chain, path, lambda: None)
    assert (made.height, made.first_body, made.size) == (5, 1, path.stat().st_size)
    return path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return a home whose disk lost the chain, but not the votes."""
    home = Home(tmp_path / "home")
    home.votes.mkdir(parents=True)
    (home.votes / "0.votes").write_bytes(b"of an unknown age")
    return home


def test_a_restored_store_is_the_chain_with_its_index(
    world: World, backup: Path, home: Home
) -> None:
    restored = restore(home, ENGINE, world.genesis, backup)
    assert restored.tip.block_hash == world.chain.tip.block_hash
    assert restored.transactions == 20
    engine = open_engine(ENGINE, home.chain)
    try:
        chain, _ = Chain.open(engine, world.genesis)
        assert list(chain.state.scan(b"")) == list(world.chain.state.scan(b""))
        for kind in (b"i", b"t", b"b", b"r", b"h", b"c", b"k"):
            assert list(engine.scan(kind)) == list(world.engine.scan(kind)), kind
        assert (chain.first_body, chain.first_indexed) == (1, 1)
    finally:
        engine.close()


def test_votes_of_an_unknown_age_do_not_survive_a_restore(
    world: World, backup: Path, home: Home
) -> None:
    """With them a validator could take itself for one that knows what it has signed."""
    restore(home, ENGINE, world.genesis, backup)
    assert not home.votes.exists()


def test_a_chain_that_is_there_is_never_overwritten(world: World, backup: Path, home: Home) -> None:
    home.chain.mkdir()
    (home.chain / "kept").touch()
    with pytest.raises(NothingToReplace):
        restore(home, ENGINE, world.genesis, backup)
    assert (home.chain / "kept").exists()
    assert home.votes.exists()


def test_damage_anywhere_is_refused_and_leaves_nothing(
    world: World, backup: Path, home: Home
) -> None:
    """Index entries too, which no certified hash covers: the digest of the file does."""
    data = backup.read_bytes()
    chosen = random.Random(7)
    places = [0, len(data) - 1, len(data) - 40, *(chosen.randrange(len(data)) for _ in range(25))]
    for place in places:
        damaged = bytearray(data)
        damaged[place] ^= 0x10
        backup.write_bytes(damaged)
        with pytest.raises(BackupDamaged):
            restore(home, ENGINE, world.genesis, backup)
        assert sorted(item.name for item in home.data.iterdir()) == ["votes"], place
    for cut in (data[:-1], data[: len(data) // 2], data + b"\0", b""):
        backup.write_bytes(cut)
        with pytest.raises(BackupDamaged):
            restore(home, ENGINE, world.genesis, backup)


def test_a_backup_of_another_chain_is_refused(backup: Path, home: Home) -> None:
    with pytest.raises(BackupDamaged, match="E002"):
        restore(home, ENGINE, small_genesis(), backup)


def test_a_replay_comes_to_the_same_end(world: World, backup: Path, tmp_path: Path) -> None:
    restore_into(tmp_path / "chain", ENGINE, world.genesis, backup)
    tip = replay(tmp_path / "chain", ENGINE, world.genesis, tmp_path / "replayed")
    assert tip == world.chain.tip


def test_no_file_is_overwritten_and_none_is_left_in_part(
    world: World, backup: Path, tmp_path: Path
) -> None:
    before = backup.read_bytes()
    with pytest.raises(OperationFailed, match="exists already"):
        back_up(world.chain, backup, lambda: None)
    assert backup.read_bytes() == before

    def stop() -> None:
        raise OperationFailed("stopped", "again")

    with pytest.raises(OperationFailed, match="stopped"):
        back_up(world.chain, tmp_path / "another", stop)
    assert [item.name for item in tmp_path.iterdir()] == ["chain.backup"]


def test_a_chain_without_two_blocks_has_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(OperationFailed, match="too young"):
        back_up(busy_world(blocks=1).chain, tmp_path / "early", lambda: None)
