"""The reference pages, made from the declarations, so that they cannot drift from the rules."""

from collections.abc import Iterator, Mapping

from chaincode.catalogue import DECLARATIONS
from chaincode.codec import FieldDescription
from chaincode.declaration import AnyDeclaration
from chaincode.fields import Json
from chaincode.parameter_definitions import DEFINITIONS
from ledger.refusal import Code
from ledger.refusal_texts import Language, text_of

COMMAND = "scripts/document"
_MADE = f"<!-- Made by `{COMMAND}` from the declarations; do not edit. -->"


def transactions_page() -> str:
    """Return the page of all transaction types in Markdown."""
    return _page(_transactions())


def refusals_page() -> str:
    """Return the page of all refusal codes in Markdown."""
    return _page(_refusals())


def parameters_page() -> str:
    """Return the page of all parameters in Markdown."""
    return _page(_parameters())


def pages() -> Mapping[str, str]:
    """Return every page by its file name."""
    return {
        "transactions.md": transactions_page(),
        "refusals.md": refusals_page(),
        "parameters.md": parameters_page(),
    }


def _page(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def _transactions() -> Iterator[str]:
    yield "# Transaction types"
    yield ""
    yield _MADE
    yield ""
    yield (
        "The body of a transaction is the array of the fields in this order, in canonical CBOR; in "
        "JSON it is an object by the names of the fields. Bytes are lowercase hexadecimal in JSON, "
        "integers above 2^53 are decimal strings, a choice is its name in lowercase (on chain its "
        "number), one of several records is `[number, [fields]]`, and what is optional is `null`. "
        "*Protective* types stand first in a block."
    )
    area = ""
    for declaration in DECLARATIONS:
        first = declaration.name.split(".")[0]
        if first != area:
            area = first
            yield ""
            yield f"## {area}"
        yield ""
        yield from _type(declaration)
    yield ""
    yield "## Choices"
    for name, values in sorted(_choices().items()):
        yield ""
        yield f"### {name}"
        yield ""
        yield ", ".join(f"`{value}` {number}" for value, number in values.items())


def _choices() -> dict[str, dict[str, Json]]:
    """Return every enumeration that a body uses, by name."""
    found: dict[str, dict[str, Json]] = {}
    pending: list[Json] = [declaration.describe() for declaration in DECLARATIONS]
    while pending:
        part = pending.pop()
        if isinstance(part, list):
            pending.extend(part)
        elif isinstance(part, dict):
            values = part.get("values")
            if isinstance(values, dict):
                found[str(part["of"])] = values
            pending.extend(part.values())
    return found


def _type(declaration: AnyDeclaration) -> Iterator[str]:
    facts = declaration.facts
    yield f"### `{declaration.name}`"
    yield ""
    yield _one_line(declaration.meaning)
    yield ""
    protective = " Protective." if facts.protective else ""
    yield f"Signed by: {facts.signed_by}. Since protocol version {facts.since}.{protective}"
    yield ""
    yield "| field | form | meaning |"
    yield "| --- | --- | --- |"
    for field in declaration.fields():
        yield from _field("", field)


def _field(prefix: str, field: FieldDescription) -> Iterator[str]:
    name = f"{prefix}{field.name}"
    yield f"| `{name}` | {_form(field.form)} | {field.meaning} |"
    yield from _inner(name, field.form)


def _inner(name: str, form: Mapping[str, Json]) -> Iterator[str]:
    """Yield rows for the fields of a record, of a list of records, of alternative records."""
    items = form.get("items")
    if isinstance(items, dict):
        yield from _inner(f"{name}[]", items)
    fields = form.get("fields")
    if isinstance(fields, list):
        for field in fields:
            assert isinstance(field, dict)
            inner = f"{name}.{field['name']}"
            yield f"| `{inner}` | {_form(field)} | {field['meaning']} |"
            yield from _inner(inner, field)
    alternatives = form.get("alternatives")
    if isinstance(alternatives, dict):
        for alternative, record in alternatives.items():
            assert isinstance(record, dict)
            yield from _inner(f"{name}({alternative})", record)


def _form(form: Mapping[str, Json]) -> str:
    optional = ", or null" if form.get("optional") else ""
    return f"{_plain_form(form)}{optional}"


def _plain_form(form: Mapping[str, Json]) -> str:
    kind = form["kind"]
    items, alternatives = form.get("items"), form.get("alternatives")
    if isinstance(items, dict):
        return f"at most {form['maximum']} of: {_form(items)}"
    if kind == "choice":
        return f"[{form['of']}](#{str(form['of']).lower()})"
    if isinstance(alternatives, dict):
        return "one of " + ", ".join(_alternative(*item) for item in alternatives.items())
    if kind == "record":
        return "record"
    if "bytes" in form:
        return f"{kind}, {form['bytes']} bytes"
    return f"{kind} up to {form['maximum']}" if "maximum" in form else f"{kind}"


def _alternative(name: str, record: Json) -> str:
    assert isinstance(record, dict)
    return f"`{name}` {record['number']}"


def _refusals() -> Iterator[str]:
    yield "# Refusal codes"
    yield ""
    yield _MADE
    yield ""
    yield "The same codes stand in receipts, a node's answers, the command line and the library."
    for code in Code:
        if code is Code.OK:
            continue
        english, chinese = text_of(code, Language.ENGLISH), text_of(code, Language.CHINESE)
        yield ""
        yield f"## {code.label} {code.name}: {english.name} ({chinese.name})"
        yield ""
        yield f"{english.rule} *{english.remedy}*"
        yield ""
        yield f"{chinese.rule}*{chinese.remedy}*"


def _parameters() -> Iterator[str]:
    yield "# Parameters"
    yield ""
    yield _MADE
    yield ""
    yield "Set in genesis, moved within their bounds by `parameter.set`, in effect at a height."
    yield ""
    yield "| parameter | unit | default | testnet | least | greatest | meaning |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for item in DEFINITIONS:
        numbers = f"{item.default} | {item.testnet} | {item.minimum} | {item.maximum}"
        yield f"| `{item.name.name.lower()}` | {item.unit} | {numbers} | {item.meaning} |"


def _one_line(text: str) -> str:
    return " ".join(text.split())
