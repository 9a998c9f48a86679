"""What the world state keeps of resources, products, algorithms, notices and channels."""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Annotated

from chaincode.fields import (
    AtMost,
    BasisPoints,
    Commitment,
    FieldSet,
    Identifier,
    Milliseconds,
    PublicName,
    Unsigned8,
    Unsigned32,
)
from chaincode.rights import PartyKind
from chaincode.tables import Table

SOURCES_MAX = 16
PURPOSES_MAX = 16
ALGORITHMS_MAX = 8
DELIVERERS_MAX = 16
FIELDS_MAX = 64


@unique
class ResourceKind(IntEnum):
    """The five kinds of digital resources."""

    DATA = 1
    COMPONENT = 2
    VIDEO = 3
    ALGORITHM = 4
    MAP_LAYER = 5


@unique
class SourceMode(IntEnum):
    """Where the data comes from."""

    REPLICA = 1
    """业务从库: a replica of the business database."""
    PLATFORM = 2
    """部门分平台: the department's own platform."""


@unique
class Custody(IntEnum):
    """In whose domain the raw data lies."""

    SELF_HELD = 1
    """自持"""
    HELD_BY_AGENT = 2
    """代持"""


@unique
class Sensitivity(IntEnum):
    """How much care the data needs; from SENSITIVE on a product needs an impact assessment."""

    PUBLIC = 1
    INTERNAL = 2
    PERSONAL = 3
    SENSITIVE = 4


@unique
class UpdateCycle(IntEnum):
    """How often the data is brought up to date."""

    REAL_TIME = 1
    DAILY = 2
    WEEKLY = 3
    MONTHLY = 4
    QUARTERLY = 5
    YEARLY = 6
    IRREGULAR = 7


@unique
class RowBucket(IntEnum):
    """About how many rows there are."""

    UNKNOWN = 0
    BELOW_1_000 = 1
    BELOW_100_000 = 2
    BELOW_10_000_000 = 3
    BELOW_1_000_000_000 = 4
    FROM_1_000_000_000 = 5


@unique
class ResourceStatus(IntEnum):
    """REVIEW → PUBLICIZED → ACTIVE → EXPIRED.

    REVIEW and PUBLICIZED can end in REJECTED, PUBLICIZED and ACTIVE in DEREGISTERED.
    """

    REVIEW = 1
    PUBLICIZED = 2
    REJECTED = 3
    ACTIVE = 4
    EXPIRED = 5
    DEREGISTERED = 6


@dataclass(frozen=True, slots=True)
class Resource:
    """A registered data resource (数据资源). The data itself never leaves its holder's domain."""

    version: Annotated[Unsigned32, "1 from submission, one more with each change."]
    holder: Annotated[Identifier, "The party that holds it."]
    name: Annotated[PublicName, "Its public name."]
    kind: Annotated[ResourceKind, "Which of the five kinds it is."]
    source_mode: Annotated[SourceMode, "Where the data comes from."]
    custody: Annotated[Custody, "In whose domain the raw data lies."]
    classification: Annotated[Unsigned8, "Class in the city's inventory."]
    sensitivity: Annotated[Sensitivity, "How much care it needs."]
    catalogue: Annotated[Commitment, "Merkle root of its item catalogue."]
    rows: Annotated[RowBucket, "About how many rows it has."]
    update_cycle: Annotated[UpdateCycle, "How often it is brought up to date."]
    project: Annotated[Commitment | None, "Commitment to the information project behind it."]
    legality: Annotated[Commitment, "Commitment to the file that shows its lawful origin."]
    status: Annotated[ResourceStatus, "Where it stands in its life."]
    notice_until_ms: Annotated[Milliseconds, "When its public notice ends."]
    registration: Annotated[Commitment | None, "Registration code, from activation on."]
    valid_until_ms: Annotated[Milliseconds, "When the registration ends."]

    def is_active(self, now_ms: int) -> bool:
        """Say whether the registration holds at a time, noted by a sweep or not."""
        return self.status is ResourceStatus.ACTIVE and now_ms < self.valid_until_ms


@unique
class ProductClass(IntEnum):
    """What a product gives away. INDIVIDUAL classes need a consent.

    Group figures never carry rows of persons.
    """

    DETAIL = 1
    """Fields of one person."""
    VERIFY = 2
    """An answer to a question about one person."""
    MODEL = 3
    """The result of an algorithm about one person."""
    GROUP = 4
    """A computed result about many."""
    NON_PERSONAL = 5
    """Data about no person."""

    @property
    def is_individual(self) -> bool:
        """Whether a delivery is about one person, with their consent and in an envelope."""
        return self in (ProductClass.DETAIL, ProductClass.VERIFY, ProductClass.MODEL)

    @property
    def is_computed(self) -> bool:
        """Whether its content is the result of a job in the holders' domain."""
        return self in (ProductClass.MODEL, ProductClass.GROUP)


@unique
class FeeClass(IntEnum):
    """Whether use is free (public good) or paid up to a ceiling (industry)."""

    PUBLIC = 1
    INDUSTRY = 2


@unique
class ProductStatus(IntEnum):
    """SUBMITTED → ACTIVE | REJECTED; ACTIVE ↔ SUSPENDED; both → RETIRED."""

    SUBMITTED = 1
    ACTIVE = 2
    REJECTED = 3
    SUSPENDED = 4
    RETIRED = 5


@dataclass(frozen=True, slots=True)
class Source:
    """One resource that a product is made of."""

    resource: Annotated[Identifier, "The resource."]
    weight: Annotated[BasisPoints, "Its registered share of the contribution."]
    catalogue: Annotated[Commitment, "The item catalogue that the product was confirmed against."]


@dataclass(frozen=True, slots=True)
class PurposeFields:
    """Which fields a product gives for one purpose, and the notice a person is shown for it."""

    purpose: Annotated[Unsigned32, "Code of the purpose."]
    fields: Annotated[FieldSet, "The fields it needs, and no more."]
    notice: Annotated[
        Identifier | None, "The registered notice; none where no person is concerned."
    ]


@dataclass(frozen=True, slots=True)
class ProductTerms:
    """Everything about a product that its registration body reviews."""

    name: Annotated[PublicName, "Its public name."]
    product_class: Annotated[ProductClass, "What it gives away."]
    operator: Annotated[Identifier, "The party that will operate it."]
    sources: Annotated[tuple[Source, ...], AtMost(SOURCES_MAX), "What it is made of."]
    field_count: Annotated[Unsigned8, "How many fields it has, at most 64."]
    schema: Annotated[Commitment, "Commitment to the description of its fields."]
    purposes: Annotated[tuple[PurposeFields, ...], AtMost(PURPOSES_MAX), "Fields by purpose."]
    algorithms: Annotated[
        tuple[Identifier, ...], AtMost(ALGORITHMS_MAX), "Algorithms that may compute it."
    ]
    output_size_max: Annotated[Unsigned32, "Greatest size of one delivery in bytes."]
    group_size_min: Annotated[Unsigned32, "Least number of persons behind a group figure."]
    epsilon_max: Annotated[Unsigned32, "Greatest privacy loss of one query, in millionths."]
    fee_class: Annotated[FeeClass, "Free or paid."]

    def fields_for(self, purpose: int) -> PurposeFields | None:
        """Return the row of a purpose, or None where the product does not serve it."""
        for row in self.purposes:
            if row.purpose == purpose:
                return row
        return None


@dataclass(frozen=True, slots=True)
class Product:
    """A registered data product (数据产品)."""

    version: Annotated[Unsigned32, "Version of the terms in force; consents and orders name it."]
    developer: Annotated[Identifier, "The party that develops and owns it."]
    terms: Annotated[ProductTerms, "What was reviewed."]
    status: Annotated[ProductStatus, "Where it stands in its life."]
    suspended_by: Annotated[Identifier | None, "The party whose suspension holds, if any."]


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A registered algorithm: only registered code may compute over data."""

    developer: Annotated[Identifier, "The party that answers for it."]
    version: Annotated[Unsigned32, "1, or one more than the version it replaces."]
    replaces: Annotated[Identifier | None, "The version before it."]
    code: Annotated[Commitment, "Hash of the code."]
    output_schema: Annotated[Commitment, "Hash of the only form its output may have."]
    review: Annotated[Commitment, "Commitment to the review report."]


@dataclass(frozen=True, slots=True)
class Notice:
    """The text that a person is shown before consenting; wallets compare its hash."""

    text: Annotated[Commitment, "Hash of the text."]
    operator: Annotated[Identifier, "The party that wrote it."]
    purpose: Annotated[Unsigned32, "The purpose it explains."]
    user_kind: Annotated[PartyKind, "The kind of user it names."]
    product: Annotated[Identifier | None, "The product it belongs to, from its submission on."]


@unique
class ChannelKind(IntEnum):
    """What a channel is for."""

    DELIVERY = 1
    VENUE = 2


@dataclass(frozen=True, slots=True)
class Channel:
    """A designated delivery channel or trading venue."""

    name: Annotated[PublicName, "Its public name."]
    kind: Annotated[ChannelKind, "What it is for."]
    market_operator: Annotated[Identifier, "The party that runs it."]
    endpoint: Annotated[Commitment, "Hash of its address."]
    deliverers: Annotated[
        tuple[Identifier, ...], AtMost(DELIVERERS_MAX), "Who may deliver through it."
    ]
    replaced_by: Annotated[Identifier | None, "The registration that ended this one."]


@unique
class ObjectionStatus(IntEnum):
    """OPEN → UPHELD | DISMISSED | WITHDRAWN."""

    OPEN = 1
    UPHELD = 2
    DISMISSED = 3
    WITHDRAWN = 4


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection of a party to a registration that is not yet active."""

    target: Annotated[Identifier, "The resource or product."]
    objector: Annotated[Identifier, "The party that objects."]
    grounds: Annotated[Commitment, "Commitment to the grounds."]
    status: Annotated[ObjectionStatus, "Where it stands."]


@dataclass(frozen=True, slots=True)
class OpenObjection:
    """Marks that a party has an open objection to a target."""

    objection: Annotated[Identifier, "The objection."]


RESOURCES: Table[bytes, Resource] = Table(0x20, "resource", Resource, Identifier)
PRODUCTS: Table[bytes, Product] = Table(0x21, "product", Product, Identifier)
REVISIONS: Table[bytes, ProductTerms] = Table(0x22, "product revision", ProductTerms, Identifier)
"""Terms of a product's next version while they are under review."""
ALGORITHMS: Table[bytes, Algorithm] = Table(0x23, "algorithm", Algorithm, Identifier)
NOTICES: Table[bytes, Notice] = Table(0x24, "notice", Notice, Identifier)
CHANNELS: Table[bytes, Channel] = Table(0x25, "channel", Channel, Identifier)
OBJECTIONS: Table[bytes, Objection] = Table(0x26, "objection", Objection, Identifier)
OPEN_OBJECTIONS: Table[tuple[bytes, bytes], OpenObjection] = Table(
    0x27, "open objection", OpenObjection, Identifier, Identifier
)
