"""Kinds of fields: what a body or a record may hold, with one canonical and one JSON form each.

On chain stand ids, enumerations, integers, times, salted commitments, keys, key wraps and reviewed
public names. There is no kind for free text or raw bytes, so a declaration cannot ask for them. An
alias is used as `consent: Annotated[Identifier, "The request that is granted."]`: the trailing text
is the meaning that people read.
"""

import re
import unicodedata
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Generic, TypeAlias, TypeVar

from ledger.encoding import INTEGER_MAX, Value
from ledger.refusal import Code, Refused
from ledger.suites import ED25519_SHA256, HASH_SIZE, POINT_SIZE, PUBLIC_KEY_SIZE
from ledger.threshold import KNOWLEDGE_SIZE, SHARE_SIZE

Json: TypeAlias = bool | int | str | list["Json"] | dict[str, "Json"] | None
"""JSON without floats. Bytes are lowercase hexadecimal; integers above 2^53 are decimal strings."""

JSON_INTEGER_MAX = 2**53 - 1
NAME_SIZE_MAX = 96
NAMES_REMEMBERED_MAX = 4_096
"""Names whose check is remembered: the same few stand in record after record."""
NAME_DIGITS_MAX = 5
"""Longest run of digits in a name: below any number of a person, a telephone or a document."""
WRAP_SIZE = 112
FEN_MAX = 10**15
"""Ten trillion yuan: any sum of amounts of a block stays below 2^64."""

T = TypeVar("T")

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,19}")
_HEXADECIMAL = re.compile(r"(?:[0-9a-f]{2})*")

# Unicode 3.2 as Python freezes it: the tables of newer versions differ between interpreters, and a
# difference in what is a letter would fork the chain.
_UNICODE = unicodedata.ucd_3_2_0
_NAME_CATEGORIES = frozenset(
    {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl", "No"}
    | {"Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So"}
)
# Letters, marks and symbols that show nothing: soft hyphen, joiners, fillers, selectors, a blank.
_INVISIBLE = frozenset(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0"
) | frozenset(map(chr, range(0xFE00, 0xFE10)))
_DIGIT_CATEGORIES = frozenset({"Nd", "Nl", "No"})


class Codec(ABC, Generic[T]):
    """One kind of value: strict reading and writing of its canonical and of its JSON form.

    Reading refuses (E006); the refusal's field is the path below this value, and each container
    puts its own part in front.
    """

    is_verbatim = False
    """Whether writing gives the value itself, so that a container need call neither `write` nor
    `read_own`."""

    def has_bounds(self) -> bool:
        """Say whether computing could bring forth a value that `fits` denies."""
        return False

    def fits(self, item: T) -> bool:
        """Say whether a computed value lies within the bounds that reading it back demands."""
        del item  # without bounds whatever has the type fits
        return True

    @abstractmethod
    def read(self, value: Value) -> T:
        """Return the typed value of a decoded canonical one."""

    def read_own(self, value: Value) -> T:
        """Return the typed value of what `write` gave, without checking it again."""
        return self.read(value)

    @abstractmethod
    def write(self, item: T) -> Value:
        """Return the canonical value."""

    @abstractmethod
    def read_json(self, value: Json) -> T:
        """Return the typed value of a JSON one."""

    @abstractmethod
    def write_json(self, item: T) -> Json:
        """Return the JSON value."""

    @abstractmethod
    def describe(self) -> dict[str, Json]:
        """Return what a reader of RPC, help or documents needs to know of the form."""


@dataclass(frozen=True, slots=True)
class FixedBytes(Codec[bytes]):
    """Bytes of one size.

    `suite` is the value that the first byte must have, where it names a cryptographic suite.
    """

    name: str
    size: int
    suite: int | None = None
    is_verbatim = True

    def read(self, value: Value) -> bytes:
        """Return bytes of exactly this size and suite."""
        if type(value) is not bytes or len(value) != self.size:
            raise Refused(Code.SCHEMA)
        if self.suite is not None and value[0] != self.suite:
            raise Refused(Code.SCHEMA)
        return value

    def write(self, item: bytes) -> Value:
        """Return the bytes themselves."""
        return item

    def read_json(self, value: Json) -> bytes:
        """Return the bytes of lowercase hexadecimal."""
        if not isinstance(value, str) or not _HEXADECIMAL.fullmatch(value):
            raise Refused(Code.SCHEMA)
        return self.read(bytes.fromhex(value))

    def write_json(self, item: bytes) -> Json:
        """Return lowercase hexadecimal."""
        return item.hex()

    def describe(self) -> dict[str, Json]:
        """Return name and size."""
        return {"kind": self.name, "bytes": self.size}


@dataclass(frozen=True, slots=True)
class Integer(Codec[int]):
    """An integer from 0 to a maximum."""

    name: str
    maximum: int
    is_verbatim = True

    def has_bounds(self) -> bool:
        """Say yes."""
        return True

    def fits(self, item: int) -> bool:
        """Say whether the integer is neither negative nor above the maximum."""
        return 0 <= item <= self.maximum

    def read(self, value: Value) -> int:
        """Return the integer; a boolean is none."""
        if type(value) is not int or not 0 <= value <= self.maximum:
            raise Refused(Code.SCHEMA)
        return value

    def write(self, item: int) -> Value:
        """Return the integer itself."""
        return item

    def read_json(self, value: Json) -> int:
        """Return the integer of a number or of a decimal string."""
        if isinstance(value, str) and _DECIMAL.fullmatch(value):
            return self.read(int(value))
        if not isinstance(value, int):
            raise Refused(Code.SCHEMA)
        return self.read(value)

    def write_json(self, item: int) -> Json:
        """Return a number, or a decimal string above 2^53."""
        return item if item <= JSON_INTEGER_MAX else str(item)

    def describe(self) -> dict[str, Json]:
        """Return name and maximum."""
        return {"kind": self.name, "maximum": self.write_json(self.maximum)}


@dataclass(frozen=True, slots=True)
class Boolean(Codec[bool]):
    """Yes or no."""

    is_verbatim = True

    def read(self, value: Value) -> bool:
        """Return the boolean."""
        if type(value) is not bool:
            raise Refused(Code.SCHEMA)
        return value

    def write(self, item: bool) -> Value:
        """Return the boolean itself."""
        return item

    def read_json(self, value: Json) -> bool:
        """Return the boolean."""
        if type(value) is not bool:
            raise Refused(Code.SCHEMA)
        return value

    def write_json(self, item: bool) -> Json:
        """Return the boolean."""
        return item

    def describe(self) -> dict[str, Json]:
        """Return the name."""
        return {"kind": "flag"}


@dataclass(frozen=True, slots=True)
class Name(Codec[str]):
    """A public name: reviewed, normalized (NFC), too poor in digits to carry a person's number."""

    is_verbatim = True

    def read(self, value: Value) -> str:
        """Return the name, or refuse one that `is_public_name` does not accept."""
        if type(value) is not str or not is_public_name(value):
            raise Refused(Code.SCHEMA)
        return value

    def write(self, item: str) -> Value:
        """Return the text itself."""
        return item

    def read_json(self, value: Json) -> str:
        """Return the name."""
        if not isinstance(value, str):
            raise Refused(Code.SCHEMA)
        return self.read(value)

    def write_json(self, item: str) -> Json:
        """Return the text itself."""
        return item

    def describe(self) -> dict[str, Json]:
        """Return name and size."""
        return {"kind": "public name", "bytes": NAME_SIZE_MAX}


@lru_cache(maxsize=NAMES_REMEMBERED_MAX)
def is_public_name(text: str) -> bool:
    """Say whether a text may be a public name.

    It has 1 to 96 UTF-8 bytes in NFC, only visible characters and single inner spaces, and at most
    five digits, of any script, in a row.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return False
    if not 1 <= size <= NAME_SIZE_MAX or text != text.strip(" ") or "  " in text:
        return False
    digits = 0
    for character in text:
        category = _UNICODE.category(character)
        visible = category in _NAME_CATEGORIES and character not in _INVISIBLE
        if not visible and character != " ":
            return False
        digits = digits + 1 if category in _DIGIT_CATEGORIES else 0
        if digits > NAME_DIGITS_MAX:
            return False
    return _UNICODE.normalize("NFC", text) == text


@dataclass(frozen=True, slots=True)
class AtMost:
    """The greatest number of items of a tuple: `Annotated[tuple[Fen, ...], AtMost(8), "…"]`."""

    count: int


Identifier: TypeAlias = Annotated[bytes, FixedBytes("identifier", HASH_SIZE)]
"""The 32-byte id of something on chain."""
Commitment: TypeAlias = Annotated[bytes, FixedBytes("commitment", HASH_SIZE)]
"""A salted 32-byte commitment to something off chain."""
PublicKey: TypeAlias = Annotated[
    bytes, FixedBytes("public key", PUBLIC_KEY_SIZE, suite=ED25519_SHA256)
]
"""A signing key with its suite byte."""
KemKey: TypeAlias = Annotated[bytes, FixedBytes("envelope key", PUBLIC_KEY_SIZE, suite=0x01)]
"""An X25519 key for envelopes with its suite byte."""
Wrap: TypeAlias = Annotated[bytes, FixedBytes("key wrap", WRAP_SIZE)]
"""A content key sealed for one right holder."""
GroupKey: TypeAlias = Annotated[bytes, FixedBytes("group key", POINT_SIZE, suite=ED25519_SHA256)]
"""A point of the prime-order group with its suite byte: a key of supervisors or an inspector."""
KnowledgeProof: TypeAlias = Annotated[bytes, FixedBytes("proof of a key", KNOWLEDGE_SIZE)]
"""A proof that its maker knows the secret behind a point."""
AuditProof: TypeAlias = Annotated[bytes, FixedBytes("audit share", SHARE_SIZE)]
"""A share of an envelope's key, sealed to an inspector, with its proof."""
Unsigned8: TypeAlias = Annotated[int, Integer("integer", 2**8 - 1)]
Unsigned32: TypeAlias = Annotated[int, Integer("integer", 2**32 - 1)]
Unsigned64: TypeAlias = Annotated[int, Integer("integer", INTEGER_MAX)]
Milliseconds: TypeAlias = Annotated[int, Integer("milliseconds", JSON_INTEGER_MAX)]
"""A duration, or a time since 1970 in UTC."""
Fen: TypeAlias = Annotated[int, Integer("fen", FEN_MAX)]
"""Money: hundredths of a yuan."""
BasisPoints: TypeAlias = Annotated[int, Integer("basis points", 10_000)]
"""Hundredths of a percent."""
FieldSet: TypeAlias = Annotated[int, Integer("field set", INTEGER_MAX)]
"""A set of a product's fields: bit i stands for field i."""
Flag: TypeAlias = Annotated[bool, Boolean()]
PublicName: TypeAlias = Annotated[str, Name()]
"""A name that a public body has reviewed."""
