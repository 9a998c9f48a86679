"""Registrations in one line each: resources, grants to develop, notices, products."""

from dataclasses import dataclass

from chaincode.authorization.grants import GrantAccept, GrantOffer
from chaincode.membership.purpose import PurposeDefine
from chaincode.membership.records import PURPOSES
from chaincode.parameters import ParameterName
from chaincode.registration.notice import NoticeRegister
from chaincode.registration.product import ProductReview, ProductSubmit
from chaincode.registration.records import (
    RESOURCES,
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
from tests.unit.chaincode.world import Actor, World, salted

CREDIT = 7
"""Code of the purpose that registered products serve."""
FIELDS = 0b111
YEAR_MS = 365 * 86_400_000


@dataclass(frozen=True, slots=True)
class Register:
    """The parties of registration, and what they usually do."""

    world: World

    @property
    def holder(self) -> Actor:
        """Return the department that holds the data."""
        return self.world.actor("holder", PartyKind.HOLDER, Right.HOLD)

    @property
    def registrar(self) -> Actor:
        """Return the registration body."""
        return self.world.actor("registrar", PartyKind.REGISTRAR, Right.REGISTER)

    @property
    def developer(self) -> Actor:
        """Return the developer."""
        return self.world.actor("developer", PartyKind.DEVELOPER, Right.DEVELOP)

    @property
    def operator(self) -> Actor:
        """Return the operator."""
        return self.world.actor("operator", PartyKind.OPERATOR, Right.OPERATE)

    @property
    def supervisor(self) -> Actor:
        """Return the supervisor."""
        return self.world.actor("supervisor", PartyKind.SUPERVISOR, Right.WATCH)

    def submission(self, name: str = "公积金缴存") -> ResourceSubmit:
        """Return the body that submits a resource."""
        return ResourceSubmit(
            name=name,
            kind=ResourceKind.DATA,
            source_mode=SourceMode.REPLICA,
            custody=Custody.SELF_HELD,
            classification=3,
            sensitivity=Sensitivity.PERSONAL,
            catalogue=salted(f"catalogue of {name}"),
            rows=RowBucket.BELOW_10_000_000,
            update_cycle=UpdateCycle.DAILY,
            project=None,
            legality=salted("legality"),
        )

    def publicized(self, name: str = "公积金缴存") -> bytes:
        """Submit a resource and put it on notice; return its id."""
        resource = self.world.do(self.submission(name), self.holder)
        notice_ms = self.world.parameter(ParameterName.NOTICE_MS)
        review = ResourceReview(resource, Decision.APPROVED, notice_ms)
        self.world.do(review, self.registrar)
        return resource

    def activation(self, resource: bytes) -> ResourceActivate:
        """Return the body that activates a resource for a year."""
        return ResourceActivate(resource, salted("code"), self.world.time_ms + YEAR_MS)

    def resource(self, name: str = "公积金缴存") -> bytes:
        """Register a resource; return its id."""
        resource = self.publicized(name)
        self.world.wait(self.world.parameter(ParameterName.NOTICE_MS))
        self.world.do(self.activation(resource), self.registrar)
        return resource

    def purpose(self) -> int:
        """Define the purpose that products serve, at the first call."""
        if PURPOSES.get(self.world.state, CREDIT) is None:
            self.world.govern(PurposeDefine(CREDIT, "信用评估", None, sensitive=False))
        return CREDIT

    def grant(self, resource: bytes, kind: Right, grantee: Actor) -> bytes:
        """Grant a right over a resource for all classes and the purpose; return the grant's id."""
        offer = GrantOffer(
            kind=kind,
            grantee=grantee.id,
            resources=(resource,),
            classes=tuple(ProductClass),
            purposes=(self.purpose(),),
            channel=None,
            accept_until_ms=self.world.time_ms + 60_000,
            until_ms=self.world.time_ms + YEAR_MS // 2,
            consideration=0,
            agreement=salted("agreement"),
        )
        grant = self.world.do(offer, self.holder)
        self.world.do(GrantAccept(grant), grantee)
        return grant

    def notice(self) -> bytes:
        """Register a notice for banks; return its id."""
        body = NoticeRegister(salted("notice"), self.purpose(), PartyKind.USER)
        return self.world.do(body, self.operator, self.registrar)

    def terms(self, *resources: bytes, notice: bytes | None) -> ProductTerms:
        """Return terms of a product of one person's details from these resources in equal parts."""
        weight = 10_000 // len(resources)
        sources = tuple(
            Source(resource, weight, RESOURCES.known(self.world.state, resource).catalogue)
            for resource in resources
        )
        return ProductTerms(
            name="收入与公积金",
            product_class=ProductClass.DETAIL,
            operator=self.operator.id,
            sources=sources,
            field_count=3,
            schema=salted("schema"),
            purposes=(PurposeFields(self.purpose(), FIELDS, notice),),
            algorithms=(),
            output_size_max=4_096,
            group_size_min=0,
            epsilon_max=0,
            fee_class=FeeClass.INDUSTRY,
        )

    def product(self, resource: bytes) -> bytes:
        """Register a product made of one resource; return its id."""
        grant = self.grant(resource, Right.DEVELOP, self.developer)
        terms = self.terms(resource, notice=self.notice())
        product = self.world.do(ProductSubmit(None, terms, (grant,)), self.developer)
        self.world.do(ProductReview(product, Decision.APPROVED, None), self.registrar)
        return product
