"""A transaction as the command line describes it: type, signers, fields, passphrase."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from pathlib import Path
from typing import Any

import click

from apps.cli.advice import advice
from apps.cli.exits import ExitCode, Failure
from apps.cli.say import say
from apps.cli.signing import signing_seeds
from apps.messages import preferred_language
from chaincode.fields import Json
from ledger.refusal import Refused
from ledger.transaction import Transaction
from quancheng import strict_json
from quancheng.api.refusal import refusal_view
from quancheng.client import Client

BODY_SIZE_MAX = 256 * 1024

_JSON_STARTS = ("[", "{", '"')
_JSON_WORDS = ("true", "false", "null")

_OPTIONS = (
    click.argument("type_name", metavar="TYPE"),
    click.option("--as", "signers", multiple=True, help=say("tx.option.as")),
    click.option(
        "--field", "fields", multiple=True, metavar="NAME=VALUE", help=say("tx.option.field")
    ),
    click.option(
        "--body",
        "path",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help=say("tx.option.body"),
    ),
    click.option("--passphrase-fd", type=int, help=say("option.passphrase_fd")),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What the user typed. Fields given one by one stand over those of the body file."""

    type_name: str
    signers: Sequence[str]
    fields: Sequence[str]
    path: Path | None
    passphrase_fd: int | None

    async def signed(self, client: Client) -> Transaction:
        """Return the transaction, signed for the chain of a node and valid for five minutes."""
        seeds = signing_seeds(self.signers, self.passphrase_fd)
        try:
            return await client.prepare(self.type_name, seeds, **self.body())
        except Refused as refused:
            more = advice(self.type_name, refused.refusal)
            if more is None:
                raise
            text = refusal_view(refused.refusal).text(preferred_language().value)
            raise Failure(f"{text}\n{more}", ExitCode.REFUSED) from refused

    def body(self) -> dict[str, Json]:
        """Return the fields by name."""
        body: dict[str, Json] = {}
        if self.path is not None:
            with self.path.open("rb") as file:
                given = strict_json.loads(file.read(BODY_SIZE_MAX))
            if not isinstance(given, dict):
                raise Failure(say("tx.body_no_object", path=self.path), ExitCode.USAGE)
            body |= given
        for field in self.fields:
            name, separator, value = field.partition("=")
            if not separator:
                raise Failure(say("tx.bad_field", field=field), ExitCode.USAGE)
            body[name] = _field_value(value)
        return body


def draft_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command a `Draft` made of its own arguments and options."""

    @functools.wraps(command)
    def with_draft(**values: Any) -> None:  # noqa: ANN401 - click's own values, by name
        draft = Draft(**{field.name: values.pop(field.name) for field in dataclass_fields(Draft)})
        command(draft, **values)

    decorated: Callable[..., None] = with_draft
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def _field_value(text: str) -> Json:
    """Return JSON where the text looks like it; numbers and ids stay text, which the types read."""
    if text.startswith(_JSON_STARTS) or text in _JSON_WORDS:
        return strict_json.loads(text.encode())
    return text
