"""`quancheng explorer`: the entities of the business, one by one and page by page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import click

from apps.cli.entity_text import EntityText
from apps.cli.exits import ExitCode, Failure
from apps.cli.names import Names, name_in
from apps.cli.network import hash_of, json_option, node_option, run
from apps.cli.output import console, json_text, show_json, show_pairs, show_table
from apps.cli.party_view import party_view
from apps.cli.say import described, say
from chaincode.authorization.records import CONSENTS, GRANTS
from chaincode.fields import Json
from quancheng.api.method import PAGE_DEFAULT, PAGE_MAX, NoParameters
from quancheng.api.state import (
    ENTITY_KINDS,
    ENTITY_LIST,
    EntityListRequest,
    EntityListResult,
    EntityView,
    FieldFilter,
)
from quancheng.client import Client
from quancheng.consignments import known
from quancheng.odrl import consent_policy, grant_policy

_NAMED = frozenset({"resource", "product"})
_WITH_POLICY = frozenset({"consent", "grant"})


@dataclass(frozen=True, slots=True)
class View:
    """How entities of a kind are listed: headings, and the field under each."""

    kind: str
    texts: Mapping[str, str]
    columns: tuple[tuple[str, str], ...]
    key_kind: str | None = None
    """Kind of the entity whose id the key begins with, where a page is listed for one of them."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for."""

    where: tuple[str, ...]
    after: str | None
    limit: int

    def request(self, kind: str, prefix: bytes | None) -> EntityListRequest:
        """Return the request for it; end the command on a filter or cursor of no such form."""
        filters = []
        for item in self.where:
            name, separator, value = item.partition("=")
            if not separator:
                raise Failure(say("tx.bad_field", field=item), ExitCode.USAGE)
            filters.append(FieldFilter(name, value))
        try:
            cursor = None if self.after is None else bytes.fromhex(self.after)
        except ValueError:
            raise Failure(say("id.bad", text=self.after), ExitCode.USAGE) from None
        return EntityListRequest(kind, prefix, tuple(filters), cursor, self.limit)


VIEWS = (
    View(
        "resource",
        described("explorer.resource", "quancheng explorer resource --where status=active"),
        (("name", "name"), ("holder", "holder"), ("kind", "kind"), ("status", "status")),
    ),
    View(
        "product",
        described("explorer.product", "quancheng explorer product 普惠金融信用画像"),
        (
            ("name", "terms.name"),
            ("developer", "developer"),
            ("class", "terms.product_class"),
            ("status", "status"),
        ),
    ),
    View(
        "grant",
        described("explorer.grant", "quancheng explorer grant GRANT_ID --odrl"),
        (
            ("right", "kind"),
            ("grantor", "grantor"),
            ("grantee", "grantee"),
            ("status", "status"),
            ("until", "until_ms"),
        ),
    ),
    View(
        "consent",
        described("explorer.consent", "quancheng explorer consent CONSENT_ID --odrl"),
        (
            ("user", "user"),
            ("product", "product"),
            ("purpose", "purpose"),
            ("status", "status"),
            ("until", "until_ms"),
        ),
    ),
    View(
        "order",
        described("explorer.order", "quancheng explorer order --limit 20"),
        (
            ("user", "user"),
            ("operator", "operator"),
            ("lines", "line_count"),
            ("escrow", "escrow"),
            ("time", "placed_ms"),
        ),
    ),
    View(
        "account",
        described("explorer.account", "quancheng explorer account bank"),
        (("party", "#0"), ("balance", "free")),
        "party",
    ),
    View(
        "case",
        described("explorer.case", "quancheng explorer case --where status=open"),
        (("supervisor", "supervisor"), ("basis", "legal_basis"), ("status", "status")),
    ),
    View(
        "meter",
        described("explorer.meter", "quancheng explorer meter 普惠金融信用画像"),
        (("product", "#0"), ("period", "#1"), ("releases", "releases"), ("gross", "gross")),
        "product",
    ),
)


def command_of(view: View) -> click.Command:
    """Return the command of a view."""

    def show(what: str | None, **values: Any) -> None:  # noqa: ANN401 - click's own values, by name
        page = Page(values["where"], values["after"], values["limit"])
        node, as_json = values["node"], values["as_json"]
        if values.get("odrl") and what is not None:
            click.echo(json_text(run(node, lambda client: _policy(client, view, what))))
        elif what is not None and view.kind != "meter":
            run(node, lambda client: _show_one(client, view, what, as_json=as_json))
        else:
            run(node, lambda client: _show_page(client, view, (what, page), as_json=as_json))

    decorated: Callable[..., None] = json_option(node_option(show))
    if view.kind in _WITH_POLICY:
        decorated = click.option("--odrl", is_flag=True, help=say("explorer.option.odrl"))(
            decorated
        )
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    named = view.kind in _NAMED or view.key_kind is not None
    argument = click.argument("what", metavar="[ID|NAME]" if named else "[ID]", required=False)
    make = click.command(view.kind, help=view.texts["help"], epilog=view.texts["epilog"])
    return make(argument(decorated))


_OPTIONS = (
    click.option(
        "--where", multiple=True, metavar="FIELD=VALUE", help=say("explorer.option.where")
    ),
    click.option("--after", metavar="CURSOR", help=say("explorer.option.after")),
    click.option(
        "--limit",
        type=click.IntRange(1, PAGE_MAX),
        default=PAGE_DEFAULT,
        show_default=True,
        help=say("explorer.option.limit_entities"),
    ),
)

COMMANDS = tuple(command_of(view) for view in VIEWS)


async def _show_one(client: Client, view: View, what: str, *, as_json: bool) -> None:
    entity = await _found(client, view, what)
    if as_json:
        show_json(entity)
        return
    text = EntityText(Names(client), await _forms(client, view.kind))
    pairs = [("id", entity.id.hex())]
    if view.key_kind is not None:
        pairs.append((say(f"column.{view.key_kind}"), await text.named(view.key_kind, entity.id)))
    show_pairs([*pairs, *await text.pairs(entity)])


async def _show_page(
    client: Client, view: View, asked: tuple[str | None, Page], *, as_json: bool
) -> None:
    what, page = asked
    prefix = None if what is None else await _key_of(client, view, what)
    found = await client.call(ENTITY_LIST, page.request(view.kind, prefix))
    if as_json:
        show_json(found)
        return
    text = EntityText(Names(client), await _forms(client, view.kind))
    rows = [await _row(text, view, entity) for entity in found.entities]
    headings = [say(f"column.{heading}") for heading, _ in view.columns]
    show_table("", [*headings, "" if view.kind == "meter" else say("column.id")], rows)
    _show_cursor(found)


async def _row(text: EntityText, view: View, entity: EntityView) -> list[str]:
    cells = [await text.cell(entity, field) for _, field in view.columns]
    if view.key_kind is not None:
        cells[0] = await text.named(view.key_kind, bytes.fromhex(cells[0]))
    return [*cells, "" if view.kind == "meter" else entity.id.hex()]


def _show_cursor(page: EntityListResult) -> None:
    if page.cursor is not None:
        console().print(say("explorer.more", cursor=page.cursor.hex()))


async def _found(client: Client, view: View, what: str) -> EntityView:
    """Return the entity of an id or, where its kind has public names, of a name."""
    return await client.entity(view.kind, await _key_of(client, view, what))


async def _key_of(client: Client, view: View, what: str) -> bytes:
    wanted = hash_of(what)
    if wanted is not None:
        return wanted
    if view.key_kind == "party":
        return (await party_view(client, what)).party.id
    kind = view.key_kind or view.kind
    if kind not in _NAMED:
        raise Failure(say("id.bad", text=what), ExitCode.USAGE)
    hits = [item async for item in client.entities(kind) if what in name_in(item.fields)]
    exact = [item for item in hits if name_in(item.fields) == what]
    if len(exact or hits) != 1:
        names = ", ".join(name_in(item.fields) for item in hits) or "–"
        raise Failure(say("explorer.not_one", what=what, names=names), ExitCode.REFUSED)
    return (exact or hits)[0].id


async def _policy(client: Client, view: View, what: str) -> dict[str, Json]:
    identifier = await _key_of(client, view, what)
    genesis_hash = (await client.status()).genesis_hash
    if view.kind == "grant":
        return grant_policy(genesis_hash, identifier, await known(client, GRANTS, identifier))
    return consent_policy(genesis_hash, identifier, await known(client, CONSENTS, identifier))


async def _forms(client: Client, kind: str) -> object:
    kinds = (await client.call(ENTITY_KINDS, NoParameters())).kinds
    return next(item.fields for item in kinds if item.kind == kind)
