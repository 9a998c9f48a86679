"""A city in which a loan can be asked for: parties, a resource, a product, money, a listing.

city = City.founded()
consent = city.granted()
order = city.ordered(consent)
asset = city.acknowledged(order)
city.world.do(city.release(order), city.deliverer)
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TypeVar

from chaincode.authorization.consents import ConsentGrant
from chaincode.authorization.grants import GrantAccept, GrantOffer
from chaincode.authorization.matters import MatterOpen
from chaincode.authorization.records import ConsentKind, MatterKind
from chaincode.authorization.requests import ConsentRequest
from chaincode.delivery.consignment import consignment
from chaincode.delivery.envelopes import (
    EnvelopeAcknowledge,
    EnvelopePrepare,
    header_of,
)
from chaincode.delivery.preambles import NO_SUPERVISORS, SealedTo
from chaincode.delivery.receipts import EnvelopeReceipt
from chaincode.delivery.records import Verdict
from chaincode.delivery.release import EnvelopeRelease
from chaincode.ids import part_id
from chaincode.membership.records import SubjectKind
from chaincode.membership.subject import SubjectBind
from chaincode.parameters import ParameterName
from chaincode.registration.channel import ChannelRegister
from chaincode.registration.notice import NoticeRegister
from chaincode.registration.product import ProductReview, ProductSubmit
from chaincode.registration.records import (
    RESOURCES,
    ChannelKind,
    Custody,
    FeeClass,
    ProductClass,
    ProductTerms,
    PurposeFields,
    ResourceKind,
    RowBucket,
    Sensitivity,
    Source,
    SourceMode,
    UpdateCycle,
)
from chaincode.registration.resource import ResourceActivate, ResourceReview, ResourceSubmit
from chaincode.registration.review import Decision
from chaincode.rights import PartyKind, Right
from chaincode.settlement.money import CreditMint
from chaincode.settlement.policies import PolicySet
from chaincode.settlement.records import Payee
from chaincode.supervision.committees import active_committee
from chaincode.trading.listings import SupplyList
from chaincode.trading.placement import OrderLine, OrderPlace
from chaincode.trading.prices import PriceCapSet
from tests.unit.chaincode.memory import MemoryState
from tests.unit.chaincode.world import Actor, World, envelope_key, person, salted

CREDIT = 10
CREDIT_SMALL = 11
MARKETING = 20
ALL_FIELDS = 0b1111
CREDIT_FIELDS = 0b0111
HOUR = 3_600_000
DAY = 24 * HOUR
PRICE = 300
FUNDS = 1_000_000
WRAP = b"\x05" * 112


B = TypeVar("B")


def varied(body: B, changes: Mapping[str, object]) -> B:
    """Return a body with some fields changed to whatever a test wants to see refused."""
    changed = copy.copy(body)
    for name, value in changes.items():
        object.__setattr__(changed, name, value)
    return changed


@dataclass(slots=True)
class City:
    """The world and who and what is in it. Ids are those of the founding transactions."""

    world: World
    holder: Actor
    developer: Actor
    operator: Actor
    deliverer: Actor
    other_deliverer: Actor
    bank: Actor
    other_bank: Actor
    market: Actor
    supervisor: Actor
    other_supervisor: Actor
    authorizer: Actor
    registrar: Actor
    identity: Actor
    settlement_bank: Actor
    resource: bytes = b""
    product: bytes = b""
    notice: bytes = b""
    venue: bytes = b""
    channel: bytes = b""
    operating_grant: bytes = b""
    delivery_grant: bytes = b""
    listing: bytes = b""
    persons: int = field(default=0)

    @staticmethod
    def founded() -> "City":
        """Return a city of its own, ready for business."""
        template = _template()
        city = copy.copy(template)
        city.world = copy.copy(template.world)
        city.world.state = MemoryState(template.world.state.values)
        city.world.actors = dict(template.world.actors)
        city.world.blocks = list(template.world.blocks)
        return city

    @property
    def now_ms(self) -> int:
        """The time of the last block."""
        return self.world.time_ms

    # What people do, as bodies with sensible values.

    def grant_offer(self, kind: Right, grantee: Actor) -> GrantOffer:
        """Return an offer over the city's resource, for three classes and both purposes."""
        return GrantOffer(
            kind=kind,
            grantee=grantee.id,
            resources=(self.resource,),
            classes=(ProductClass.DETAIL, ProductClass.VERIFY, ProductClass.NON_PERSONAL),
            purposes=(CREDIT, MARKETING),
            channel=self.channel if kind is Right.DELIVER else None,
            accept_until_ms=self.now_ms + HOUR // 10,
            until_ms=self.now_ms + 300 * DAY,
            consideration=0,
            agreement=salted("agreement"),
        )

    def granted_right(self, kind: Right, grantee: Actor) -> bytes:
        """Return the id of a grant that is offered and accepted."""
        grant = self.world.do(self.grant_offer(kind, grantee), self.holder)
        self.world.do(GrantAccept(grant), grantee)
        return grant

    def supply(self) -> SupplyList:
        """Return the listing of the city's product."""
        return SupplyList(
            product=self.product,
            product_version=1,
            operating_grants=(self.operating_grant,),
            delivery_grants=(self.delivery_grant,),
            venue=self.venue,
            price=PRICE,
            auto_confirm=True,
            quantity=None,
            until_ms=self.now_ms + 200 * DAY,
        )

    def matter_open(self) -> MatterOpen:
        """Return a loan application."""
        return MatterOpen(
            kind=MatterKind.LOAN_APPLICATION,
            purpose=CREDIT,
            products=(self.product,),
            evidence=salted("application"),
            max_uses=8,
            until_ms=self.now_ms + 30 * DAY,
        )

    def bound(self, kind: SubjectKind = SubjectKind.PERSON, term_ms: int = 100 * DAY) -> Actor:
        """Return a person with a fresh bound pseudonym."""
        self.persons += 1
        somebody = person(f"person {self.persons}")
        bind = SubjectBind(
            sid=somebody.key,
            kind=kind,
            identity=salted(f"identity {self.persons}"),
            until_ms=self.now_ms + term_ms,
        )
        self.world.do(bind, self.identity)
        return somebody

    def consent_request(self, matter: bytes, sid: bytes) -> ConsentRequest:
        """Return a request for one use of three fields for credit assessment."""
        return ConsentRequest(
            matter=matter,
            sid=sid,
            product=self.product,
            product_version=1,
            purpose=CREDIT,
            fields=CREDIT_FIELDS,
            kind=ConsentKind.USE,
            max_uses=1,
            answer_until_ms=self.now_ms + 60_000,
            until_ms=self.now_ms + DAY,
            retention_until_ms=self.now_ms + 30 * DAY,
            notice=self.notice,
            receiving_key=None,
        )

    def order_place(self, consent: bytes | None, *more: bytes | None) -> OrderPlace:
        """Return an order of one line for each consent."""
        return OrderPlace(
            lines=tuple(OrderLine(self.listing, CREDIT, item) for item in (consent, *more)),
            receiving_key=envelope_key("order"),
            confirm_until_ms=self.now_ms + 60_000,
            deliver_until_ms=self.now_ms + HOUR // 2,
        )

    def envelope_prepare(self, line: bytes, fields: int = CREDIT_FIELDS) -> EnvelopePrepare:
        """Return the preparation of an envelope with the header hash that the chain will find."""
        body = EnvelopePrepare(
            line=line,
            channel=self.channel,
            fields=fields,
            chunk_size=65_536,
            size=1_000,
            cipher_root=salted("cipher root"),
            source=None,
            key_commitment=salted("key"),
            content_commitment=salted("content"),
            header_hash=bytes(32),
            wraps=(),
        )
        return self.with_header_hash(body)

    def with_header_hash(self, body: EnvelopePrepare) -> EnvelopePrepare:
        """Return a preparation whose header hash fits its other fields."""
        goods = consignment(self.world.state, body.line, "line")
        committee = self.sealed_to()
        header = header_of(self.world.genesis_hash, goods, body, committee)
        return replace(body, header_hash=header.hash())

    def sealed_to(self) -> SealedTo:
        """Return the supervisors to whom the next block seals envelopes."""
        found = active_committee(self.world.state)
        if self.world.parameter(ParameterName.SUPERVISOR_WRAP) == 0 or found is None:
            return NO_SUPERVISORS
        return SealedTo(found[0], found[1].key)

    def header_hash(self, line: bytes) -> bytes:
        """Return the header hash of a line's prepared envelope."""
        return consignment(self.world.state, line, "line").asset.header_hash

    def acknowledgement(self, line: bytes) -> EnvelopeAcknowledge:
        """Return the acknowledgement of a line's prepared envelope."""
        return EnvelopeAcknowledge(line, self.header_hash(line), salted("cipher root"))

    def release(self, line: bytes) -> EnvelopeRelease:
        """Return the release of a line's key."""
        return EnvelopeRelease(line, self.header_hash(line), WRAP)

    def receipt(self, line: bytes, verdict: Verdict = Verdict.OK) -> EnvelopeReceipt:
        """Return the receipt for a line."""
        return EnvelopeReceipt(line, self.header_hash(line), verdict)

    # The steps of a loan, each on top of the one before.

    def requested(self, somebody: Actor | None = None) -> tuple[bytes, Actor]:
        """Return a request for consent in a matter of its own, and the person it is made of."""
        somebody = somebody or self.bound()
        matter = self.world.do(self.matter_open(), self.bank)
        consent = self.world.do(self.consent_request(matter, somebody.key), self.bank)
        return consent, somebody

    def granted(self) -> tuple[bytes, Actor]:
        """Return a granted consent and the person who granted it."""
        consent, somebody = self.requested()
        self.world.do(ConsentGrant(consent, self.notice, None), somebody)
        return consent, somebody

    def ordered(self, consent: bytes) -> bytes:
        """Return the one line of an order under a consent."""
        return part_id(self.world.do(self.order_place(consent), self.bank), 0)

    def acknowledged(self, consent: bytes) -> bytes:
        """Return a line that waits for its key."""
        line = self.ordered(consent)
        self.world.do(self.envelope_prepare(line), self.deliverer)
        self.world.do(self.acknowledgement(line), self.bank)
        return line

    def released(self, consent: bytes) -> bytes:
        """Return a line whose key is released."""
        line = self.acknowledged(consent)
        self.world.do(self.release(line), self.deliverer)
        return line

    def accepted(self, consent: bytes) -> bytes:
        """Return a line that the bank accepted."""
        line = self.released(consent)
        self.world.do(self.receipt(line), self.bank)
        return line

    def wait_for_settlement(self) -> None:
        """Let the dispute window pass."""
        self.world.wait(self.world.parameter(ParameterName.DISPUTE_TERM_MS))


@cache
def _template() -> City:
    world = World.founded()
    for code, parent in ((1, None), (CREDIT, 1), (CREDIT_SMALL, CREDIT), (MARKETING, 1)):
        world.purpose(code, parent=parent)
    city = City(
        world=world,
        holder=world.actor("fund centre", PartyKind.HOLDER, Right.HOLD),
        developer=world.actor("developer", PartyKind.DEVELOPER, Right.DEVELOP),
        operator=world.actor("operator", PartyKind.OPERATOR, Right.OPERATE),
        deliverer=world.actor("deliverer", PartyKind.DELIVERER, Right.DELIVER),
        other_deliverer=world.actor("stranger", PartyKind.DELIVERER, Right.DELIVER),
        bank=world.actor("bank", PartyKind.USER, Right.USE),
        other_bank=world.actor("other bank", PartyKind.USER, Right.USE),
        market=world.actor("market", PartyKind.MARKET_OPERATOR, Right.MARKET),
        supervisor=world.actor("supervisor", PartyKind.SUPERVISOR, Right.WATCH),
        other_supervisor=world.actor("other supervisor", PartyKind.SUPERVISOR, Right.WATCH),
        authorizer=world.actor("authorizer", PartyKind.AUTHORIZER, Right.AUTHORIZE),
        registrar=world.actor("registrar", PartyKind.REGISTRAR, Right.REGISTER),
        identity=world.actor("identity", PartyKind.IDENTITY_AUTHORITY, Right.IDENTIFY),
        settlement_bank=world.actor("settlement", PartyKind.SETTLEMENT_BANK, Right.BANK),
    )
    _designate(city)
    city.resource = _registered_resource(city)
    development = city.granted_right(Right.DEVELOP, city.developer)
    city.operating_grant = city.granted_right(Right.OPERATE, city.operator)
    city.delivery_grant = city.granted_right(Right.DELIVER, city.deliverer)
    notices = [
        world.do(
            NoticeRegister(salted("notice"), purpose, PartyKind.USER),
            city.operator,
            city.registrar,
        )
        for purpose in (CREDIT, MARKETING)
    ]
    city.notice = notices[0]
    city.product = world.do(
        ProductSubmit(None, product_terms(city, (notices[0], notices[1])), (development,)),
        city.developer,
    )
    world.do(ProductReview(city.product, Decision.APPROVED, None), city.registrar)
    world.do(PriceCapSet(city.product, 500, 10**9), city.authorizer)
    set_policy(city, (city.holder, 5_000), (city.developer, 2_000), (city.operator, 3_000))
    for index, bank in enumerate((city.bank, city.other_bank)):
        mint = CreditMint(bank.id, FUNDS, salted(f"booking {index}"))
        world.do(mint, city.settlement_bank)
    city.listing = world.do(city.supply(), city.operator)
    return city


def set_policy(city: City, *shares: tuple[Actor, int]) -> None:
    """Agree on a policy: operator first, then the developer and all payees."""
    policy = PolicySet(
        product=city.product,
        payees=tuple(Payee(actor.id, share) for actor, share in shares),
        agreement=salted("shares"),
    )
    signers = dict.fromkeys((city.operator, city.developer, *(actor for actor, _ in shares)))
    city.world.do(policy, *signers)


def product_terms(
    city: City,
    notices: tuple[bytes | None, bytes | None],
    product_class: ProductClass = ProductClass.DETAIL,
) -> ProductTerms:
    """Return the terms of a product with four fields, three of them for credit."""
    resource = RESOURCES.known(city.world.state, city.resource)
    return ProductTerms(
        name="公积金收入证明",
        product_class=product_class,
        operator=city.operator.id,
        sources=(Source(city.resource, 10_000, resource.catalogue),),
        field_count=4,
        schema=salted("schema"),
        purposes=(
            PurposeFields(CREDIT, CREDIT_FIELDS, notices[0]),
            PurposeFields(MARKETING, ALL_FIELDS, notices[1]),
        ),
        algorithms=(),
        output_size_max=10_000,
        group_size_min=0,
        epsilon_max=0,
        fee_class=FeeClass.INDUSTRY,
    )


def _designate(city: City) -> None:
    venue = ChannelRegister("交易平台", ChannelKind.VENUE, salted("venue"), (), None)
    city.venue = city.world.do(venue, city.market, city.supervisor)
    deliverers = (city.deliverer.id, city.other_deliverer.id)
    channel = ChannelRegister("交付通道", ChannelKind.DELIVERY, salted("channel"), deliverers, None)
    city.channel = city.world.do(channel, city.market, city.supervisor)


def _registered_resource(city: City) -> bytes:
    world = city.world
    submit = ResourceSubmit(
        name="住房公积金缴存",
        kind=ResourceKind.DATA,
        source_mode=SourceMode.REPLICA,
        custody=Custody.SELF_HELD,
        classification=3,
        sensitivity=Sensitivity.PERSONAL,
        catalogue=salted("catalogue"),
        rows=RowBucket.BELOW_10_000_000,
        update_cycle=UpdateCycle.DAILY,
        project=None,
        legality=salted("legality"),
    )
    resource = world.do(submit, city.holder)
    notice_ms = world.parameter(ParameterName.NOTICE_MS)
    world.do(ResourceReview(resource, Decision.APPROVED, notice_ms), city.registrar)
    world.wait(notice_ms)
    activate = ResourceActivate(resource, salted("registration"), world.time_ms + 900 * DAY)
    world.do(activate, city.registrar)
    return resource
