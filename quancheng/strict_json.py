"""JSON as both ends of the RPC accept it: RFC 8259 without its soft spots.

Refused are duplicate keys (readers disagree on which one counts), NaN and Infinity, every float (no
value of the chain is one), integers beyond 64 bits, lone surrogates, and nesting beyond a bound.
Integers above 2^53 travel as decimal strings, because browsers read numbers as doubles.
"""

import json
from typing import NoReturn

from chaincode.fields import Json
from ledger.refusal import Code, Refused

DEPTH_MAX = 24
INTEGER_DIGITS_MAX = 20


def loads(data: bytes) -> Json:
    """Return the value of a JSON text in UTF-8, or refuse (E911). The caller bounds the size."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            parse_int=_integer,
        )
    except (ValueError, RecursionError):
        raise Refused(Code.BAD_REQUEST, "json") from None
    _require_bounded(value, DEPTH_MAX)
    checked: Json = value
    return checked


def dumps(value: Json) -> str:
    """Return the JSON text of a value made by ourselves, without needless spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise Refused(Code.BAD_REQUEST, "json.duplicate_key")
    return result


def _integer(digits: str) -> int:
    if len(digits) > INTEGER_DIGITS_MAX:
        raise Refused(Code.BAD_REQUEST, "json.integer")
    return int(digits)


def _refuse_number(_: str) -> NoReturn:
    raise Refused(Code.BAD_REQUEST, "json.number")


def _require_bounded(value: object, depth_left: int) -> None:
    """Refuse deep nesting and lone surrogates; the parser's recursion limit bounds our own."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise Refused(Code.BAD_REQUEST, "json.text")
        return
    if not isinstance(value, list | dict):
        return
    if depth_left == 0:
        raise Refused(Code.BAD_REQUEST, "json.depth")
    if isinstance(value, dict):
        for key, item in value.items():
            _require_bounded(key, depth_left)
            _require_bounded(item, depth_left - 1)
        return
    for item in value:
        _require_bounded(item, depth_left - 1)
