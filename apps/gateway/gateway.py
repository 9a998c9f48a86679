"""The gateway: decides which jobs a holder admits, computes them once, and knows its answers again.

What needs the sizes of groups only the holder can check. The chain checks the rest: the form of the
query, its distance from others in cells, the budgets, and that an answer stays the same.
"""

import hashlib
from enum import StrEnum, unique

from apps.gateway.answers import Answer, AnswerStore
from apps.gateway.code import code_hash
from apps.gateway.noise import noisy
from apps.gateway.results import GroupResult
from apps.gateway.snapshot import Snapshot, persons_in
from chaincode.delivery.queries import GroupQuery, Statistic, answer_id
from ledger.encoding import encode
from quancheng.computed import answer_salt, computed_content

STATISTICS = frozenset({Statistic.COUNT, Statistic.SUM})
"""What this algorithm computes. A mean is a sum and a count over the same cells."""

_CHECK_LABEL = b"qc/cell-check/v1"
_RUN_LABEL = b"qc/run-report/v1"


@unique
class Objection(StrEnum):
    """Why a holder rejects a job."""

    NOT_IN_SCHEMA = "asks for what the product's schema does not have"
    NOT_COMPUTED = "asks for a statistic that the algorithm does not compute"
    TOO_FEW_APART = "differs from an earlier query by a group that is too small"


class Gateway:
    """One holder's gateway over one snapshot of its rows; `secret` never leaves its domain."""

    def __init__(self, snapshot: Snapshot, store: AnswerStore, secret: bytes) -> None:
        self._snapshot = snapshot
        self._store = store
        self._secret = secret
        self.commitment = snapshot.commitment(secret)
        """What every admission names as the snapshot."""

    def objection(self, query: GroupQuery, group_size_min: int) -> Objection | None:
        """Return why a query must not be computed, or None.

        Two answers over nearly the same cells give away the cells in which they differ: these must
        hold nobody, or a group of the least size.
        """
        if not self._snapshot.schema.fits(query):
            return Objection.NOT_IN_SCHEMA
        if query.statistic not in STATISTICS:
            return Objection.NOT_COMPUTED
        sizes = self._snapshot.sizes(query.dimensions)
        for other in self._store.admitted():
            if other.dimensions == query.dimensions:
                apart = persons_in(sizes, frozenset(query.cells) ^ frozenset(other.cells))
                if 0 < apart < group_size_min:
                    return Objection.TOO_FEW_APART
        return None

    def attest(self, query: GroupQuery) -> bytes:
        """Return the commitment to the check of a query's cells, which an inspector may ask for."""
        sizes = self._snapshot.sizes(query.dimensions)
        report = [self.commitment, list(query.cells), [sizes[cell] for cell in query.cells]]
        return self._committed(_CHECK_LABEL, encode(report))

    def note_admitted(self, job: bytes, query: GroupQuery) -> None:
        """Remember a query that the chain let through, to compare later ones with it."""
        self._store.note_admitted(job, query)

    def answer(
        self, query: GroupQuery, question: bytes, *, group_size_min: int, epsilon: int
    ) -> Answer:
        """Return the answer to a question: the one that was given before, or a new one."""
        key = answer_id(question, (self.commitment,))
        given = self._store.find(key)
        if given is not None:
            return given
        result = self._computed(query, group_size_min, epsilon)
        content = computed_content(answer_salt(self._secret, key), result.encoded())
        report = encode([key, code_hash(), content])
        attestation = self._committed(_RUN_LABEL, report)
        answer = Answer(content, result.suppressed, group_size_min, epsilon, attestation)
        self._store.keep(key, answer)
        return answer

    def _computed(self, query: GroupQuery, group_size_min: int, epsilon: int) -> GroupResult:
        """Compute, leave out the groups that are too small, and add noise to what is left."""
        assert self.objection(query, 0) is None
        sizes = self._snapshot.sizes(query.dimensions)
        exact = self._snapshot.figures(query)
        shown = [at for at, cell in enumerate(query.cells) if sizes[cell] >= group_size_min]
        figures: list[int | None] = [None] * len(exact)
        if shown:
            released = noisy([exact[at] for at in shown], self._sensitivity(query), epsilon)
            for at, figure in zip(shown, released, strict=True):
                figures[at] = figure
        return GroupResult(query, tuple(figures), group_size_min, epsilon)

    def _sensitivity(self, query: GroupQuery) -> int:
        """Return how much one person, who stands in one cell at most, changes the figures."""
        if query.measure is None:
            return 1
        return self._snapshot.schema.fields[query.measure].largest

    def _committed(self, label: bytes, report: bytes) -> bytes:
        return hashlib.blake2b(label + report, digest_size=32, key=self._secret).digest()
