"""The codec gives back what it was given, and refuses every other byte string in bounded work."""

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus import codec
from consensus.codec import decode_message, decode_record, encode_message, encode_record
from consensus.messages import (
    PAYLOAD_SIZE_MAX,
    Decided,
    Justification,
    Message,
    PayloadRequest,
    PayloadResponse,
    PreparedCertificate,
    PrePrepare,
    Record,
    Status,
    ViewChange,
    ViewChangeVote,
    ViewStatus,
    Vote,
)
from ledger.certificate import CommitCertificate
from ledger.refusal import Refused
from ledger.vote import VIEW_MAX, Prepared, VoteKind

HEIGHTS = st.integers(0, 2**64 - 1)
VIEWS = st.integers(0, VIEW_MAX)
HASHES = st.binary(min_size=32, max_size=32)
SIGNERS = st.integers(0, 255)
SIGNATURES = st.binary(min_size=65, max_size=65)
PAYLOADS = st.binary(max_size=200)
ROWS = st.lists(st.tuples(SIGNERS, SIGNATURES), max_size=4).map(tuple)
BITMAPS = st.binary(max_size=codec.BITMAP_SIZE_MAX)


def votes(*kinds: VoteKind) -> st.SearchStrategy[Vote]:
    """Votes of some kinds."""
    return st.builds(Vote, st.sampled_from(kinds), HEIGHTS, VIEWS, HASHES, SIGNERS, SIGNATURES)


CLAIMS = st.builds(
    ViewChangeVote,
    HEIGHTS,
    VIEWS,
    st.none() | st.builds(Prepared, VIEWS, HASHES),
    SIGNERS,
    SIGNATURES,
)
PREPARED = st.builds(PreparedCertificate, HEIGHTS, VIEWS, HASHES, ROWS)
JUSTIFICATIONS = st.builds(
    Justification, st.lists(CLAIMS, max_size=4).map(tuple), st.none() | PREPARED
)
PRE_PREPARES = st.builds(
    PrePrepare, votes(VoteKind.PRE_PREPARE), PAYLOADS, st.none() | JUSTIFICATIONS
)
VIEW_CHANGES = st.builds(ViewChange, CLAIMS, st.none() | PREPARED)
STATUSES = st.builds(
    Status,
    HEIGHTS,
    VIEWS,
    st.lists(st.builds(ViewStatus, VIEWS, st.none() | HASHES, BITMAPS, BITMAPS), max_size=4).map(
        tuple
    ),
    st.lists(VIEWS, max_size=8).map(tuple),
)
CERTIFICATES = st.builds(CommitCertificate, HEIGHTS, VIEWS, HASHES, ROWS)
LONE_VOTES = votes(VoteKind.PREPARE, VoteKind.COMMIT)
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    PRE_PREPARES,
    LONE_VOTES,
    VIEW_CHANGES,
    st.builds(Decided, CERTIFICATES, PAYLOADS),
    STATUSES,
    st.builds(PayloadRequest, HEIGHTS, HASHES),
    st.builds(PayloadResponse, HEIGHTS, PAYLOADS),
)
RECORDS: st.SearchStrategy[Record] = st.one_of(PRE_PREPARES, LONE_VOTES, VIEW_CHANGES, PREPARED)


@given(MESSAGES)
def test_messages_come_back(message: Message) -> None:
    """decode(encode(x)) = x, within the size of its type."""
    data = encode_message(message)
    assert decode_message(data) == message
    assert len(data) <= codec.SIZE_MAX[data[1]]


@given(RECORDS)
def test_records_come_back(record: Record) -> None:
    """The same for what is made durable."""
    assert decode_record(encode_record(record)) == record


@given(st.binary(max_size=400))
def test_any_bytes_give_a_message_or_a_refusal(data: bytes) -> None:
    """Decoding is total, and what it accepts is what encoding gives."""
    try:
        message = decode_message(data)
    except Refused:
        return
    assert encode_message(message) == data


@given(MESSAGES, st.data())
def test_one_changed_byte_is_never_taken_for_the_same_message(
    message: Message, draw: st.DataObject
) -> None:
    """No two byte strings decode to one message."""
    data = bytearray(encode_message(message))
    at = draw.draw(st.integers(0, len(data) - 1))
    data[at] ^= draw.draw(st.integers(1, 255))
    try:
        found = decode_message(bytes(data))
    except Refused:
        return
    assert found != message


@given(MESSAGES, st.data())
def test_truncated_and_prolonged_bytes_are_refused(message: Message, draw: st.DataObject) -> None:
    """Exactly the bytes of a message are the message."""
    data = encode_message(message)
    cut = draw.draw(st.integers(0, len(data) - 1))
    for wrong in (data[:cut], data + b"\0"):
        with pytest.raises(Refused):
            decode_message(wrong)


@pytest.mark.parametrize(
    "value",
    [
        [],
        [0],
        [99, 1],
        [codec.STATUS],
        [codec.PREPARE, -1, 0, bytes(32), 0, bytes(65)],
        [codec.PREPARE, 1, VIEW_MAX + 1, bytes(32), 0, bytes(65)],
        [codec.PREPARE, 1, 0, bytes(31), 0, bytes(65)],
        [codec.PREPARE, 1, 0, bytes(32), 256, bytes(65)],
        [codec.PREPARE, 1, 0, bytes(32), 0, bytes(64)],
        [codec.PREPARE, True, 0, bytes(32), 0, bytes(65)],
        [codec.PREPARE, 1.0, 0, bytes(32), 0, bytes(65)],
        [codec.PREPARE, 1, 0, "a" * 32, 0, bytes(65)],
        [codec.PREPARE, {}, 0, bytes(32), 0, bytes(65)],
        [codec.STATUS, 1, 0, [[0, None, bytes(33), b""]], []],
        [codec.STATUS, 1, 0, [], [0] * 257],
        [codec.STATUS, 1, 0, [[0, None, b"", b""]] * (codec.VIEW_STATUSES_MAX + 1), []],
        [codec.PREPARED_CERTIFICATE, 1, 0, bytes(32), []],
    ],
)
def test_wrong_fields_are_refused(value: list[object]) -> None:
    """Wrong counts, ranges, sizes and types, and records sent as messages."""
    with pytest.raises(Refused):
        decode_message(msgpack.packb(value))


def test_a_longer_encoding_of_the_same_value_is_refused() -> None:
    """MessagePack has many forms of one integer; only the shortest is taken."""
    request = PayloadRequest(1, bytes(32))
    data = encode_message(request)
    longer = data[:2] + b"\xcc\x01" + data[3:]
    assert msgpack.unpackb(longer) == msgpack.unpackb(data)
    with pytest.raises(Refused):
        decode_message(longer)


@pytest.mark.parametrize("kind", sorted(codec.SIZE_MAX))
def test_oversize_is_refused_before_decoding(kind: int) -> None:
    """A message above the size of its type is refused by its length alone."""
    data = bytes([0x93, kind]) + bytes(codec.SIZE_MAX[kind])
    with pytest.raises(Refused) as refused:
        decode_message(data)
    assert refused.value.refusal.field == "message.size"


def test_the_largest_messages_of_256_validators_fit() -> None:
    """Bounds are wide enough for the largest validator set and payload."""
    rows = tuple((index, bytes(65)) for index in range(256))
    lock = PreparedCertificate(2**64 - 1, VIEW_MAX, bytes(32), rows)
    prepared = Prepared(VIEW_MAX, bytes(32))
    claim = ViewChangeVote(2**64 - 1, VIEW_MAX, prepared, 255, bytes(65))
    vote = Vote(VoteKind.PRE_PREPARE, 2**64 - 1, VIEW_MAX, bytes(32), 255, bytes(65))
    payload = bytes(PAYLOAD_SIZE_MAX)
    row = ViewStatus(VIEW_MAX, bytes(32), bytes(32), bytes(32))
    largest: tuple[Message, ...] = (
        PrePrepare(vote, payload, Justification((claim,) * 256, lock)),
        ViewChange(claim, lock),
        Decided(CommitCertificate(2**64 - 1, VIEW_MAX, bytes(32), rows), payload),
        Status(2**64 - 1, VIEW_MAX, (row,) * codec.VIEW_STATUSES_MAX, (VIEW_MAX,) * 256),
        PayloadResponse(2**64 - 1, payload),
    )
    for message in largest:
        data = encode_message(message)
        assert len(data) <= codec.MESSAGE_SIZE_MAX
        assert decode_message(data) == message
