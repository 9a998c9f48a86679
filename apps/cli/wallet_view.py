"""What a wallet shows: matters, requests, and who used what, when, for what."""

from dataclasses import dataclass

from rich.text import Text

from apps.cli.entity_text import field_numbers
from apps.cli.names import Names
from apps.cli.output import local_time, short
from apps.cli.say import say
from chaincode.authorization.records import MATTERS, ConsentStatus
from chaincode.authorization.requests import ConsentRequest
from chaincode.delivery.records import AssetStatus
from chaincode.fields import Json
from chaincode.ids import key_id
from chaincode.membership.records import KEYS, PURPOSES
from chaincode.trading.records import ORDERS
from quancheng.client import Client
from quancheng.consent_question import ConsentQuestion
from quancheng.consignments import known
from quancheng.notice import ConsentTerms
from quancheng.person import OwnConsent, Person, Use


@dataclass(frozen=True, slots=True)
class OwnView:
    """A consent of one's own with names."""

    own: OwnConsent
    user: str
    product: str
    purpose: str
    affair: str

    def row(self) -> list[str | Text]:
        """Return the row of a table of requests."""
        consent = self.own.consent
        return [
            short(self.own.id),
            self.own.matter.note,
            self.user,
            self.product,
            f"{self.purpose} ({say(f'affair.{self.affair}')})",
            field_numbers(consent.fields),
            local_time(consent.answer_until_ms),
        ]

    def to_json(self) -> dict[str, Json]:
        """Return the consent for scripts."""
        consent = self.own.consent
        return {
            "consent": self.own.id.hex(),
            "sid": consent.sid.hex(),
            "note": self.own.matter.note,
            "user": self.user,
            "product": self.product,
            "purpose": self.purpose,
            "matter_kind": self.affair,
            "fields": field_numbers(consent.fields),
            "status": consent.status.name.lower(),
            "notice": consent.notice.hex(),
            "answer_until_ms": consent.answer_until_ms,
            "until_ms": consent.until_ms,
            "retention_until_ms": consent.retention_until_ms,
        }


@dataclass(frozen=True, slots=True)
class UseView:
    """A line of the history: one use of a consent, or a consent that was not used."""

    view: OwnView
    use: Use | None
    time_ms: int | None

    @property
    def status(self) -> str:
        """In one word, what became of it."""
        if self.use is None:
            return self.view.own.consent.status.name.lower()
        asset = self.use.asset
        if asset is None or asset.status is AssetStatus.SEALED:
            return "ordered"
        if asset.status is AssetStatus.USABLE and asset.overdue:
            return "overdue"
        return asset.status.name.lower()

    @property
    def until_ms(self) -> int | None:
        """Until when the permission lasts, or the data must be erased."""
        if self.use is None or self.use.asset is None:
            return self.view.own.consent.until_ms
        return self.use.asset.erase_until_ms

    def row(self) -> list[str | Text]:
        """Return the row of a table."""
        asset = None if self.use is None else self.use.line.asset
        consent = self.view.own.consent
        return [
            "" if self.time_ms is None else local_time(self.time_ms),
            self.view.user,
            self.view.product,
            field_numbers(consent.fields if self.use is None else self.use.line.fields),
            f"{self.view.purpose} ({say(f'affair.{self.view.affair}')})",
            say(f"status.{self.status}"),
            "" if self.until_ms is None else local_time(self.until_ms),
            short(self.view.own.id),
            "" if asset is None else short(asset),
        ]

    def to_json(self) -> dict[str, Json]:
        """Return the line for scripts."""
        line = None if self.use is None else self.use.line
        return {
            **self.view.to_json(),
            "status": self.status,
            "time_ms": self.time_ms,
            "line": None if self.use is None else self.use.line_id.hex(),
            "asset": None if line is None or line.asset is None else line.asset.hex(),
            "until_ms": self.until_ms,
        }


async def own_view(person: Person, own: OwnConsent) -> OwnView:
    """Return a consent with the names behind its ids."""
    client = await person.session(own.matter.sid)
    names, consent = Names(client), own.consent
    return OwnView(
        own,
        await names.party(consent.user),
        await names.of("product", consent.product),
        await names.of("purpose", PURPOSES.raw_key(consent.purpose)[1:]),
        (await known(client, MATTERS, consent.matter)).kind.name.lower(),
    )


async def pending_requests(person: Person) -> list[OwnView]:
    """Return the requests that wait for an answer."""
    return [
        await own_view(person, own)
        async for own in person.consents()
        if own.consent.status is ConsentStatus.REQUESTED
    ]


async def own_history(person: Person) -> list[UseView]:
    """Return who used what, when, for what; what was not used stands with its outcome."""
    found: list[UseView] = []
    async for own in person.consents():
        view = await own_view(person, own)
        client = await person.session(own.matter.sid)
        uses = await person.uses(own)
        found += [UseView(view, use, await _time_of(client, use)) for use in uses]
        if not uses:
            found.append(UseView(view, None, None))
    return sorted(found, key=lambda item: item.time_ms or 0)


async def terms_of(client: Client, question: ConsentQuestion, notice: str) -> ConsentTerms:
    """Return what the person is shown, with the names that a node gives for the ids."""
    names, asked = Names(client), question.asked
    user = await user_name(client, question)
    product = await names.of("product", asked.product)
    purpose = await names.of("purpose", PURPOSES.raw_key(asked.purpose)[1:])
    return ConsentTerms(term_lines(asked, user, product, purpose), notice)


async def user_name(client: Client, question: ConsentQuestion) -> str:
    """Return the name of the party whose key signed a request."""
    key = await client.record(KEYS, question.user_key)
    owner = key_id(question.user_key) if key is None else key.party
    return await Names(client).party(owner)


def term_lines(
    asked: ConsentRequest, user: str, product: str, purpose: str
) -> tuple[tuple[str, str], ...]:
    """Return everything a grant binds, line by line."""
    return (
        (say("column.user"), user),
        (say("column.product"), f"{product} (v{asked.product_version})"),
        (say("column.purpose"), purpose),
        (say("column.fields"), field_numbers(asked.fields)),
        (say("column.uses"), str(asked.max_uses)),
        (say("column.answer_until"), local_time(asked.answer_until_ms)),
        (say("column.until"), local_time(asked.until_ms)),
        (say("column.keep_until"), local_time(asked.retention_until_ms)),
    )


async def _time_of(client: Client, use: Use) -> int:
    if use.line.released_ms is not None:
        return use.line.released_ms
    return (await known(client, ORDERS, use.line.order)).placed_ms
