"""Reading decoded canonical values field by field: a typed field, or its refusal (E006)."""

from collections.abc import Sequence

from ledger.encoding import INTEGER_MAX, Value
from ledger.refusal import Code, Refused
from ledger.suites import HASH_SIZE


def array(value: Value, size: int, field: str) -> Sequence[Value]:
    """Return an array of exactly `size` items."""
    if not isinstance(value, list) or len(value) != size:
        raise Refused(Code.SCHEMA, field)
    return value


def array_up_to(value: Value, size_max: int, field: str) -> Sequence[Value]:
    """Return an array of at most `size_max` items."""
    if not isinstance(value, list) or len(value) > size_max:
        raise Refused(Code.SCHEMA, field)
    return value


def unsigned(value: Value, field: str, maximum: int = INTEGER_MAX) -> int:
    """Return an integer from 0 to `maximum`; booleans are not integers."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= maximum:
        raise Refused(Code.SCHEMA, field)
    return value


def constant(value: Value, expected: int, field: str) -> None:
    """Refuse anything but this integer; `true` equals 1 in Python and is another encoding."""
    if isinstance(value, bool) or value != expected:
        raise Refused(Code.SCHEMA, field)


def boolean(value: Value, field: str) -> bool:
    """Return a boolean."""
    if not isinstance(value, bool):
        raise Refused(Code.SCHEMA, field)
    return value


def byte_string(value: Value, field: str, size: int) -> bytes:
    """Return a byte string of exactly `size` bytes."""
    if not isinstance(value, bytes) or len(value) != size:
        raise Refused(Code.SCHEMA, field)
    return value


def byte_string_up_to(value: Value, field: str, size_max: int) -> bytes:
    """Return a byte string of at most `size_max` bytes."""
    if not isinstance(value, bytes) or len(value) > size_max:
        raise Refused(Code.SCHEMA, field)
    return value


def hash32(value: Value, field: str) -> bytes:
    """Return a 32-byte hash, id or commitment."""
    return byte_string(value, field, HASH_SIZE)


def text(value: Value, field: str, size_max: int) -> str:
    """Return text of at most `size_max` UTF-8 bytes."""
    if not isinstance(value, str) or len(value.encode("utf-8", "surrogatepass")) > size_max:
        raise Refused(Code.SCHEMA, field)
    return value
