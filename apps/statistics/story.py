"""What is held, what may be asked of it, and what the two users ask."""

from apps.gateway.code import code_hash
from apps.gateway.results import OUTPUT_SCHEMA
from apps.gateway.schema import Band, Field, GroupSchema
from apps.stage.agreement import AgreedAlgorithm, AgreedProduct, AgreedResource, Agreement
from apps.stage.scenario import Scenario
from apps.statistics.cast import CAST, Role
from chaincode.delivery.queries import GroupQuery, Statistic
from chaincode.membership.purpose import PurposeDefine
from chaincode.registration.records import ProductClass

PURPOSE_STATISTICS = 300
PURPOSE_HOUSING = 310

SCHEMA = GroupSchema(
    (
        Field("housing", values=("own", "rent", "for free")),
        Field(
            "age_in_years",
            bands=(
                Band("18-24", 18, 25),
                Band("25-34", 25, 35),
                Band("35-44", 35, 45),
                Band("45-54", 45, 55),
                Band("55+", 55, None),
            ),
        ),
        Field(
            "job",
            values=(
                "unemployed/ unskilled - non-resident",
                "unskilled - resident",
                "skilled employee / official",
                "management/ self-employed/ highly qualified employee/ officer",
            ),
        ),
        Field("credit_amount", bounds=(0, 10_000)),
    )
)
HOUSING, AGE, JOB, AMOUNT = range(4)
GROUP_SIZE_MIN = 25
"""k of the product, above the city's least group."""

_NAMES = tuple(field.name for field in SCHEMA.fields)
RESOURCE = AgreedResource("住房公积金缴存人信息", Role.HOLDER, _NAMES)
PRODUCT = AgreedProduct(
    name="住房状况群体统计",
    product_class=ProductClass.GROUP,
    operator=Role.OPERATOR,
    deliverer=Role.HOLDER,
    sources=((RESOURCE, 10_000),),
    fields=_NAMES,
    purpose=PURPOSE_HOUSING,
    notice=None,
    # Not divisible by the shares, so that dust shows.
    price=12_347,
    shares={Role.HOLDER: 6_000, Role.OPERATOR: 4_000},
    output_size_max=2_048,
    group_size_min=GROUP_SIZE_MIN,
    epsilon_max=400_000,
    algorithm=AgreedAlgorithm(code_hash(), OUTPUT_SCHEMA),
    form=SCHEMA.commitment(),
)
AGREEMENT = Agreement(
    purposes=(
        PurposeDefine(PURPOSE_STATISTICS, "公共统计", parent=None, sensitive=False),
        PurposeDefine(PURPOSE_HOUSING, "住房政策研究", parent=PURPOSE_STATISTICS, sensitive=False),
    ),
    granted_purpose=PURPOSE_STATISTICS,
    resources=(RESOURCE,),
    products=(PRODUCT,),
    channel="泉城数据交付通道",
    venue="泉城数据交易平台",
    deposits={Role.INSTITUTE: 500_000, Role.CONSULTANT: 100_000},
)
SCENARIO = Scenario("apps.statistics", CAST, AGREEMENT)


def count_by(*dimensions: int, without: frozenset[int] = frozenset()) -> GroupQuery:
    """Return the count of all cells of some dimensions, but for those left out."""
    every = range(SCHEMA.cell_count(dimensions))
    cells = tuple(cell for cell in every if cell not in without)
    return GroupQuery(Statistic.COUNT, None, dimensions, cells)


HOUSING_BY_AGE = count_by(HOUSING, AGE)
"""The institute's question: 15 cells, of which five hold fewer than k persons."""
EPSILON_COUNT = 300_000
WITHOUT_ONE_CELL = count_by(HOUSING, AGE, without=frozenset({1}))
"""X19: the same question without the owners of one age band; the difference is that band."""
AMOUNT_BY_AGE = GroupQuery(Statistic.SUM, AMOUNT, (AGE,), tuple(range(5)))
EPSILON_SUM = 400_000
HOUSING_BY_JOB = count_by(HOUSING, JOB)
"""One question more than the institute's own budget holds."""
WITHOUT_SMALL_CELLS = count_by(HOUSING, AGE, without=frozenset({8, 9, 10}))
"""X19 by the other user, over three cells that hold fewer than k persons together."""
BY_JOB = count_by(JOB)
BY_AGE = count_by(AGE)
"""X21: within the consultant's own budget, but not within what the resource still has."""
EPSILON_CONSULTANT = 400_000

INSTITUTE_LINES = 4
CONSULTANT_LINES = 2
DELIVERED = 4
REFUNDED = 2
INSTITUTE_PRICE_MAX = 20_000
CONSULTANT_PRICE_MAX = 15_000
