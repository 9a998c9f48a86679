"""Canonical CBOR (RFC 8949 §4.2.1, arrays only): the encoding of all that is hashed or signed.

Decoding is strict: bounded, decoded, type-checked, re-encoded and compared, because the decoder
alone is lax. Allowed are unsigned and negative integers of 64 bits, byte strings, text, booleans,
null and arrays. Maps, floats, tags, other simple values and indefinite lengths have no place in
hashed bytes.
"""

from collections.abc import Sequence
from typing import NoReturn, TypeAlias

import cbor2

from ledger.refusal import Code, Refused

Value: TypeAlias = bool | int | bytes | str | Sequence["Value"] | None
"""What can be encoded. Decoding gives lists for arrays."""

DEPTH_MAX = 16
INTEGER_MAX = 2**64 - 1
INTEGER_MIN = -(2**63)


def _refuse_tag(_decoder: object) -> NoReturn:
    raise Refused(Code.SCHEMA, "tag")


# Every tag for which the decoder would build a rich object: dates, big numbers, references, sets.
# A tag it does not know comes out as an object that the type check refuses.
_NO_TAGS = dict.fromkeys(range(1100), _refuse_tag) | dict.fromkeys((43000, 55799), _refuse_tag)


def encode(value: Value) -> bytes:
    """Return the canonical bytes of a value made by ourselves."""
    return cbor2.dumps(value)


def decode(data: bytes, *, size_max: int) -> Value:
    """Return the value of canonical bytes.

    Refuse (E006) anything larger than size_max or encoded in any other way.
    """
    if len(data) > size_max:
        raise Refused(Code.SCHEMA, "size")
    try:
        value = cbor2.loads(
            data,
            max_depth=DEPTH_MAX,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            semantic_decoders=_NO_TAGS,
        )
    except Exception as error:  # hostile input makes the decoder raise many types, not all its own
        raise Refused(Code.SCHEMA, "encoding") from error
    checked = _checked(value)
    if encode(checked) != data:
        raise Refused(Code.SCHEMA, "canonical")
    return checked


def decode_own(data: bytes) -> Value:
    """Return the value of bytes that `encode` made here and that never left our own keeping.

    Nothing is checked: for what comes from outside there is `decode`, at three times the cost.
    """
    value: Value = cbor2.loads(data)
    return value


def _checked(value: object) -> Value:
    if isinstance(value, list):
        for item in value:
            _checked(item)
        return value
    if isinstance(value, int):
        if not INTEGER_MIN <= value <= INTEGER_MAX:
            raise Refused(Code.SCHEMA, "integer")
        return value
    if value is None or isinstance(value, bytes | str):
        return value
    raise Refused(Code.SCHEMA, "type")
