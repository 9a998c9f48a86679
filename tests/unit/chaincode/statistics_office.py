"""A city that also sells group figures: two holders, a registered algorithm, a GROUP product.

office = StatisticsOffice.founded()
job = office.admitted(office.ordered())
office.world.do(office.result(job), office.city.deliverer)
"""

import copy
from dataclasses import dataclass, replace
from functools import cache

from chaincode.authorization.grants import GrantAccept
from chaincode.delivery.envelopes import EnvelopePrepare
from chaincode.delivery.job_admission import JobAdmit
from chaincode.delivery.job_records import JOBS, Job, Suppressed
from chaincode.delivery.job_results import JobResult
from chaincode.delivery.jobs import JobSubmit
from chaincode.delivery.queries import GroupQuery, Statistic
from chaincode.ids import part_id
from chaincode.parameters import ParameterName
from chaincode.registration.algorithm import AlgorithmRegister
from chaincode.registration.notice import NoticeRegister
from chaincode.registration.product import ProductReview, ProductSubmit
from chaincode.registration.records import (
    RESOURCES,
    ProductClass,
    ProductTerms,
    PurposeFields,
    Source,
)
from chaincode.registration.resource import ResourceActivate, ResourceReview, ResourceSubmit
from chaincode.registration.review import Decision
from chaincode.rights import PartyKind, Right
from chaincode.settlement.policies import PolicySet
from chaincode.settlement.records import Payee
from chaincode.trading.listings import SupplyList
from chaincode.trading.placement import OrderLine, OrderPlace
from chaincode.trading.prices import PriceCapSet
from tests.unit.chaincode.city import CREDIT, DAY, City, product_terms
from tests.unit.chaincode.memory import MemoryState
from tests.unit.chaincode.world import Actor, World, salted

K = 20
"""The least group of the product, above the parameter's."""
EPSILON = 300_000
EPSILON_MAX = 400_000
FIELDS = 0b0111
PRICE = 100
COUNT_BY_DISTRICT = GroupQuery(Statistic.COUNT, None, (1,), (1, 2, 3, 4, 5, 6, 7, 8))


@dataclass(slots=True)
class StatisticsOffice:
    """The city, its second holder, and the two computed products."""

    city: City
    other_holder: Actor
    other_resource: bytes = b""
    algorithm: bytes = b""
    development: tuple[bytes, ...] = ()
    group: bytes = b""
    group_listing: bytes = b""
    model: bytes = b""
    model_listing: bytes = b""
    model_notice: bytes = b""

    @staticmethod
    def founded() -> "StatisticsOffice":
        """Return an office of its own, ready for business."""
        office = copy.copy(_template())
        office.city = copy.copy(office.city)
        office.city.world = copy.copy(office.city.world)
        office.city.world.state = MemoryState(office.city.world.state.values)
        office.city.world.actors = dict(office.city.world.actors)
        office.city.world.blocks = list(office.city.world.blocks)
        return office

    @property
    def world(self) -> World:
        """The chain."""
        return self.city.world

    def job(self, job_id: bytes) -> Job:
        """Return a job."""
        return JOBS.known(self.world.state, job_id)

    def order_place(self, user: Actor) -> OrderPlace:
        """Return an order of one group result."""
        order = self.city.order_place(None)
        key = replace(order, receiving_key=user.kem_key)
        return replace(key, lines=(OrderLine(self.group_listing, CREDIT, None),))

    def ordered(self, user: Actor | None = None) -> bytes:
        """Return the one line of an order of a group result."""
        user = user or self.city.bank
        return part_id(self.world.do(self.order_place(user), user), 0)

    def submission(self, line: bytes, query: GroupQuery = COUNT_BY_DISTRICT) -> JobSubmit:
        """Return the submission of a query for a line."""
        return JobSubmit(line, self.algorithm, query, None, EPSILON)

    def submitted(self, line: bytes, query: GroupQuery = COUNT_BY_DISTRICT) -> bytes:
        """Return a job that waits for its admissions; the line's user submits it."""
        return self.world.do(self.submission(line, query), self.city.bank)

    def admission(self, job: bytes, snapshot: str = "snapshot") -> JobAdmit:
        """Return an admission of a job on a snapshot."""
        return JobAdmit(job, salted(snapshot), salted("check"))

    def admitted(
        self, line: bytes, query: GroupQuery = COUNT_BY_DISTRICT, snapshot: str = "snapshot"
    ) -> bytes:
        """Return a job that both holders admitted."""
        job = self.submitted(line, query)
        self.world.do(self.admission(job, snapshot), self.city.holder)
        self.world.do(self.admission(job, snapshot), self.other_holder)
        return job

    def result(self, job: bytes) -> JobResult:
        """Return the result of a job, with as much privacy lost as was asked for."""
        return JobResult(
            job=job,
            result=salted("figures"),
            size=400,
            group_size_min=K,
            suppressed=Suppressed.BELOW_5,
            epsilon=self.job(job).reserved,
            attestation=salted("run"),
        )

    def done(self, line: bytes, query: GroupQuery = COUNT_BY_DISTRICT) -> bytes:
        """Return a job with its result."""
        job = self.admitted(line, query)
        self.world.do(self.result(job), self.city.deliverer)
        return job

    def envelope_prepare(self, line: bytes) -> EnvelopePrepare:
        """Return the preparation of an envelope with the result of a job."""
        body = self.city.envelope_prepare(line, FIELDS)
        return self.city.with_header_hash(
            replace(body, content_commitment=salted("figures"), size=400)
        )

    def acknowledged(self, line: bytes) -> bytes:
        """Return a line with a result that waits for its key."""
        self.world.do(self.envelope_prepare(line), self.city.deliverer)
        self.world.do(self.city.acknowledgement(line), self.city.bank)
        return line


@cache
def _template() -> StatisticsOffice:
    city = City.founded()
    other = city.world.actor("tax office", PartyKind.HOLDER, Right.HOLD)
    office = StatisticsOffice(city, other)
    office.other_resource = _second_resource(office)
    register = AlgorithmRegister(None, salted("code"), salted("output"), salted("review"))
    office.algorithm = city.world.do(register, city.developer, city.registrar)
    office.development = _grants(office, Right.DEVELOP, city.developer)
    office.group = _product(office, ProductClass.GROUP, None)
    office.group_listing = city.world.do(_supply(office, office.group), city.operator)
    notice = NoticeRegister(salted("notice of a model"), CREDIT, PartyKind.USER)
    office.model_notice = city.world.do(notice, city.operator, city.registrar)
    office.model = _product(office, ProductClass.MODEL, office.model_notice)
    office.model_listing = city.world.do(_supply(office, office.model), city.operator)
    return office


def _supply(office: StatisticsOffice, product: bytes) -> SupplyList:
    return replace(
        office.city.supply(),
        product=product,
        price=PRICE,
        operating_grants=_grants(office, Right.OPERATE, office.city.operator),
        delivery_grants=_grants(office, Right.DELIVER, office.city.deliverer),
    )


def _grants(office: StatisticsOffice, kind: Right, grantee: Actor) -> tuple[bytes, ...]:
    """Return a grant of each holder over its resource, for all classes."""
    city, world = office.city, office.world
    grants = []
    for holder, resource in (
        (city.holder, city.resource),
        (office.other_holder, office.other_resource),
    ):
        offer = replace(
            city.grant_offer(kind, grantee), resources=(resource,), classes=tuple(ProductClass)
        )
        grants.append(world.do(offer, holder))
        world.do(GrantAccept(grants[-1]), grantee)
    return tuple(grants)


def _terms(
    office: StatisticsOffice, product_class: ProductClass, notice: bytes | None
) -> ProductTerms:
    state = office.world.state
    sources = tuple(
        Source(resource, 5_000, RESOURCES.known(state, resource).catalogue)
        for resource in (office.city.resource, office.other_resource)
    )
    grouped = product_class is ProductClass.GROUP
    return replace(
        product_terms(office.city, (notice, notice), product_class),
        sources=sources,
        purposes=(PurposeFields(CREDIT, FIELDS, notice),),
        algorithms=(office.algorithm,),
        group_size_min=K if grouped else 0,
        epsilon_max=EPSILON_MAX if grouped else 0,
    )


def _product(office: StatisticsOffice, product_class: ProductClass, notice: bytes | None) -> bytes:
    city, world = office.city, office.world
    submit = ProductSubmit(None, _terms(office, product_class, notice), office.development)
    product = world.do(submit, city.developer)
    world.do(ProductReview(product, Decision.APPROVED, None), city.registrar)
    world.do(PriceCapSet(product, PRICE, 10**9), city.authorizer)
    payees = (Payee(city.holder.id, 5_000), Payee(office.other_holder.id, 5_000))
    policy = PolicySet(product, payees, salted("shares"))
    world.do(policy, city.authorizer)
    return product


def _second_resource(office: StatisticsOffice) -> bytes:
    world, city = office.world, office.city
    first = RESOURCES.known(world.state, city.resource)
    submit = ResourceSubmit(
        name="个人所得税",
        kind=first.kind,
        source_mode=first.source_mode,
        custody=first.custody,
        classification=first.classification,
        sensitivity=first.sensitivity,
        catalogue=salted("catalogue of taxes"),
        rows=first.rows,
        update_cycle=first.update_cycle,
        project=None,
        legality=salted("legality"),
    )
    resource = world.do(submit, office.other_holder)
    notice_ms = world.parameter(ParameterName.NOTICE_MS)
    world.do(ResourceReview(resource, Decision.APPROVED, notice_ms), city.registrar)
    world.wait(notice_ms)
    activate = ResourceActivate(resource, salted("tax registration"), world.time_ms + 900 * DAY)
    world.do(activate, city.registrar)
    return resource
