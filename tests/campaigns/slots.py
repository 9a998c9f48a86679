"""A checker of votes that shares no code with the node: one vote of a key for each slot.

    python -m tests.campaigns.slots --genesis HASH --keys KEY,KEY,… FILE…

Reads vote stores (what was durable before it was sent) and logs of frames (what others heard). A
slot is signer, kind, height and view. A vote counts if its signature holds, whoever handed it on.
"""

import argparse
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import msgpack
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

VIEW_CHANGE, PRE_PREPARE, PREPARE, COMMIT = 1, 2, 3, 4
TAGS = {
    VIEW_CHANGE: b"qc/viewchange/v1",
    PRE_PREPARE: b"qc/preprepare/v1",
    PREPARE: b"qc/prepare/v1\0\0\0",
    COMMIT: b"qc/commit/v1\0\0\0\0",
}
STORE_MAGIC = b"qcvotes1"
STORE_HEAD = 8 + 32 + 33 + 16 + 4

Slot: TypeAlias = tuple[int, int, int, int]
"""Signer, kind, height, view."""


@dataclass(frozen=True, slots=True)
class SignedVote:
    """A vote for a slot: the part of the signed bytes that names what is voted for.

    The signature begins with the byte that names its suite.
    """

    slot: Slot
    body: bytes
    signature: bytes


@dataclass(slots=True)
class Slots:
    """All votes of a chain that were found, one for each slot unless somebody lied."""

    genesis_hash: bytes
    keys: tuple[bytes, ...]
    """Public keys of the validators by their index, without the byte that names the suite."""
    found: dict[Slot, bytes] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)
    forged: int = 0

    def read_store(self, data: bytes) -> None:
        """Take the votes of a segment of a vote store, as far as it is whole."""
        if data[:8] != STORE_MAGIC:
            return
        offset = STORE_HEAD
        while offset + 16 <= len(data):
            (size,) = struct.unpack_from(">I", data, offset)
            end = offset + 8 + size
            if end > len(data):
                return
            self._read_entries(data[offset + 16 : end])
            offset = end

    def read_frames(self, data: bytes) -> None:
        """Take the votes of a log of frames, each behind its length; the last may be torn."""
        offset = 0
        while offset + 4 <= len(data):
            (size,) = struct.unpack_from(">I", data, offset)
            self._take(data[offset + 4 : offset + 4 + size])
            offset += 4 + size

    def _read_entries(self, body: bytes) -> None:
        offset = 0
        while offset < len(body):
            _, size = struct.unpack_from(">QI", body, offset)
            self._take(body[offset + 12 : offset + 12 + size])
            offset += 12 + size

    def _take(self, data: bytes) -> None:
        try:
            value = msgpack.unpackb(data, raw=False)
        except (ValueError, msgpack.UnpackException):
            return
        for vote in votes_of(value):
            self._count(vote)

    def _count(self, vote: SignedVote) -> None:
        known = self.found.get(vote.slot)
        if known == vote.body:
            return
        if not self._is_signed(vote):
            self.forged += 1
            return
        if known is None:
            self.found[vote.slot] = vote.body
            return
        self.doubled.append(f"{vote.slot}: {known.hex()} and {vote.body.hex()}")

    def _is_signed(self, vote: SignedVote) -> bool:
        signer, kind, height, view = vote.slot
        named = bytes([kind]) + self.genesis_hash + struct.pack(">QI", height, view) + vote.body
        try:
            VerifyKey(self.keys[signer]).verify(TAGS[kind] + named, vote.signature[1:])
        except (BadSignatureError, IndexError, ValueError):
            return False
        return True


def votes_of(value: Any) -> Iterator[SignedVote]:  # noqa: ANN401 - what was read
    """Yield every vote in a message or record, those inside certificates among them."""
    match value:
        case [1, vote, _, justification]:
            yield _block_vote(PRE_PREPARE, vote)
            yield from _justifying(justification)
        case [2, *vote] if len(vote) == 5:
            yield _block_vote(PREPARE, vote)
        case [3, *vote] if len(vote) == 5:
            yield _block_vote(COMMIT, vote)
        case [4, vote, certificate]:
            yield _view_change(vote)
            yield from _certified(PREPARE, certificate)
        case [5, certificate, _]:
            yield from _certified(COMMIT, certificate)
        case [9, *certificate]:
            yield from _certified(PREPARE, certificate)


def _block_vote(kind: int, fields: list[Any]) -> SignedVote:
    height, view, block_hash, signer, signature = fields
    return SignedVote((signer, kind, height, view), block_hash, signature)


def _view_change(fields: list[Any]) -> SignedVote:
    height, view, lock, signer, signature = fields
    body = bytes(37) if lock is None else b"\x01" + struct.pack(">I", lock[0]) + lock[1]
    return SignedVote((signer, VIEW_CHANGE, height, view), body, signature)


def _certified(kind: int, certificate: list[Any] | None) -> Iterator[SignedVote]:
    if certificate is None:
        return
    height, view, block_hash, rows = certificate
    for signer, signature in rows:
        yield SignedVote((signer, kind, height, view), block_hash, signature)


def _justifying(justification: list[Any] | None) -> Iterator[SignedVote]:
    if justification is None:
        return
    votes, certificate = justification
    for vote in votes:
        yield _view_change(vote)
    yield from _certified(PREPARE, certificate)


def main() -> int:
    """Read all files; 1 where a key signed two votes for one slot."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.slots")
    parser.add_argument("--genesis", required=True, help="genesis hash, hexadecimal")
    parser.add_argument("--keys", required=True, help="voting keys in order, by commas")
    parser.add_argument("files", nargs="+", type=Path)
    arguments = parser.parse_args()
    keys = tuple(bytes.fromhex(key)[1:] for key in arguments.keys.split(","))
    slots = Slots(bytes.fromhex(arguments.genesis), keys)
    for path in arguments.files:
        data = path.read_bytes()
        slots.read_store(data) if data[:8] == STORE_MAGIC else slots.read_frames(data)
    sys.stdout.write(f"{len(slots.found)} slots, {slots.forged} votes not signed\n")
    for line in slots.doubled:
        sys.stdout.write(f"two votes for one slot: {line}\n")
    return int(bool(slots.doubled))


if __name__ == "__main__":
    sys.exit(main())
