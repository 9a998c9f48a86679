"""Declarations: each transaction type is one body class and one handler.

Encoding, validation, JSON form, RPC schema, SDK builder, help and documents all come from the
class. A body is written

    @transaction_type("consent.grant", since=1, signed_by="the subject", protective=False)
    @dataclass(frozen=True, slots=True)
    class ConsentGrant:
        \"\"\"The person permits one use or one matter.\"\"\"

        consent: Annotated[Identifier, "The request that is granted."]

and joined with its handler by `declare(ConsentGrant, grant_consent)` in the `declarations.py` of
its area.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from chaincode.codec import FieldDescription, record_codec
from chaincode.context import Context
from chaincode.fields import FixedBytes, Json
from ledger.encoding import Value
from ledger.transaction import TYPE_NAME_SIZE_MAX

B = TypeVar("B")

_FACTS = "__transaction_type__"
_NAME = re.compile(r"[a-z]+\.[a-z]+")


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """What is said of a transaction type besides its fields."""

    name: str
    since: int
    """The protocol version that brought it."""
    signed_by: str
    """The signers in order, as people read of them."""
    protective: bool
    """Whether it ends or forbids something, and so stands first, with an allowance of its own."""


@dataclass(frozen=True, slots=True)
class Declaration(Generic[B]):
    """A transaction type; its handler changes the context's state or raises `Refused`."""

    facts: TypeFacts
    body: type[B]
    handler: Callable[[Context, B], None]

    @property
    def name(self) -> str:
        """Name of the type, for instance `consent.grant`."""
        return self.facts.name

    @property
    def meaning(self) -> str:
        """The body's docstring: what the transaction does."""
        return (self.body.__doc__ or "").strip()

    def fields(self) -> tuple[FieldDescription, ...]:
        """Return the fields as people read of them, in order."""
        return record_codec(self.body).fields()

    def read(self, body: Value) -> B:
        """Return the typed body of a transaction's array; refuse (E006) with the field's path."""
        return record_codec(self.body).read(body)

    def write(self, body: B) -> list[Value]:
        """Return the array of a body."""
        return record_codec(self.body).write(body)

    def read_json(self, body: Json) -> B:
        """Return the typed body of a JSON object; refuse (E006) with the field's path."""
        return record_codec(self.body).read_json(body)

    def write_json(self, body: B) -> dict[str, Json]:
        """Return the JSON object of a body."""
        return record_codec(self.body).write_json(body)

    def execute(self, context: Context, body: Value) -> None:
        """Read the body and run the handler; raise `Refused` where a rule does not hold."""
        self.handler(context, self.read(body))

    def identifiers(self, body: B) -> tuple[bytes, ...]:
        """Return the ids in the body's own fields, by which a refused attempt is found again."""
        codec = record_codec(self.body)
        return tuple(
            getattr(body, name)
            for name, kind in zip(codec.names, codec.codecs, strict=True)
            if isinstance(kind, FixedBytes) and kind.name == "identifier"
        )

    def describe(self) -> dict[str, Json]:
        """Return the schema that RPC, builders and help share."""
        return {
            "type": self.name,
            "since": self.facts.since,
            "signed_by": self.facts.signed_by,
            "protective": self.facts.protective,
            "meaning": self.meaning,
            "fields": record_codec(self.body).describe()["fields"],
        }


AnyDeclaration = Declaration[Any]


def transaction_type(
    name: str, *, since: int, signed_by: str, protective: bool = False
) -> Callable[[type[B]], type[B]]:
    """Name a body class as a transaction type."""
    assert _NAME.fullmatch(name), name
    assert len(name) <= TYPE_NAME_SIZE_MAX, name
    facts = TypeFacts(name, since, signed_by, protective)

    def mark(body: type[B]) -> type[B]:
        setattr(body, _FACTS, facts)
        return body

    return mark


def declare(body: type[B], handler: Callable[[Context, B], None]) -> Declaration[B]:
    """Join a body class with its handler.

    Stops the program where the class has no facts, docstring or meanings.
    """
    facts = vars(body)[_FACTS]
    assert isinstance(facts, TypeFacts)
    assert body.__doc__, facts.name
    declaration = Declaration(facts, body, handler)
    for field in declaration.fields():
        assert field.meaning, f"{facts.name}: {field.name} has no meaning"
    return declaration


def facts_of(body: type) -> TypeFacts:
    """Return the facts of a body class."""
    facts = vars(body)[_FACTS]
    assert isinstance(facts, TypeFacts)
    return facts
