"""What a field or a type expects, said to whoever mistyped it."""

import difflib
import re
from collections.abc import Mapping

from apps.cli.say import say
from chaincode.catalogue import TYPES
from ledger.refusal import Code, Refusal

_BODY = "body."


def form_text(form: object) -> str:
    """Return the form of a field in a few words: its kind and its bounds or choices."""
    if not isinstance(form, Mapping):
        return str(form)
    rest = [f"{key}: {form_text(value)}" for key, value in form.items() if key != "kind"]
    return f"{form.get('kind', '')} {', '.join(rest)}".strip()


def advice(type_name: str, refusal: Refusal) -> str | None:
    """Return what would have been right instead of the refused type or field, where it is known."""
    if refusal.code is Code.UNKNOWN_TYPE:
        similar = ", ".join(difflib.get_close_matches(type_name, TYPES)) or "–"
        return say("tx.unknown_type", type=type_name, known=similar)
    declaration = TYPES.get(type_name)
    if declaration is None or not refusal.field.startswith(_BODY):
        return None
    forms = {item.name: item.form for item in declaration.fields()}
    # What is wrong inside a field is named after a dot or a bracket.
    name = re.split(r"[.\[]", refusal.field.removeprefix(_BODY), maxsplit=1)[0]
    if name not in forms:
        return say("tx.no_such_field", type=type_name, field=name, known=", ".join(forms))
    return say("tx.wrong_field", field=name, form=form_text(forms[name]))
