"""Requests and results as frozen dataclasses.

One declaration gives the parser, the renderer, the schema and the documentation, for instance:

    @dataclass(frozen=True, slots=True)
    class WaitRequest:
        tx_id: Annotated[bytes, BytesForm(32, 32), "Id of the transaction."]
        timeout_ms: Annotated[int, IntegerForm(60_000), "How long to wait at most."] = 10_000
"""

import types
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import StrEnum
from typing import (
    Annotated,
    Any,
    Generic,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from chaincode.fields import Json
from ledger.refusal import Code, Refused
from quancheng.json_form import (
    AnyForm,
    ArrayForm,
    BooleanForm,
    BytesForm,
    ChoiceForm,
    Form,
    IntegerForm,
    OptionalForm,
    TextForm,
)

ITEMS_MAX = 1_000
"""Items of an array that declares no bound of its own."""

T = TypeVar("T")

_FORMS = (AnyForm, BytesForm, IntegerForm, TextForm)


@dataclass(frozen=True, slots=True)
class ItemsMax:
    """Annotation of a tuple: how many items it holds at most."""

    maximum: int


@dataclass(frozen=True, slots=True)
class FieldForm:
    """One field of an object: its name, form, meaning, and whether a request must name it."""

    name: str
    form: Form
    meaning: str
    required: bool


@dataclass(frozen=True, slots=True)
class ObjectForm(Generic[T]):
    """An object with the fields of a frozen dataclass."""

    declaration: type[T]
    fields: tuple[FieldForm, ...]
    ignores_unknown: bool
    """A client reads results of newer servers; a server refuses parameters it would not heed."""

    def parse(self, value: Json, path: str) -> T:
        """Return the dataclass; refuse (E911) missing, unknown or ill-typed fields by path."""
        if not isinstance(value, dict):
            raise Refused(Code.BAD_REQUEST, path)
        if not self.ignores_unknown:
            self._refuse_unknown(value, path)
        values: dict[str, object] = {}
        for field in self.fields:
            field_path = f"{path}.{field.name}" if path else field.name
            if field.name in value:
                values[field.name] = field.form.parse(value[field.name], field_path)
            elif field.required:
                raise Refused(Code.BAD_REQUEST, field_path)
        return self.declaration(**values)

    def render(self, value: object) -> Json:
        """Return the object with every field."""
        assert isinstance(value, self.declaration)
        return {field.name: field.form.render(getattr(value, field.name)) for field in self.fields}

    def schema(self) -> dict[str, Json]:
        """Return the schema of the object, meanings included."""
        return {
            "type": "object",
            "properties": {field.name: _described(field) for field in self.fields},
            "required": [field.name for field in self.fields if field.required],
            "additionalProperties": self.ignores_unknown,
        }

    def _refuse_unknown(self, value: dict[str, Json], path: str) -> None:
        known = {field.name for field in self.fields}
        for key in value:
            if key not in known:
                name = key[:64]
                raise Refused(Code.BAD_REQUEST, f"{path}.{name}" if path else name)


def _described(field: FieldForm) -> dict[str, Json]:
    schema = field.form.schema()
    return {**schema, "description": field.meaning} if field.meaning else schema


_BUILT: dict[tuple[type[Any], bool], ObjectForm[Any]] = {}
"""Forms by declaration; bounded by the number of dataclasses of the program."""


def object_form(declaration: type[T], *, ignores_unknown: bool = False) -> ObjectForm[T]:
    """Return the form of a frozen dataclass, built once."""
    key = (declaration, ignores_unknown)
    form = _BUILT.get(key)
    if form is None:
        form = _BUILT[key] = _build(declaration, ignores_unknown=ignores_unknown)
    return form


def _build(declaration: type[T], *, ignores_unknown: bool) -> ObjectForm[T]:
    assert is_dataclass(declaration)
    builder = _Builder(ignores_unknown)
    hints = get_type_hints(declaration, include_extras=True)
    return ObjectForm(
        declaration=declaration,
        fields=tuple(
            FieldForm(
                name=field.name,
                form=builder.form(hints[field.name]),
                meaning=_meaning(hints[field.name]),
                required=field.default is MISSING and field.default_factory is MISSING,
            )
            for field in fields(declaration)
        ),
        ignores_unknown=ignores_unknown,
    )


def _meaning(hint: object) -> str:
    texts = [item for item in getattr(hint, "__metadata__", ()) if isinstance(item, str)]
    return texts[-1] if texts else ""


@dataclass(frozen=True, slots=True)
class _Builder:
    """Turns type hints into forms, objects within objects alike."""

    ignores_unknown: bool

    def form(self, hint: object) -> Form:
        """Return the form of a hint; a hint without one is our own mistake."""
        origin, arguments = get_origin(hint), get_args(hint)
        if origin is Annotated:
            return self._annotated(arguments[0], arguments[1:])
        if origin in {Union, types.UnionType}:
            inner = [item for item in arguments if item is not types.NoneType]
            assert len(inner) == 1, f"only a union with None has a form: {hint}"
            return OptionalForm(self.form(inner[0]))
        if origin is tuple:
            return ArrayForm(self.form(arguments[0]), ITEMS_MAX)
        if isinstance(hint, type):
            return self._plain(hint)
        raise AssertionError(f"no JSON form for {hint}")

    def _annotated(self, hint: object, metadata: tuple[object, ...]) -> Form:
        for item in metadata:
            if isinstance(item, ItemsMax):
                return ArrayForm(self.form(get_args(hint)[0]), item.maximum)
            if isinstance(item, _FORMS):
                return item
        return self.form(hint)

    def _plain(self, hint: type) -> Form:
        if issubclass(hint, StrEnum):
            return ChoiceForm(hint)
        if is_dataclass(hint):
            return cast(Form, object_form(hint, ignores_unknown=self.ignores_unknown))
        forms: dict[type, Form] = {
            bool: BooleanForm(),
            int: IntegerForm(),
            str: TextForm(),
            object: AnyForm(),
        }
        assert hint in forms, f"no JSON form for {hint}"
        return forms[hint]
