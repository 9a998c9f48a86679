"""The fields of frames, read strictly: whatever has another form is refused (E006)."""

from collections.abc import Callable
from typing import TypeVar

from ledger.refusal import Code, Refused

INTEGER_MAX = 2**63 - 1

T = TypeVar("T")


def exactly(values: object, count: int) -> list[object]:
    """Return an array of so many elements."""
    if not isinstance(values, list) or len(values) != count:
        raise Refused(Code.SCHEMA, "frame.length")
    return values


def all_of(values: object, count_max: int, decode: Callable[[object], T]) -> tuple[T, ...]:
    """Return what a decoder makes of each element of a bounded array."""
    if not isinstance(values, list) or len(values) > count_max:
        raise Refused(Code.SCHEMA, "frame.items")
    return tuple(decode(value) for value in values)


def integer(value: object, maximum: int = INTEGER_MAX) -> int:
    """Return an integer from 0 to a bound."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= maximum:
        raise Refused(Code.SCHEMA, "frame.integer")
    return value


def exact_bytes(value: object, size: int) -> bytes:
    """Return bytes of an exact length."""
    if not isinstance(value, bytes) or len(value) != size:
        raise Refused(Code.SCHEMA, "frame.bytes")
    return value


def bytes_up_to(value: object, size_max: int) -> bytes:
    """Return bytes up to a length."""
    if not isinstance(value, bytes) or len(value) > size_max:
        raise Refused(Code.SCHEMA, "frame.bytes")
    return value
