"""How plain values look in JSON: one form for each kind, which parses, renders and describes.

Bytes are lowercase hexadecimal without prefix. Integers above 2^53 are decimal strings.
`json_object` builds the forms of whole requests and results from their declarations.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, cast

from chaincode.fields import JSON_INTEGER_MAX, Json
from ledger.refusal import Code, Refused, require

TEXT_MAX = 1_024
UNSIGNED_MAX = 2**64 - 1

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,19}")
_HEXADECIMAL = re.compile(r"(?:[0-9a-f]{2})*")


class Form(Protocol):
    """The JSON side of one type."""

    def parse(self, value: Json, path: str) -> object:
        """Return the typed value, or refuse (E911) with the path of what does not fit."""

    def render(self, value: object) -> Json:
        """Return the JSON of a typed value."""

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema."""


@dataclass(frozen=True, slots=True)
class BytesForm:
    """Bytes as lowercase hexadecimal; bounds count bytes."""

    minimum: int
    maximum: int

    def parse(self, value: Json, path: str) -> bytes:
        """Return the bytes."""
        if not isinstance(value, str) or not 2 * self.minimum <= len(value) <= 2 * self.maximum:
            raise Refused(Code.BAD_REQUEST, path)
        require(_HEXADECIMAL.fullmatch(value) is not None, Code.BAD_REQUEST, path)
        return bytes.fromhex(value)

    def render(self, value: object) -> Json:
        """Return the hexadecimal digits."""
        assert isinstance(value, bytes)
        return value.hex()

    def schema(self) -> dict[str, Json]:
        """Return the schema of the digits."""
        bounds = f"{{{2 * self.minimum},{2 * self.maximum}}}"
        return {"type": "string", "pattern": f"^[0-9a-f]{bounds}$"}


@dataclass(frozen=True, slots=True)
class IntegerForm:
    """An integer: a number up to 2^53 - 1, above that a decimal string; either is read."""

    maximum: int = UNSIGNED_MAX
    minimum: int = 0

    def parse(self, value: Json, path: str) -> int:
        """Return the integer."""
        if isinstance(value, str) and _DECIMAL.fullmatch(value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Refused(Code.BAD_REQUEST, path)
        require(self.minimum <= value <= self.maximum, Code.BAD_REQUEST, path)
        return value

    def render(self, value: object) -> Json:
        """Return a number, or a string where a browser would lose digits."""
        assert isinstance(value, int)
        return value if value <= JSON_INTEGER_MAX else str(value)

    def schema(self) -> dict[str, Json]:
        """Return the schema; the string form is offered only where the bound needs it."""
        number: dict[str, Json] = {
            "type": "integer",
            "minimum": self.minimum,
            "maximum": min(self.maximum, JSON_INTEGER_MAX),
        }
        if self.maximum <= JSON_INTEGER_MAX:
            return number
        return {"oneOf": [number, {"type": "string", "pattern": "^[1-9][0-9]{15,19}$"}]}


@dataclass(frozen=True, slots=True)
class TextForm:
    """Text; the bound counts characters."""

    maximum: int = TEXT_MAX

    def parse(self, value: Json, path: str) -> str:
        """Return the text."""
        if not isinstance(value, str) or len(value) > self.maximum:
            raise Refused(Code.BAD_REQUEST, path)
        return value

    def render(self, value: object) -> Json:
        """Return the text."""
        assert isinstance(value, str)
        return value

    def schema(self) -> dict[str, Json]:
        """Return the schema of a bounded text."""
        return {"type": "string", "maxLength": self.maximum}


@dataclass(frozen=True, slots=True)
class BooleanForm:
    """True or false."""

    def parse(self, value: Json, path: str) -> bool:
        """Return the boolean."""
        if not isinstance(value, bool):
            raise Refused(Code.BAD_REQUEST, path)
        return value

    def render(self, value: object) -> Json:
        """Return the boolean."""
        assert isinstance(value, bool)
        return value

    def schema(self) -> dict[str, Json]:
        """Return the schema of a boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class ChoiceForm:
    """One word of a closed set."""

    choices: type[StrEnum]

    def parse(self, value: Json, path: str) -> StrEnum:
        """Return the member whose word this is."""
        if not isinstance(value, str):
            raise Refused(Code.BAD_REQUEST, path)
        try:
            return self.choices(value)
        except ValueError:
            raise Refused(Code.BAD_REQUEST, path) from None

    def render(self, value: object) -> Json:
        """Return the word."""
        assert isinstance(value, StrEnum)
        return value.value

    def schema(self) -> dict[str, Json]:
        """Return the schema that lists the words."""
        return {"type": "string", "enum": [member.value for member in self.choices]}


@dataclass(frozen=True, slots=True)
class AnyForm:
    """JSON whose shape another declaration decides, for instance the body of a transaction type."""

    def parse(self, value: Json, path: str) -> object:
        """Return the value as it is."""
        del path
        return value

    def render(self, value: object) -> Json:
        """Return the value as it is."""
        return cast(Json, value)

    def schema(self) -> dict[str, Json]:
        """Return the schema that admits everything."""
        return {}


@dataclass(frozen=True, slots=True)
class OptionalForm:
    """A value or null."""

    inner: Form

    def parse(self, value: Json, path: str) -> object:
        """Return the value, or None for null."""
        return None if value is None else self.inner.parse(value, path)

    def render(self, value: object) -> Json:
        """Return null for None."""
        return None if value is None else self.inner.render(value)

    def schema(self) -> dict[str, Json]:
        """Return the schema that also admits null."""
        return {"oneOf": [self.inner.schema(), {"type": "null"}]}


@dataclass(frozen=True, slots=True)
class ArrayForm:
    """An array of equal items with a bound."""

    inner: Form
    maximum: int

    def parse(self, value: Json, path: str) -> tuple[object, ...]:
        """Return the items as a tuple."""
        if not isinstance(value, list) or len(value) > self.maximum:
            raise Refused(Code.BAD_REQUEST, path)
        return tuple(self.inner.parse(item, f"{path}[{index}]") for index, item in enumerate(value))

    def render(self, value: object) -> Json:
        """Return the items as a list."""
        assert isinstance(value, tuple)
        return [self.inner.render(item) for item in value]

    def schema(self) -> dict[str, Json]:
        """Return the schema of a bounded array."""
        return {"type": "array", "maxItems": self.maximum, "items": self.inner.schema()}
