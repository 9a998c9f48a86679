"""Entities as people read them: names beside ids, times of their own clock, yuan, chosen words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.cli.names import Names
from apps.cli.output import local_time
from apps.cli.say import say
from chaincode.membership.records import PURPOSES
from quancheng.api.state import EntityView
from quancheng.json_form import AnyForm

_FEN_OF_YUAN = 100
_NOTHING = "–"
_KINDS_OF_NAMES: Mapping[str, str] = {
    "channel": "channel",
    "deliverer": "party",
    "developer": "party",
    "grantee": "party",
    "grantor": "party",
    "holder": "party",
    "operator": "party",
    "party": "party",
    "product": "product",
    "resource": "resource",
    "resources": "resource",
    "supervisor": "party",
    "user": "party",
    "venue": "channel",
}
"""The kind of the entity that a field of this name points to."""
_WORDS: Mapping[str, str] = {
    "GrantStatus": "status",
    "ResourceStatus": "status",
    "ProductStatus": "status",
    "ConsentStatus": "status",
    "CaseStatus": "status",
    "Right": "right",
    "ProductClass": "class",
    "ResourceKind": "resource_kind",
    "LegalBasis": "basis",
}
"""Choices whose values have words in both languages, and where the words stand."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an entity with its form; a field of a record within has a dotted name."""

    name: str
    form: Mapping[str, Any]
    value: object


class EntityText:
    """Renders the fields of entities of one kind."""

    def __init__(self, names: Names, forms: object) -> None:
        assert isinstance(forms, list)
        self._names = names
        self._forms = forms

    async def pairs(self, entity: EntityView) -> list[tuple[str, str]]:
        """Return all fields by their names."""
        fields = _flat(self._forms, entity.fields)
        return [(field.name, await self._shown(field, whole=True)) for field in fields]

    async def cell(self, entity: EntityView, name: str) -> str:
        """Return one field, or a part of the key by its number (#0)."""
        if name.startswith("#"):
            return str(entity.parts[int(name[1:])])
        found = {field.name: field for field in _flat(self._forms, entity.fields)}
        return await self._shown(found[name], whole=False)

    async def named(self, kind: str, identifier: bytes) -> str:
        """Return the name of an entity."""
        return await self._names.of(kind, identifier)

    async def _shown(self, field: Field, *, whole: bool) -> str:
        form, value = field.form, field.value
        if value is None:
            return _NOTHING
        match form["kind"]:
            case "milliseconds":
                return local_time(int(str(value)))
            case "fen":
                return yuan(int(str(value)))
            case "field set":
                return field_numbers(int(str(value)))
            case "flag":
                return say(f"answer.{str(value).lower()}")
            case "choice":
                return word(str(form.get("of", "")), str(value))
            case "list":
                return ", ".join(await self._all(_items(field), whole=whole)) or _NOTHING
            case "record":
                return " ".join(await self._all(_flat(form["fields"], value), whole=whole))
        return await self._pointed(field.name.rpartition(".")[2], value, whole=whole)

    async def _all(self, fields: Iterator[Field], *, whole: bool) -> list[str]:
        return [await self._shown(field, whole=whole) for field in fields]

    async def _pointed(self, name: str, value: object, *, whole: bool) -> str:
        """Return a name for an id or a purpose, with the id behind it where there is room."""
        if name in {"purpose", "purposes"}:
            key = PURPOSES.raw_key(int(str(value)))[1:]
            return f"{await self._names.of('purpose', key)} ({value})"
        kind = _KINDS_OF_NAMES.get(name)
        if kind is None:
            return str(value)
        shown = await self._names.of(kind, bytes.fromhex(str(value)))
        return f"{shown} ({value})" if whole else shown


def yuan(fen: int) -> str:
    """Return an amount in yuan."""
    return f"{fen // _FEN_OF_YUAN}.{fen % _FEN_OF_YUAN:02d}"


def field_numbers(fields: int) -> str:
    """Return the numbers of a field set, counted from 1 as the product lists them."""
    return ", ".join(str(bit + 1) for bit in range(fields.bit_length()) if fields >> bit & 1)


def word(choice: str, value: str) -> str:
    """Return a chosen value in the reader's language, or as the protocol has it."""
    area = _WORDS.get(choice)
    return value if area is None else say(f"{area}.{value}")


def _items(field: Field) -> Iterator[Field]:
    assert isinstance(field.value, list)
    for item in field.value:
        yield Field(field.name, field.form["items"], item)


def _flat(forms: list[dict[str, Any]], fields: object) -> Iterator[Field]:
    """Yield fields with their forms; those of a record stand under its name."""
    values = AnyForm().render(fields)
    assert isinstance(values, dict)
    for form in forms:
        name, value = form["name"], values[form["name"]]
        if form["kind"] == "record" and value is not None:
            for field in _flat(form["fields"], value):
                yield Field(f"{name}.{field.name}", field.form, field.value)
        else:
            yield Field(name, form, value)
