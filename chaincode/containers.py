"""Kinds of values made of others: a choice of numbers, a value or nothing, several of one kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Generic, TypeVar

from chaincode.fields import Codec, Json
from ledger.encoding import Value
from ledger.refusal import Code, Refused

T = TypeVar("T")
E = TypeVar("E", bound=IntEnum)


def below(prefix: str, refused: Refused) -> Refused:
    """Return a refusal with a part of the path put in front of its field."""
    field = refused.refusal.field
    separator = "." if field and not field.startswith("[") else ""
    return Refused(refused.refusal.code, f"{prefix}{separator}{field}")


@dataclass(frozen=True, slots=True)
class Enumeration(Codec[E]):
    """A member of an enumeration: its number in canonical form, its name in lowercase in JSON."""

    members: type[E]
    by_number: Mapping[int, E]

    def read(self, value: Value) -> E:
        """Return the member of a number."""
        member = self.by_number.get(value) if type(value) is int else None
        if member is None:
            raise Refused(Code.SCHEMA)
        return member

    def write(self, item: E) -> Value:
        """Return the number."""
        return item.value

    def read_json(self, value: Json) -> E:
        """Return the member of a name in lowercase or of a number."""
        if isinstance(value, str) and value == value.lower():
            member = self.members.__members__.get(value.upper())
            if member is not None:
                return member
        if not isinstance(value, int):
            raise Refused(Code.SCHEMA)
        return self.read(value)

    def write_json(self, item: E) -> Json:
        """Return the name in lowercase."""
        return item.name.lower()

    def describe(self) -> dict[str, Json]:
        """Return the names with their numbers."""
        return {
            "kind": "choice",
            "of": self.members.__name__,
            "values": {member.name.lower(): member.value for member in self.members},
        }


@dataclass(frozen=True, slots=True)
class Maybe(Codec[T | None], Generic[T]):
    """A value or nothing (null)."""

    inner: Codec[T]

    def has_bounds(self) -> bool:
        """Say whether the value has."""
        return self.inner.has_bounds()

    def fits(self, item: T | None) -> bool:
        """Say whether there is no value, or one that fits."""
        return item is None or self.inner.fits(item)

    def read(self, value: Value) -> T | None:
        """Return the value, or None for null."""
        return None if value is None else self.inner.read(value)

    def read_own(self, value: Value) -> T | None:
        """Return the value, or None for null."""
        return None if value is None else self.inner.read_own(value)

    def write(self, item: T | None) -> Value:
        """Return the canonical value or null."""
        return None if item is None else self.inner.write(item)

    def read_json(self, value: Json) -> T | None:
        """Return the value, or None for null."""
        return None if value is None else self.inner.read_json(value)

    def write_json(self, item: T | None) -> Json:
        """Return the JSON value or null."""
        return None if item is None else self.inner.write_json(item)

    def describe(self) -> dict[str, Json]:
        """Return the inner description, marked as optional."""
        return {**self.inner.describe(), "optional": True}


@dataclass(frozen=True, slots=True)
class Items(Codec[tuple[T, ...]], Generic[T]):
    """A tuple of at most `count` items of one kind."""

    inner: Codec[T]
    count: int

    def has_bounds(self) -> bool:
        """Say yes, for the count."""
        return True

    def fits(self, item: tuple[T, ...]) -> bool:
        """Say whether there are not too many items, and each fits."""
        return len(item) <= self.count and all(map(self.inner.fits, item))

    def read(self, value: Value) -> tuple[T, ...]:
        """Return the items of an array."""
        if not isinstance(value, list) or len(value) > self.count:
            raise Refused(Code.SCHEMA)
        return tuple(self._each(value, self.inner.read))

    def read_own(self, value: Value) -> tuple[T, ...]:
        """Return the items of an array that `write` gave."""
        assert isinstance(value, list)
        return tuple(map(self.inner.read_own, value))

    def write(self, item: tuple[T, ...]) -> Value:
        """Return the array."""
        return [self.inner.write(part) for part in item]

    def read_json(self, value: Json) -> tuple[T, ...]:
        """Return the items of a JSON array."""
        if not isinstance(value, list) or len(value) > self.count:
            raise Refused(Code.SCHEMA)
        return tuple(self._each(value, self.inner.read_json))

    def write_json(self, item: tuple[T, ...]) -> Json:
        """Return the JSON array."""
        return [self.inner.write_json(part) for part in item]

    def describe(self) -> dict[str, Json]:
        """Return the description of one item and their greatest number."""
        return {"kind": "list", "items": self.inner.describe(), "maximum": self.count}

    @staticmethod
    def _each(values: list[Any], read: Callable[[Any], T]) -> list[T]:
        items: list[T] = []
        try:
            items.extend(map(read, values))
        except Refused as refused:
            raise below(f"[{len(items)}]", refused) from None
        return items
