"""Messages and records as MessagePack arrays [type, field …]: strict, bounded, total.

Strict: bytes are accepted only where encoding the value gives the same bytes again. Bounded: the
size a type may have is checked before anything is decoded. Total: any bytes give a message or
`Refused`.
"""

from collections.abc import Callable, Sequence
from typing import cast

import msgpack

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
from ledger import shape, suites
from ledger.certificate import (
    CERTIFICATE_SIZE_MAX,
    certificate_from_value,
    signatures_from_value,
)
from ledger.encoding import Value
from ledger.refusal import Code, Refused, require
from ledger.validators import VALIDATORS_MAX
from ledger.vote import VIEW_MAX, Prepared, VoteKind

PRE_PREPARE = 1
PREPARE = 2
COMMIT = 3
VIEW_CHANGE = 4
DECIDED = 5
STATUS = 6
PAYLOAD_REQUEST = 7
PAYLOAD_RESPONSE = 8
PREPARED_CERTIFICATE = 9

VIEW_STATUSES_MAX = 12
BITMAP_SIZE_MAX = VALIDATORS_MAX // 8
VOTE_SIZE_MAX = 160
VIEW_CHANGE_VOTE_SIZE_MAX = 192
SIGNATURES_SIZE_MAX = VALIDATORS_MAX * 72
JUSTIFICATION_SIZE_MAX = VALIDATORS_MAX * VIEW_CHANGE_VOTE_SIZE_MAX + SIGNATURES_SIZE_MAX + 64

SIZE_MAX = {
    PRE_PREPARE: VOTE_SIZE_MAX + PAYLOAD_SIZE_MAX + JUSTIFICATION_SIZE_MAX,
    PREPARE: VOTE_SIZE_MAX,
    COMMIT: VOTE_SIZE_MAX,
    VIEW_CHANGE: VIEW_CHANGE_VOTE_SIZE_MAX + SIGNATURES_SIZE_MAX + 64,
    DECIDED: CERTIFICATE_SIZE_MAX + PAYLOAD_SIZE_MAX + 64,
    STATUS: 64 + VIEW_STATUSES_MAX * (64 + 2 * BITMAP_SIZE_MAX) + VALIDATORS_MAX * 5,
    PAYLOAD_REQUEST: 64,
    PAYLOAD_RESPONSE: PAYLOAD_SIZE_MAX + 64,
    PREPARED_CERTIFICATE: SIGNATURES_SIZE_MAX + 64,
}
"""The most bytes of each type, by the first field of its array."""

MESSAGE_SIZE_MAX = max(SIZE_MAX.values())
"""No frame of the consensus channel is longer."""

_FIXARRAY = 0x90
_VOTE_TYPES = {
    VoteKind.PRE_PREPARE: PRE_PREPARE,
    VoteKind.PREPARE: PREPARE,
    VoteKind.COMMIT: COMMIT,
}


def encode_message(message: Message) -> bytes:
    """Return the bytes of a message."""
    return _packed(_value_of(message))


def decode_message(data: bytes) -> Message:
    """Return the message of strict bytes; refuse (E006) everything else. Linear in the size."""
    message = _decoded(data)
    require(not isinstance(message, PreparedCertificate), Code.SCHEMA, "message.type")
    return cast(Message, message)


def encode_record(record: Record) -> bytes:
    """Return the bytes of a durable record."""
    return _packed(_value_of(record))


def decode_record(data: bytes) -> Record:
    """Return the record of strict bytes; refuse (E006) everything else."""
    record = _decoded(data)
    require(isinstance(record, Record), Code.SCHEMA, "record.type")
    return cast(Record, record)


def _packed(value: Value) -> bytes:
    packed: bytes = msgpack.packb(value, use_bin_type=True)
    return packed


def _decoded(data: bytes) -> Message | Record:
    require(len(data) >= 2 and data[0] & 0xF0 == _FIXARRAY, Code.SCHEMA, "message")
    require(len(data) <= SIZE_MAX.get(data[1], 0), Code.SCHEMA, "message.size")
    try:
        value = msgpack.unpackb(
            data,
            raw=False,
            max_str_len=0,
            max_map_len=0,
            max_ext_len=0,
            max_array_len=VALIDATORS_MAX,
        )
    except (ValueError, msgpack.UnpackException) as error:
        raise Refused(Code.SCHEMA, "message.encoding") from error
    item = _READERS[data[1]](value)
    require(_packed(_value_of(item)) == data, Code.SCHEMA, "message.canonical")
    return item


def _value_of(item: Message | Record) -> Value:  # one arm for each type
    match item:
        case PrePrepare(vote, payload, justification):
            return [PRE_PREPARE, _vote_value(vote), payload, _justification_value(justification)]
        case Vote():
            return [_VOTE_TYPES[item.kind], *_vote_value(item)]
        case ViewChange(vote, certificate):
            return [VIEW_CHANGE, _view_change_value(vote), _prepared_value(certificate)]
        case Decided(certificate, payload):
            return [DECIDED, certificate.to_value(), payload]
        case Status(height, view, views, view_changes):
            rows = [[row.view, row.block_hash, row.prepares, row.commits] for row in views]
            return [STATUS, height, view, rows, list(view_changes)]
        case PayloadRequest(height, block_hash):
            return [PAYLOAD_REQUEST, height, block_hash]
        case PayloadResponse(height, payload):
            return [PAYLOAD_RESPONSE, height, payload]
        case PreparedCertificate():
            return [PREPARED_CERTIFICATE, *_certificate_fields(item)]


def _vote_value(vote: Vote) -> Sequence[Value]:
    return [vote.height, vote.view, vote.block_hash, vote.signer, vote.signature]


def _view_change_value(vote: ViewChangeVote) -> Value:
    prepared = vote.prepared
    lock: Value = None if prepared is None else [prepared.view, prepared.block_hash]
    return [vote.height, vote.view, lock, vote.signer, vote.signature]


def _certificate_fields(certificate: PreparedCertificate) -> Sequence[Value]:
    rows: Value = [[index, signature] for index, signature in certificate.signatures]
    return [certificate.height, certificate.view, certificate.block_hash, rows]


def _prepared_value(certificate: PreparedCertificate | None) -> Value:
    return None if certificate is None else _certificate_fields(certificate)


def _justification_value(justification: Justification | None) -> Value:
    if justification is None:
        return None
    votes: Value = [_view_change_value(vote) for vote in justification.view_changes]
    return [votes, _prepared_value(justification.certificate)]


def _read_pre_prepare(value: Value) -> PrePrepare:
    _, vote, payload, justification = shape.array(value, 4, "pre_prepare")
    return PrePrepare(
        _vote_from(VoteKind.PRE_PREPARE, shape.array(vote, 5, "pre_prepare.vote")),
        shape.byte_string_up_to(payload, "pre_prepare.payload", PAYLOAD_SIZE_MAX),
        _justification_from(justification),
    )


def _read_prepare(value: Value) -> Vote:
    return _vote_from(VoteKind.PREPARE, shape.array(value, 6, "prepare")[1:])


def _read_commit(value: Value) -> Vote:
    return _vote_from(VoteKind.COMMIT, shape.array(value, 6, "commit")[1:])


def _read_view_change(value: Value) -> ViewChange:
    _, vote, certificate = shape.array(value, 3, "view_change")
    return ViewChange(_view_change_vote_from(vote), _prepared_from(certificate))


def _read_decided(value: Value) -> Decided:
    _, certificate, payload = shape.array(value, 3, "decided")
    return Decided(
        certificate_from_value(certificate),
        shape.byte_string_up_to(payload, "decided.payload", PAYLOAD_SIZE_MAX),
    )


def _read_status(value: Value) -> Status:
    _, height, view, rows, view_changes = shape.array(value, 5, "status")
    return Status(
        shape.unsigned(height, "status.height"),
        shape.unsigned(view, "status.view", VIEW_MAX),
        tuple(
            _view_status_from(row) for row in shape.array_up_to(rows, VIEW_STATUSES_MAX, "views")
        ),
        tuple(
            shape.unsigned(item, "status.view_changes", VIEW_MAX)
            for item in shape.array_up_to(view_changes, VALIDATORS_MAX, "status.view_changes")
        ),
    )


def _view_status_from(value: Value) -> ViewStatus:
    view, block_hash, prepares, commits = shape.array(value, 4, "status.views")
    return ViewStatus(
        shape.unsigned(view, "status.views.view", VIEW_MAX),
        None if block_hash is None else shape.hash32(block_hash, "status.views.block_hash"),
        shape.byte_string_up_to(prepares, "status.views.prepares", BITMAP_SIZE_MAX),
        shape.byte_string_up_to(commits, "status.views.commits", BITMAP_SIZE_MAX),
    )


def _read_payload_request(value: Value) -> PayloadRequest:
    _, height, block_hash = shape.array(value, 3, "payload_request")
    return PayloadRequest(
        shape.unsigned(height, "payload_request.height"),
        shape.hash32(block_hash, "payload_request.block_hash"),
    )


def _read_payload_response(value: Value) -> PayloadResponse:
    _, height, payload = shape.array(value, 3, "payload_response")
    return PayloadResponse(
        shape.unsigned(height, "payload_response.height"),
        shape.byte_string_up_to(payload, "payload_response.payload", PAYLOAD_SIZE_MAX),
    )


def _read_prepared_certificate(value: Value) -> PreparedCertificate:
    return _certificate_from(shape.array(value, 5, "prepared_certificate")[1:])


def _vote_from(kind: VoteKind, fields: Sequence[Value]) -> Vote:
    height, view, block_hash, signer, signature = fields
    return Vote(
        kind,
        shape.unsigned(height, "vote.height"),
        shape.unsigned(view, "vote.view", VIEW_MAX),
        shape.hash32(block_hash, "vote.block_hash"),
        shape.unsigned(signer, "vote.signer", VALIDATORS_MAX - 1),
        shape.byte_string(signature, "vote.signature", suites.SIGNATURE_SIZE),
    )


def _view_change_vote_from(value: Value) -> ViewChangeVote:
    height, view, prepared, signer, signature = shape.array(value, 5, "view_change.vote")
    return ViewChangeVote(
        shape.unsigned(height, "view_change.height"),
        shape.unsigned(view, "view_change.view", VIEW_MAX),
        None if prepared is None else _lock_from(prepared),
        shape.unsigned(signer, "view_change.signer", VALIDATORS_MAX - 1),
        shape.byte_string(signature, "view_change.signature", suites.SIGNATURE_SIZE),
    )


def _lock_from(value: Value) -> Prepared:
    view, block_hash = shape.array(value, 2, "view_change.prepared")
    return Prepared(
        shape.unsigned(view, "view_change.prepared.view", VIEW_MAX),
        shape.hash32(block_hash, "view_change.prepared.block_hash"),
    )


def _prepared_from(value: Value) -> PreparedCertificate | None:
    return None if value is None else _certificate_from(shape.array(value, 4, "certificate"))


def _certificate_from(fields: Sequence[Value]) -> PreparedCertificate:
    height, view, block_hash, rows = fields
    return PreparedCertificate(
        shape.unsigned(height, "certificate.height"),
        shape.unsigned(view, "certificate.view", VIEW_MAX),
        shape.hash32(block_hash, "certificate.block_hash"),
        signatures_from_value(rows),
    )


def _justification_from(value: Value) -> Justification | None:
    if value is None:
        return None
    votes, certificate = shape.array(value, 2, "justification")
    rows = shape.array_up_to(votes, VALIDATORS_MAX, "justification.view_changes")
    return Justification(
        tuple(_view_change_vote_from(row) for row in rows), _prepared_from(certificate)
    )


_READERS: dict[int, Callable[[Value], Message | Record]] = {
    PRE_PREPARE: _read_pre_prepare,
    PREPARE: _read_prepare,
    COMMIT: _read_commit,
    VIEW_CHANGE: _read_view_change,
    DECIDED: _read_decided,
    STATUS: _read_status,
    PAYLOAD_REQUEST: _read_payload_request,
    PAYLOAD_RESPONSE: _read_payload_response,
    PREPARED_CERTIFICATE: _read_prepared_certificate,
}
