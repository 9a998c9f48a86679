"""The checker of votes finds a key that signed twice, and believes no forged vote."""

import struct

import msgpack
from nacl.signing import SigningKey

from consensus.codec import encode_message
from consensus.messages import Vote
from ledger.suites import public_key_of, sign
from ledger.vote import VoteKind, block_vote_bytes
from tests.campaigns.slots import Slots

GENESIS = bytes(range(32))
SEEDS = [bytes([number]) * 32 for number in range(1, 5)]


def heard(signer: int, view: int, block_hash: bytes, seed: bytes) -> bytes:
    """Return a frame with a commit, as a log of frames holds it."""
    signed = block_vote_bytes(VoteKind.COMMIT, GENESIS, 7, view, block_hash)
    data = encode_message(Vote(VoteKind.COMMIT, 7, view, block_hash, signer, sign(seed, signed)))
    return struct.pack(">I", len(data)) + data


def slots() -> Slots:
    """Return a checker that has read nothing."""
    return Slots(GENESIS, tuple(public_key_of(seed)[1:] for seed in SEEDS))


def test_one_vote_for_each_slot_is_well() -> None:
    """The same again, another view, another signer."""
    found = slots()
    one, two = bytes([1]) * 32, bytes([2]) * 32
    votes = [
        heard(0, 0, one, SEEDS[0]),
        heard(0, 0, one, SEEDS[0]),
        heard(0, 1, two, SEEDS[0]),
        heard(1, 0, two, SEEDS[1]),
    ]
    found.read_frames(b"".join(votes) + votes[0][:9])
    assert (len(found.found), found.doubled, found.forged) == (3, [], 0)


def test_two_votes_for_one_slot_are_found() -> None:
    """Whichever files they stand in."""
    found = slots()
    for byte in (1, 2):
        found.read_frames(heard(3, 0, bytes([byte]) * 32, SEEDS[3]))
    assert len(found.doubled) == 1


def test_a_forged_vote_accuses_nobody() -> None:
    """It is signed by another key, or by none of the set."""
    found = slots()
    found.read_frames(heard(3, 0, bytes([1]) * 32, SEEDS[3]))
    found.read_frames(heard(3, 0, bytes([2]) * 32, SEEDS[2]))
    stranger = bytes(SigningKey.generate())
    found.read_frames(heard(9, 0, bytes([2]) * 32, stranger))
    assert (found.doubled, found.forged) == ([], 2)


def test_a_vote_store_is_read_as_far_as_it_is_whole() -> None:
    """Its layout is written out here once more."""
    found = slots()
    frame = heard(2, 0, bytes([5]) * 32, SEEDS[2])[4:]
    assert msgpack.unpackb(frame)[0] == 3
    body = struct.pack(">Q", 1) + struct.pack(">QI", 7, len(frame)) + frame
    batch = struct.pack(">II", len(body), 0) + body
    found.read_store(b"qcvotes1" + bytes(85) + batch + batch[:20])
    assert list(found.found) == [(2, 4, 7, 0)]
