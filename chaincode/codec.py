"""From annotations to codecs, compiled once for each type.

A type is a dataclass, an enumeration, an optional value, a bounded tuple or a choice between
dataclasses. A dataclass is the canonical array of its fields in order. Reading a body of six fields
costs about 2 µs, of which half is the dataclass's own constructor.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import IntEnum
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from chaincode.containers import Enumeration, Items, Maybe, below
from chaincode.fields import AtMost, Codec, Json
from ledger.encoding import Value
from ledger.refusal import Code, Refused

T = TypeVar("T")

_ALTERNATIVE = "__alternative__"

_COMPILED: dict[type, "RecordCodec[Any]"] = {}
"""Bounded by the number of dataclasses of the program."""


@dataclass(frozen=True, slots=True)
class FieldDescription:
    """A field as people read of it."""

    name: str
    meaning: str
    form: Mapping[str, Json]


class RecordCodec(Codec[T]):
    """A frozen dataclass as the array of its fields, as a JSON object by their names."""

    def __init__(self, record: type[T]) -> None:
        hints = get_type_hints(record, include_extras=True)
        assert is_dataclass(record)
        declared = fields(record)
        self.record = record
        self.names = tuple(field.name for field in declared)
        self.meanings = tuple(_meaning(hints[name]) for name in self.names)
        self.codecs: tuple[Codec[Any], ...] = tuple(codec_of(hints[name]) for name in self.names)
        self._optional = frozenset(f.name for f in declared if f.default is not MISSING)
        self._readers = tuple(codec.read for codec in self.codecs)
        self._own_readers = tuple(
            None if codec.is_verbatim else codec.read_own for codec in self.codecs
        )
        self._writers = tuple(None if codec.is_verbatim else codec.write for codec in self.codecs)
        self._values = _getter(self.names)
        self._bounded = tuple(
            (name, codec)
            for name, codec in zip(self.names, self.codecs, strict=True)
            if codec.has_bounds()
        )

    def has_bounds(self) -> bool:
        """Say whether any field has."""
        return bool(self._bounded)

    def fits(self, item: T) -> bool:
        """Say whether every field fits. Less than half a microsecond a field with bounds."""
        return all(codec.fits(getattr(item, name)) for name, codec in self._bounded)

    def read(self, value: Value) -> T:
        """Return the record of an array with exactly its fields."""
        if type(value) is not list or len(value) != len(self._readers):
            raise Refused(Code.SCHEMA)
        items: list[Any] = []
        try:
            for reader, part in zip(self._readers, value, strict=True):
                items.append(reader(part))
        except Refused as refused:
            raise below(self.names[len(items)], refused) from None
        return self.record(*items)

    def read_own(self, value: Value) -> T:
        """Return the record of an array that `write` gave. Half the time of `read`."""
        assert type(value) is list
        return self.record(
            *[
                part if reader is None else reader(part)
                for reader, part in zip(self._own_readers, value, strict=True)
            ]
        )

    def write(self, item: T) -> list[Value]:
        """Return the array of the fields."""
        return [
            part if writer is None else writer(part)
            for writer, part in zip(self._writers, self._values(item), strict=True)
        ]

    def read_json(self, value: Json) -> T:
        """Return the record of a JSON object.

        Fields with a default may be absent, unknown ones are refused by name.
        """
        if not isinstance(value, dict):
            raise Refused(Code.SCHEMA)
        for name in value:
            if name not in self.names:
                raise Refused(Code.SCHEMA, name)
        items: dict[str, Any] = {}
        for name, codec in zip(self.names, self.codecs, strict=True):
            if name not in value and name in self._optional:
                continue
            try:
                items[name] = codec.read_json(value.get(name))
            except Refused as refused:
                raise below(name, refused) from None
        return self.record(**items)

    def write_json(self, item: T) -> dict[str, Json]:
        """Return the JSON object."""
        return {
            name: codec.write_json(part)
            for name, codec, part in zip(self.names, self.codecs, self._values(item), strict=True)
        }

    def describe(self) -> dict[str, Json]:
        """Return the fields with their forms and meanings."""
        described: list[Json] = [
            {"name": field.name, "meaning": field.meaning, **field.form} for field in self.fields()
        ]
        return {"kind": "record", "of": self.record.__name__, "fields": described}

    def fields(self) -> tuple[FieldDescription, ...]:
        """Return the fields as people read of them, in order."""
        return tuple(
            FieldDescription(name, meaning, codec.describe())
            for name, meaning, codec in zip(self.names, self.meanings, self.codecs, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Alternative:
    """How one dataclass of a choice is told from the others: by number on chain, by name else."""

    number: int
    name: str
    since: int
    """The protocol version that brought it; before that it reads as if it were unknown (E006)."""


def alternative(number: int, name: str, *, since: int = 1) -> Callable[[type[T]], type[T]]:
    """Mark a dataclass as one alternative of the unions in which it stands."""

    def mark(record: type[T]) -> type[T]:
        setattr(record, _ALTERNATIVE, Alternative(number, name, since))
        return record

    return mark


def alternative_of(record: type) -> Alternative:
    """Return the mark of a dataclass that `alternative` was put on."""
    mark = vars(record)[_ALTERNATIVE]
    assert isinstance(mark, Alternative)
    return mark


class Choice(Codec[T]):
    """One of several dataclasses: `[number, [fields]]`, in JSON `{"type": name, "body": {…}}`."""

    def __init__(self, records: tuple[type, ...]) -> None:
        marks: list[tuple[Alternative, RecordCodec[Any]]] = [
            (alternative_of(record), record_codec(record)) for record in records
        ]
        self._numbers = {mark.name: mark.number for mark, _ in marks}
        self._by_number = {mark.number: codec for mark, codec in marks}
        self._by_name = {mark.name: codec for mark, codec in marks}
        assert len(self._by_number) == len(self._by_name) == len(records)

    def read(self, value: Value) -> T:
        """Return the record of its number and array."""
        if type(value) is not list or len(value) != 2 or type(value[0]) is not int:
            raise Refused(Code.SCHEMA)
        codec = self._by_number.get(value[0])
        if codec is None:
            raise Refused(Code.SCHEMA, "type")
        record: T = codec.read(value[1])
        return record

    def write(self, item: T) -> Value:
        """Return number and array."""
        return [alternative_of(type(item)).number, record_codec(type(item)).write(item)]

    def read_json(self, value: Json) -> T:
        """Return the record of its name and object."""
        if not isinstance(value, dict) or value.keys() != {"type", "body"}:
            raise Refused(Code.SCHEMA)
        name = value["type"]
        codec = self._by_name.get(name) if isinstance(name, str) else None
        if codec is None:
            raise Refused(Code.SCHEMA, "type")
        record: T = codec.read_json(value["body"])
        return record

    def write_json(self, item: T) -> Json:
        """Return name and object."""
        codec = record_codec(type(item))
        return {"type": alternative_of(type(item)).name, "body": codec.write_json(item)}

    def describe(self) -> dict[str, Json]:
        """Return the alternatives by name."""
        alternatives: dict[str, Json] = {
            name: {"number": self._numbers[name], **codec.describe()}
            for name, codec in self._by_name.items()
        }
        return {"kind": "one of", "alternatives": alternatives}


def record_codec(record: type[T]) -> RecordCodec[T]:
    """Return the codec of a dataclass, compiled at its first use."""
    codec: RecordCodec[T] | None = _COMPILED.get(record)
    if codec is None:
        codec = _COMPILED[record] = RecordCodec(record)
    return codec


def codec_of(annotation: object) -> Codec[Any]:
    """Return the codec of an annotation; stop the program where it names no kind of field."""
    if get_origin(annotation) is Annotated:
        base, *marks = get_args(annotation)
        return _annotated_codec(base, marks)
    if get_origin(annotation) in (Union, UnionType):
        return _union_codec(get_args(annotation))
    assert isinstance(annotation, type), f"{annotation!r} is no kind of field"
    if issubclass(annotation, IntEnum):
        return Enumeration(annotation, {member.value: member for member in annotation})
    assert is_dataclass(annotation), f"{annotation!r} is no kind of field"
    return record_codec(annotation)


def _annotated_codec(base: object, marks: list[object]) -> Codec[Any]:
    for mark in marks:
        if isinstance(mark, Codec):
            return mark
        if isinstance(mark, AtMost):
            inner, ellipsis = get_args(base)
            assert get_origin(base) is tuple
            assert ellipsis is Ellipsis
            return Items(codec_of(inner), mark.count)
    return codec_of(base)


def _union_codec(members: tuple[object, ...]) -> Codec[Any]:
    present = tuple(member for member in members if member is not NoneType)
    if len(present) == 1:
        return Maybe(codec_of(present[0]))
    records = tuple(member for member in present if isinstance(member, type))
    assert len(records) == len(present), "a choice is between dataclasses"
    choice: Codec[Any] = Choice(records)
    return choice if len(present) == len(members) else Maybe(choice)


def _meaning(annotation: object) -> str:
    if get_origin(annotation) is not Annotated:
        return ""
    texts = [mark for mark in get_args(annotation)[1:] if isinstance(mark, str)]
    return texts[-1] if texts else ""


def _getter(names: tuple[str, ...]) -> Callable[[object], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda record: tuple(getattr(record, name) for name in names)
