"""What the world state keeps of jobs: what was asked, who admitted it, what it cost in privacy."""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Annotated

from chaincode.delivery.queries import GroupQuery
from chaincode.fields import (
    AtMost,
    Commitment,
    Identifier,
    Milliseconds,
    Unsigned32,
    Unsigned64,
)
from chaincode.registration.records import SOURCES_MAX
from chaincode.tables import Table

QUERIES_MAX = 128
"""Queries over the same cells of a product in one budget period: each new one is compared with all
before it."""


@unique
class JobStatus(IntEnum):
    """SUBMITTED → ADMITTED → DONE; SUBMITTED → REJECTED; both → FAILED | TIMED_OUT."""

    SUBMITTED = 1
    ADMITTED = 2
    DONE = 3
    REJECTED = 4
    FAILED = 5
    """Its line ended first."""
    TIMED_OUT = 6


UNDER_WAY = frozenset({JobStatus.SUBMITTED, JobStatus.ADMITTED})


@unique
class Suppressed(IntEnum):
    """How many cells were left out because their groups are too small, upper limit excluded.

    The exact number would tell something about the small groups itself.
    """

    NONE = 0
    BELOW_5 = 1
    BELOW_20 = 2
    BELOW_100 = 3
    FROM_100 = 4


@dataclass(frozen=True, slots=True)
class Admission:
    """One holder's admission, with the state of its data on which the job will run."""

    holder: Annotated[Identifier, "The party that holds the sources."]
    snapshot: Annotated[Commitment, "Commitment to the snapshot of its sources."]
    attestation: Annotated[
        Commitment, "Commitment to its check of the sizes of the cells and their overlaps."
    ]


@dataclass(frozen=True, slots=True)
class Job:
    """A computation in the holders' domain for one order line."""

    line: Annotated[Identifier, "The order line."]
    user: Annotated[Identifier, "The party that asked."]
    product: Annotated[Identifier, "The product."]
    sources: Annotated[
        tuple[Identifier, ...], AtMost(SOURCES_MAX), "The resources it computes over."
    ]
    holders: Annotated[
        tuple[Identifier, ...], AtMost(SOURCES_MAX), "Who must admit it, in the sources' order."
    ]
    algorithm: Annotated[Identifier, "The registered algorithm."]
    query: Annotated[GroupQuery | None, "What is asked about a group."]
    question: Annotated[Commitment | None, "Hash of the query: the same for the same question."]
    parameters: Annotated[
        Commitment | None, "Salted commitment to what the algorithm is given about a person."
    ]
    epsilon: Annotated[Unsigned32, "Privacy loss that was asked for, in millionths."]
    period: Annotated[Unsigned32, "The budget period that it counts in."]
    until_ms: Annotated[Milliseconds, "When it times out."]
    admissions: Annotated[
        tuple[Admission, ...], AtMost(SOURCES_MAX), "The admissions, in the holders' order."
    ]
    reserved: Annotated[Unsigned32, "Privacy loss that it holds of the budgets, in millionths."]
    spent: Annotated[Unsigned32, "Privacy loss of its result, in millionths."]
    result: Annotated[Commitment | None, "Salted commitment to the result."]
    size: Annotated[Unsigned32, "Bytes of the result."]
    group_size_min: Annotated[Unsigned32, "The least group that the computation let through."]
    suppressed: Annotated[Suppressed, "How many cells it left out."]
    attestation: Annotated[Commitment | None, "Commitment to the report of the run."]
    status: Annotated[JobStatus, "Where it stands in its life."]


@dataclass(frozen=True, slots=True)
class AskedQuery:
    """A place in the index from comparable queries of a period to the jobs that asked them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The one answer to a question over the same snapshots."""

    job: Annotated[Identifier, "The job that computed it."]
    result: Annotated[Commitment, "Commitment to the result, salted by the question itself."]
    size: Annotated[Unsigned32, "Bytes of the result."]


@dataclass(frozen=True, slots=True)
class PrivacyBudget:
    """What one period has taken of a budget, in millionths."""

    reserved: Annotated[Unsigned64, "Held by jobs that are admitted and not done."]
    spent: Annotated[Unsigned64, "Lost by results."]


JOBS: Table[bytes, Job] = Table(0x53, "job", Job, Identifier)
ASKED_QUERIES: Table[tuple[bytes, int, bytes], AskedQuery] = Table(
    0x54, "asked query", AskedQuery, Commitment, Unsigned32, Identifier
)
ANSWERS: Table[bytes, Answer] = Table(0x55, "answer", Answer, Commitment)
RESOURCE_BUDGETS: Table[tuple[bytes, int], PrivacyBudget] = Table(
    0x56, "privacy budget of a resource", PrivacyBudget, Identifier, Unsigned32
)
USER_BUDGETS: Table[tuple[bytes, bytes, int], PrivacyBudget] = Table(
    0x57, "privacy budget of a user", PrivacyBudget, Identifier, Identifier, Unsigned32
)
"""By resource, user and period."""
