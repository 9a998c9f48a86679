"""The plain values of `node.rpc.backend` as MessagePack values, by their declared types.

A frozen record is the array of its fields, a set a sorted array, a mapping an array of pairs.
Reading is strict: what does not have the declared form raises `Misformed`.
"""

import types
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from enum import IntEnum
from functools import cache
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints

Read: TypeAlias = Callable[[object], Any]


class Misformed(Exception):
    """Something on the pipe does not have its declared form."""


def packed(value: object) -> object:
    """Return a value in the form that MessagePack carries."""
    if value is None or isinstance(value, bytes | str | bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, tuple | list):
        return [packed(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, dict):
        return [[packed(key), packed(item)] for key, item in value.items()]
    assert is_dataclass(value), value
    return [packed(getattr(value, item.name)) for item in fields(value)]


@cache
def reader_of(hint: Any) -> Read:  # noqa: ANN401 - any declared type
    """Return the reader of a declared type. Bounded by the number of types of the program."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        (inner,) = (item for item in arguments if item is not types.NoneType)
        return _optional(reader_of(inner))
    if origin in {tuple, Sequence} and (origin is Sequence or arguments[1:] == (Ellipsis,)):
        return _many(reader_of(arguments[0]))
    if origin is tuple:
        return _array(tuple(reader_of(item) for item in arguments), lambda *items: items)
    if origin is frozenset:
        return _set(reader_of(arguments[0]))
    if origin is dict:
        return _mapping(reader_of(arguments[0]), reader_of(arguments[1]))
    assert isinstance(hint, type), hint
    if hint is types.NoneType:
        return _none
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return _array(tuple(reader_of(hints[item.name]) for item in fields(hint)), hint)
    return _enumerated(hint) if issubclass(hint, IntEnum) else _plain(hint)


def _none(value: object) -> None:
    if value is not None:
        raise Misformed("null")


def _plain(kind: type) -> Read:
    assert kind in {bytes, str, int, bool}, kind

    def read(value: object) -> object:
        if type(value) is not kind:
            raise Misformed(kind.__name__)
        return value

    return read


def _enumerated(kind: type[IntEnum]) -> Read:
    def read(value: object) -> object:
        try:
            return kind(value)  # type: ignore[arg-type]  # another type is no member either
        except ValueError as error:
            raise Misformed(kind.__name__) from error

    return read


def _optional(inner: Read) -> Read:
    return lambda value: None if value is None else inner(value)


def _many(inner: Read) -> Read:
    return lambda value: tuple(inner(item) for item in _items(value))


def _set(inner: Read) -> Read:
    return lambda value: frozenset(inner(item) for item in _items(value))


def _mapping(key: Read, item: Read) -> Read:
    pair = _array((key, item), lambda *items: items)
    return lambda value: dict(pair(each) for each in _items(value))


def _array(readers: tuple[Read, ...], make: Callable[..., object]) -> Read:
    def read(value: object) -> object:
        items = _items(value)
        if len(items) != len(readers):
            raise Misformed("array")
        return make(*(each(item) for each, item in zip(readers, items, strict=True)))

    return read


def _items(value: object) -> list[object]:
    if not isinstance(value, list):
        raise Misformed("array")
    return value
