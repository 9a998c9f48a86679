"""The vote store: everything that a validator signed, durable before it is on the wire.

Append-only segments of one folder. `append` returns when the records are on the disk; whoever sends
votes waits for it. Segments whose heights the chain has committed are dropped, but never the last
one: an empty store means that its past is unknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from node.errors import VotesDamaged, VotesNotWritten
from node.files import AppendFile, Directory
from node.vote_format import (
    HEAD_SIZE,
    BadBatch,
    Batch,
    Entry,
    StoreHead,
    decode_head,
    encode_batch,
    encode_head,
    read_batches,
)

SEGMENT_SIZE_MAX = 4 * 1024 * 1024
"""A segment that has grown beyond this is followed by a new one."""

_SUFFIX = ".votes"


@dataclass(frozen=True, slots=True)
class FoundVotes:
    """What an opened store held: height and record, in the order in which they were written."""

    entries: tuple[Entry, ...]
    truncated_bytes: int
    """Length of a torn tail that was cut off; its votes had never been sent."""

    @property
    def nothing(self) -> bool:
        """True where no vote was found: the past of the key is then unknown, not empty."""
        return not self.entries

    def of_height(self, height: int) -> tuple[bytes, ...]:
        """Return the records of one height."""
        return tuple(record for entry_height, record in self.entries if entry_height == height)

    @property
    def highest(self) -> int:
        """The greatest height of a record, 0 where there is none."""
        return max((height for height, _ in self.entries), default=0)


@dataclass(slots=True)
class _Segment:
    name: str
    size: int
    highest: int = 0


@dataclass(slots=True)
class VoteStore:
    """An open store. One thread at a time; its calls block."""

    directory: Directory
    head: StoreHead
    sequence: int = 0
    """Number of the last durable batch."""
    _segments: list[_Segment] = field(default_factory=list)
    _file: AppendFile | None = None

    def append(self, entries: Sequence[Entry]) -> None:
        """Make records durable as one batch with one sync; raise VotesNotWritten.

        About 0.2 ms on a good disk. A store that failed once must not be used again.
        """
        data = encode_batch(self.head.store_id, self.sequence + 1, entries)
        try:
            self._write(data)
        except OSError as error:
            raise VotesNotWritten(error) from error
        self.sequence += 1
        segment = self._segments[-1]
        segment.size += len(data)
        segment.highest = max([segment.highest, *(height for height, _ in entries)])

    def drop_up_to(self, height: int) -> None:
        """Delete old segments that hold nothing above a height that the chain has made durable."""
        try:
            # A last segment without a batch proves nothing of the past; its forerunner then stays.
            while len(self._segments) > 1 and self._segments[-1].highest > 0:
                if self._segments[0].highest > height:
                    return
                self.directory.remove(self._segments.pop(0).name)
        except OSError as error:
            raise VotesNotWritten(error) from error

    def close(self) -> None:
        """Let go of the files."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, data: bytes) -> None:
        if self._file is None or self._segments[-1].size > SEGMENT_SIZE_MAX:
            self._begin_segment()
        assert self._file is not None
        self._file.append(data)
        self._file.sync()

    def _begin_segment(self) -> None:
        self.close()
        name = f"{self.sequence:016d}{_SUFFIX}"
        self._file = self.directory.create(name)
        self._file.append(encode_head(self.head))
        self._file.sync()
        self._segments.append(_Segment(name, HEAD_SIZE))


def open_votes(directory: Directory, head: StoreHead) -> tuple[VoteStore, FoundVotes]:
    """Open the store of a validator, or a new one under the store id of `head` where none exists.

    Raises VotesDamaged where the store is another key's or chain's, or a record is bad that was
    durable. A torn tail is cut off.
    """
    names = _segments(directory)
    reader = _Reader(head)
    reader.read_all(directory, names)
    for name in _all_segments(directory)[len(names) :]:
        directory.remove(name)
    file = directory.open(names[-1], reader.segments[-1].size) if names else None
    store = VoteStore(directory, reader.head, reader.sequence, reader.segments, file)
    return store, reader.found()


def read_votes(directory: Directory, head: StoreHead) -> FoundVotes:
    """Return what `open_votes` would find, and change nothing; raise VotesDamaged like it."""
    reader = _Reader(head)
    reader.read_all(directory, _segments(directory))
    return reader.found()


def forget_votes(directory: Directory) -> None:
    """Delete a store, on the operator's word; the next start knows nothing of the past."""
    for name in directory.names():
        if name.endswith(_SUFFIX):
            directory.remove(name)


def _all_segments(directory: Directory) -> list[str]:
    return [name for name in directory.names() if name.endswith(_SUFFIX)]


def _segments(directory: Directory) -> list[str]:
    """Return the segments but a last one whose head was never synced: nothing is behind it."""
    names = _all_segments(directory)
    return names[:-1] if names and _is_unborn(directory.read(names[-1])) else names


def _is_unborn(data: bytes) -> bool:
    """Say whether a segment ends within its head, or with a torn one; batches follow a synced one.

    A power cut may leave zeros or rubbish in the full length of a write that was not synced.
    """
    return len(data) < HEAD_SIZE or (len(data) == HEAD_SIZE and decode_head(data) is None)


class _Reader:
    """Reads segments in their order."""

    def __init__(self, head: StoreHead) -> None:
        self.head = head
        self.sequence = 0
        self.entries: list[Entry] = []
        self.segments: list[_Segment] = []
        self.truncated_bytes = 0

    def read_all(self, directory: Directory, names: Sequence[str]) -> None:
        """Read segments, of which only the last may end in a torn batch."""
        for name in names:
            self._read(name, directory.read(name), is_last=name == names[-1])

    def found(self) -> FoundVotes:
        """Return what was read."""
        return FoundVotes(tuple(self.entries), self.truncated_bytes)

    def _read(self, name: str, data: bytes, *, is_last: bool) -> None:
        self._take_head(name, decode_head(data))
        segment = _Segment(name, HEAD_SIZE)
        for batch in read_batches(data, self.head.store_id):
            if isinstance(batch, BadBatch):
                if batch.followed_by_good or not is_last:
                    raise VotesDamaged(name, batch.offset, batch.problem)
                self.truncated_bytes = len(data) - batch.offset
                segment.size = batch.offset
                break
            self._take_batch(name, batch, segment)
            segment.size = len(data)
        self.segments.append(segment)

    def _take_head(self, name: str, head: StoreHead | None) -> None:
        if head is None:
            raise VotesDamaged(name, 0, "wrong head")
        if head.genesis_hash != self.head.genesis_hash:
            raise VotesDamaged(name, 0, "votes of another chain")
        if head.validator_key != self.head.validator_key:
            raise VotesDamaged(name, 0, "votes of another key")
        if self.segments and head.store_id != self.head.store_id:
            raise VotesDamaged(name, 0, "segment of another store")
        self.head = head

    def _take_batch(self, name: str, batch: Batch, segment: _Segment) -> None:
        expected = self.sequence + 1
        # The first batch may have any number, because older segments are dropped.
        if self.entries and batch.sequence != expected:
            problem = f"batch {batch.sequence} where {expected} is due"
            raise VotesDamaged(name, segment.size, problem)
        self.sequence = batch.sequence
        self.entries += batch.entries
        segment.highest = max([segment.highest, *(height for height, _ in batch.entries)])
