"""Frames and messages: everything we say is understood, everything else is refused in bounds."""

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.refusal import Code, Refused
from node.network.frames import (
    PREFIX_SIZE,
    SIZE_MAX,
    Kind,
    decode_body,
    decode_prefix,
    encode_frame,
)
from node.network.messages import (
    BLOCKS_PER_REPLY_MAX,
    BlocksFound,
    ConsensusMessage,
    GetBlocks,
    GetPiece,
    GetSnapshot,
    GetTransactions,
    Hello,
    Message,
    PieceFound,
    Ping,
    Pong,
    Role,
    SnapshotFound,
    Status,
    Transactions,
    TransactionsFound,
    decode_message,
    encode_message,
)

integers = st.integers(0, 2**63 - 1)
hashes = st.binary(min_size=32, max_size=32)
transactions = st.lists(st.binary(max_size=64), max_size=4).map(tuple)
messages: st.SearchStrategy[Message] = st.one_of(
    st.builds(
        Hello,
        integers,
        hashes,
        hashes,
        st.binary(min_size=16, max_size=16),
        st.sampled_from(Role),
        st.one_of(st.just(b""), st.binary(min_size=33, max_size=33)),
    ),
    st.builds(Ping, integers),
    st.builds(Pong, integers, integers),
    st.builds(Status, integers, st.binary(max_size=100)),
    st.builds(ConsensusMessage, st.binary(max_size=100)),
    st.builds(Transactions, transactions),
    st.builds(GetTransactions, integers, st.lists(hashes, max_size=4).map(tuple)),
    st.builds(TransactionsFound, integers, transactions),
    st.builds(GetBlocks, integers, integers, st.integers(0, BLOCKS_PER_REPLY_MAX)),
    st.builds(
        BlocksFound,
        integers,
        st.lists(st.tuples(st.binary(max_size=64), st.binary(max_size=64)), max_size=3).map(tuple),
    ),
    st.builds(GetSnapshot, integers),
    st.builds(SnapshotFound, integers, st.binary(max_size=100)),
    st.builds(GetPiece, integers, integers, st.integers(0, 255), st.binary(max_size=64)),
    st.builds(PieceFound, integers, st.booleans(), transactions, st.binary(max_size=64)),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.binary() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=8,
)


def refusal_of(kind: Kind, body: bytes) -> Code | None:
    """Decode; return the code of the refusal, None for a message."""
    try:
        decode_message(kind, body)
    except Refused as refused:
        return refused.refusal.code
    return None


@given(messages)
def test_what_is_said_is_understood(message: Message) -> None:
    """Decoding an encoded message gives it back."""
    frame = encode_message(message)
    kind, size = decode_prefix(frame[:PREFIX_SIZE])
    assert size == len(frame) - PREFIX_SIZE
    assert decode_message(kind, frame[PREFIX_SIZE:]) == message


@given(st.sampled_from(Kind), st.binary(max_size=300))
def test_any_bytes_give_a_message_or_a_refusal(kind: Kind, body: bytes) -> None:
    """No bytes of a peer raise anything but a refusal with E006."""
    assert refusal_of(kind, body) in {None, Code.SCHEMA}


@given(st.sampled_from(Kind), st.lists(anything, max_size=7))
def test_any_values_give_a_message_or_a_refusal(kind: Kind, values: list[object]) -> None:
    """Well-formed MessagePack of the wrong shape is refused alike."""
    assert refusal_of(kind, msgpack.packb(values)) in {None, Code.SCHEMA}


@given(messages, st.data())
def test_cut_and_extended_frames_are_refused(message: Message, data: st.DataObject) -> None:
    """A body is exactly one array: neither shorter nor followed by anything."""
    frame = encode_message(message)
    kind, body = Kind(frame[0]), frame[PREFIX_SIZE:]
    cut = data.draw(st.integers(0, len(body) - 1))
    for wrong in (body[:cut], body + b"\x00"):
        with pytest.raises(Refused):
            decode_body(kind, wrong)


@given(st.binary(min_size=PREFIX_SIZE, max_size=PREFIX_SIZE))
def test_prefix_bounds_what_is_read(prefix: bytes) -> None:
    """A prefix that is accepted never announces more than its kind may have."""
    try:
        kind, size = decode_prefix(prefix)
    except Refused:
        assert (
            prefix[0] not in set(Kind)
            or int.from_bytes(prefix[1:], "big") > SIZE_MAX[Kind(prefix[0])]
        )
    else:
        assert size <= SIZE_MAX[kind]


def test_every_kind_has_a_bound() -> None:
    """No kind of frame is unbounded, and the least ones are small."""
    assert SIZE_MAX.keys() == set(Kind)
    assert SIZE_MAX[Kind.HELLO] <= 4_096
    with pytest.raises(AssertionError):
        encode_frame(Kind.PING, (bytes(100),))


@pytest.mark.parametrize(
    "body",
    [
        msgpack.packb([{1: 2}]),
        msgpack.packb([msgpack.ExtType(1, b"")]),
        msgpack.packb(["text"]),
        msgpack.packb([1.5]),
        msgpack.packb([True]),
        b"\x91" * 5_000 + b"\x00",
    ],
)
def test_rich_values_are_refused(body: bytes) -> None:
    """Maps, extensions, text, floats, booleans and deep nesting have no place in a ping."""
    with pytest.raises(Refused):
        decode_message(Kind.PING, body)
