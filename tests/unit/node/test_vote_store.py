"""The vote store under crashes, torn writes and flipped bits."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.errors import VotesDamaged, VotesNotWritten
from node.files import SystemDirectory
from node.vote_format import HEAD_SIZE, Entry, StoreHead
from node.vote_store import SEGMENT_SIZE_MAX, forget_votes, open_votes

HEAD = StoreHead(bytes(32), bytes([1]) * 33, bytes([2]) * 16)


@dataclass(slots=True)
class MemoryFile:
    """Durable bytes and those that a power cut may take."""

    synced: bytes = b""
    pending: bytes = b""
    problem: OSError | None = None

    def append(self, data: bytes) -> None:
        """Keep the bytes where a crash can reach them."""
        self.pending += data

    def sync(self) -> None:
        """Make them durable, or fail as a disk fails."""
        if self.problem is not None:
            raise self.problem
        self.synced += self.pending
        self.pending = b""

    def close(self) -> None:
        """Do nothing."""


@dataclass(slots=True)
class MemoryDirectory:
    """A folder whose files forget what was not synced."""

    files: dict[str, MemoryFile] = field(default_factory=dict)

    def names(self) -> Sequence[str]:
        """Return the names in order."""
        return sorted(self.files)

    def read(self, name: str) -> bytes:
        """Return what a reader sees."""
        return self.files[name].synced + self.files[name].pending

    def create(self, name: str) -> MemoryFile:
        """Make a new file."""
        assert name not in self.files
        self.files[name] = MemoryFile()
        return self.files[name]

    def open(self, name: str, size: int) -> MemoryFile:
        """Cut and open a file."""
        self.files[name] = MemoryFile(self.read(name)[:size])
        return self.files[name]

    def remove(self, name: str) -> None:
        """Delete a file."""
        del self.files[name]


batches = st.lists(
    st.lists(st.tuples(st.integers(0, 9), st.binary(max_size=40)), min_size=1, max_size=3),
    min_size=1,
    max_size=5,
)


def written(content: Sequence[Sequence[Entry]]) -> MemoryDirectory:
    """Return a folder into which batches were appended."""
    directory = MemoryDirectory()
    store, found = open_votes(directory, HEAD)
    assert found.nothing
    for entries in content:
        store.append(entries)
    return directory


@given(batches)
def test_what_was_appended_is_found_in_order(content: list[list[Entry]]) -> None:
    """Reopening gives every record under its height; a reopened store goes on where it was."""
    directory = written(content)
    store, found = open_votes(directory, HEAD)
    assert found.entries == tuple(entry for entries in content for entry in entries)
    assert store.sequence == len(content)
    store.append([(7, b"more")])
    assert open_votes(directory, HEAD)[1].entries[-1] == (7, b"more")


@given(batches, st.data())
@settings(max_examples=200)
def test_every_cut_loses_only_what_was_not_durable(
    content: list[list[Entry]], data: st.DataObject
) -> None:
    """A file cut anywhere reads as the batches before the cut, and can be appended to."""
    directory = written(content)
    (name,) = directory.names()
    whole = directory.read(name)
    cut = data.draw(st.integers(0, len(whole)))
    directory.files[name] = MemoryFile(whole[:cut])
    store, found = open_votes(directory, HEAD)
    kept = [tuple(entries) for entries in content][: store.sequence]
    assert found.entries == tuple(entry for entries in kept for entry in entries)
    store.append([(1, b"after")])
    assert open_votes(directory, HEAD)[1].entries == (*found.entries, (1, b"after"))


@given(batches, st.data())
@settings(max_examples=300)
def test_every_flipped_bit_is_noticed(content: list[list[Entry]], data: st.DataObject) -> None:
    """A changed byte is refused as damage, except in the last batch, where it is a torn tail."""
    directory = written(content)
    (name,) = directory.names()
    whole = bytearray(directory.read(name))
    position = data.draw(st.integers(0, len(whole) - 1))
    whole[position] ^= 1 << data.draw(st.integers(0, 7))
    directory.files[name] = MemoryFile(bytes(whole))
    try:
        store, found = open_votes(directory, HEAD)
    except VotesDamaged:
        return
    assert store.sequence == len(content) - 1
    assert found.entries == tuple(entry for entries in content[:-1] for entry in entries)
    assert found.truncated_bytes > 0


@pytest.mark.parametrize("problem", [errno.EIO, errno.ENOSPC])
def test_failed_sync_is_reported_and_releases_nothing(problem: int) -> None:
    """Whoever waits for durability learns that there is none."""
    directory = written([[(1, b"a")]])
    store, _ = open_votes(directory, HEAD)
    (name,) = directory.names()
    directory.files[name].problem = OSError(problem, "no")
    with pytest.raises(VotesNotWritten):
        store.append([(2, b"b")])
    assert store.sequence == 1


def test_segments_follow_each_other_and_old_ones_are_dropped(tmp_path: Path) -> None:
    """Large stores are cut into segments; those below the durable height go, the last one stays."""
    directory = SystemDirectory(tmp_path / "votes")
    store, _ = open_votes(directory, HEAD)
    block = bytes(SEGMENT_SIZE_MAX // 2)
    for height in range(1, 8):
        store.append([(height, block)])
    assert len(directory.names()) > 2
    store.drop_up_to(5)
    store.close()
    reopened, found = open_votes(directory, HEAD)
    assert found.of_height(6) == (block,)
    assert found.of_height(7) == (block,)
    assert found.highest == 7
    reopened.drop_up_to(7)
    reopened.close()
    assert len(directory.names()) == 1
    assert not open_votes(directory, HEAD)[1].nothing


def test_missing_segment_is_damage() -> None:
    """A gap between segments means lost votes."""
    directory = MemoryDirectory()
    store, _ = open_votes(directory, HEAD)
    block = bytes(SEGMENT_SIZE_MAX + 1)
    for height in range(1, 4):
        store.append([(height, block)])
    directory.remove(list(directory.names())[1])
    with pytest.raises(VotesDamaged, match="is due"):
        open_votes(directory, HEAD)


def test_damage_in_an_older_segment_is_no_torn_tail() -> None:
    """Only the last segment can be torn."""
    directory = MemoryDirectory()
    store, _ = open_votes(directory, HEAD)
    for height in range(1, 3):
        store.append([(height, bytes(SEGMENT_SIZE_MAX + 1))])
    first = directory.files[next(iter(directory.names()))]
    first.synced = first.synced[:-1]
    with pytest.raises(VotesDamaged, match="cut short"):
        open_votes(directory, HEAD)


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        (StoreHead(bytes([9]) * 32, HEAD.validator_key, HEAD.store_id), "another chain"),
        (StoreHead(HEAD.genesis_hash, bytes([9]) * 33, HEAD.store_id), "another key"),
    ],
)
def test_foreign_store_is_refused(head: StoreHead, problem: str) -> None:
    """Votes of another key or chain are never taken for one's own."""
    directory = written([[(1, b"a")]])
    with pytest.raises(VotesDamaged, match=problem):
        open_votes(directory, head)


def test_segment_without_a_batch_proves_nothing() -> None:
    """A crash right after a segment was begun leaves a store whose past is unknown."""
    directory = written([[(1, b"a")]])
    (name,) = directory.names()
    directory.files[name] = MemoryFile(directory.read(name)[:HEAD_SIZE])
    store, found = open_votes(directory, HEAD)
    assert found.nothing
    store.append([(1, b"b")])
    assert open_votes(directory, HEAD)[1].entries == ((1, b"b"),)


@given(st.binary(max_size=HEAD_SIZE).filter(bool))
def test_a_torn_head_with_nothing_behind_it_is_no_damage(rubbish: bytes) -> None:
    """Found by simulation: power fails while a segment begins, and its head is not what it was."""
    directory = written([[(1, b"a")]])
    (name,) = directory.names()
    whole = directory.read(name)
    torn = bytes(a ^ b for a, b in zip(whole, rubbish.ljust(HEAD_SIZE, b"\1"), strict=False))
    directory.files[name] = MemoryFile(torn)
    store, found = open_votes(directory, HEAD)
    assert found.nothing
    store.append([(1, b"b")])
    directory.files["9" * 16 + ".votes"] = MemoryFile(torn)
    assert open_votes(directory, HEAD)[1].entries == ((1, b"b"),)


def test_a_bad_head_with_votes_behind_it_is_damage() -> None:
    """Something was synced behind it, so it was whole once."""
    directory = written([[(1, b"a")]])
    (name,) = directory.names()
    directory.files[name] = MemoryFile(bytes(HEAD_SIZE) + directory.read(name)[HEAD_SIZE:])
    with pytest.raises(VotesDamaged, match="wrong head"):
        open_votes(directory, HEAD)


def test_forgotten_store_is_empty() -> None:
    """After the operator's word nothing is left."""
    directory = written([[(1, b"a")]])
    forget_votes(directory)
    assert open_votes(directory, HEAD)[1].nothing
