"""Parties, resources and products under random histories move only along their life cycles.

A model that knows nothing of the rules but the allowed transitions watches every block.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chaincode.admission import refuse_at_door
from chaincode.membership.party import PartyExit, PartyReason, PartyResume, PartySuspend
from chaincode.membership.proposal import ProposalApprove, ProposalOpen
from chaincode.membership.records import PARTIES, RIGHTS, PartyStatus
from chaincode.parameters import ParameterName
from chaincode.registration.objection import ObjectionRaise, ObjectionResolve
from chaincode.registration.product import (
    ProductReason,
    ProductResume,
    ProductRetire,
    ProductReview,
    ProductSubmit,
    ProductSuspend,
)
from chaincode.registration.records import (
    OBJECTIONS,
    OPEN_OBJECTIONS,
    PRODUCTS,
    RESOURCES,
    ObjectionStatus,
    ProductStatus,
    ResourceStatus,
)
from chaincode.registration.resource import (
    DeregistrationReason,
    ResourceActivate,
    ResourceDeregister,
    ResourceReview,
)
from chaincode.registration.review import Decision
from chaincode.rights import PartyKind, Right
from ledger.refusal import Code
from tests.unit.chaincode.register import Register
from tests.unit.chaincode.world import Actor, World, salted

P, R, S = PartyStatus, ResourceStatus, ProductStatus

ALLOWED = {
    (P.ACTIVE, P.SUSPENDED),
    (P.SUSPENDED, P.ACTIVE),
    (P.ACTIVE, P.EXITED),
    (P.SUSPENDED, P.EXITED),
    (R.REVIEW, R.PUBLICIZED),
    (R.REVIEW, R.REJECTED),
    (R.PUBLICIZED, R.ACTIVE),
    (R.PUBLICIZED, R.REJECTED),
    (R.ACTIVE, R.EXPIRED),
    (R.ACTIVE, R.DEREGISTERED),
    (R.EXPIRED, R.DEREGISTERED),
    (S.SUBMITTED, S.ACTIVE),
    (S.SUBMITTED, S.REJECTED),
    (S.ACTIVE, S.SUSPENDED),
    (S.SUSPENDED, S.ACTIVE),
    (S.ACTIVE, S.RETIRED),
    (S.SUSPENDED, S.RETIRED),
}

SHORT_TERM_MS = 30_000
DECISIONS = st.sampled_from(Decision)
INDEX = st.integers(0, 5)


class LifeCycles(RuleBasedStateMachine):
    """Random actors try random steps on random targets; most are refused."""

    @initialize()
    def found(self) -> None:
        """Found a chain with all parties of registration and one source to make products of."""
        self.world = World.founded()
        self.register = Register(self.world)
        self.source = self.register.resource()
        self.grant = self.register.grant(self.source, Right.DEVELOP, self.register.developer)
        self.guest = self.world.actor("guest", PartyKind.CARRIER, Right.CARRY)
        self.actors = [
            self.register.holder,
            self.register.registrar,
            self.register.developer,
            self.register.operator,
            self.register.supervisor,
            self.guest,
        ]
        self.resources: list[bytes] = []
        self.products: list[bytes] = []
        self.objections: list[bytes] = []
        self.statuses = self.read_statuses()

    def read_statuses(self) -> dict[bytes, PartyStatus | ResourceStatus | ProductStatus]:
        """Return the status of everything that has one."""
        state = self.world.state
        parties = {key: record.status for key, record in PARTIES.scan(state)}
        resources = {key: record.status for key, record in RESOURCES.scan(state)}
        products = {key: record.status for key, record in PRODUCTS.scan(state)}
        return {**parties, **resources, **products}

    def attempt(self, body: object, *signers: Actor) -> bytes | None:
        """Try a step; return its id where it was accepted."""
        transaction = self.world.transaction(body, *signers)
        if refuse_at_door(self.world.state, transaction, self.world.block_context()):
            return None
        outcome = self.world.block(transaction).outcomes[-1]
        return transaction.tx_id if outcome.receipt.code is Code.OK else None

    @rule(who=INDEX)
    def submit_resource(self, who: int) -> None:
        """Submit a resource."""
        made = self.attempt(self.register.submission("另一资源"), self.actors[who])
        self.resources.extend([made] if made else [])

    @rule(who=INDEX, which=INDEX, decision=DECISIONS)
    def review_resource(self, who: int, which: int, decision: Decision) -> None:
        """Review a resource."""
        if self.resources:
            target = self.resources[which % len(self.resources)]
            notice_ms = self.world.parameter(ParameterName.NOTICE_MS)
            self.attempt(ResourceReview(target, decision, notice_ms), self.actors[who])

    @rule(who=INDEX, which=INDEX)
    def activate_resource(self, who: int, which: int) -> None:
        """Activate a resource for a short term."""
        if self.resources:
            target = self.resources[which % len(self.resources)]
            until_ms = self.world.time_ms + SHORT_TERM_MS
            self.attempt(ResourceActivate(target, salted("code"), until_ms), self.actors[who])

    @rule(who=INDEX, which=INDEX)
    def deregister_resource(self, who: int, which: int) -> None:
        """Deregister a resource."""
        if self.resources:
            target = self.resources[which % len(self.resources)]
            body = ResourceDeregister(target, DeregistrationReason.MERGED)
            self.attempt(body, self.actors[who])

    @rule(who=INDEX)
    def submit_product(self, who: int) -> None:
        """Submit a product with a notice of its own."""
        notice = self.register.notice()
        terms = self.register.terms(self.source, notice=notice)
        made = self.attempt(ProductSubmit(None, terms, (self.grant,)), self.actors[who])
        self.products.extend([made] if made else [])

    @rule(who=INDEX, which=INDEX, decision=DECISIONS)
    def review_product(self, who: int, which: int, decision: Decision) -> None:
        """Review a product."""
        if self.products:
            target = self.products[which % len(self.products)]
            self.attempt(ProductReview(target, decision, None), self.actors[who])

    @rule(
        who=INDEX, which=INDEX, step=st.sampled_from((ProductSuspend, ProductResume, ProductRetire))
    )
    def move_product(
        self, who: int, which: int, step: type[ProductSuspend | ProductResume | ProductRetire]
    ) -> None:
        """Suspend, resume or retire a product."""
        if self.products:
            target = self.products[which % len(self.products)]
            self.attempt(step(target, ProductReason.COMPLAINT), self.actors[who])

    @rule(who=INDEX, which=INDEX)
    def object_to_something(self, who: int, which: int) -> None:
        """Raise an objection."""
        targets = self.resources + self.products
        if targets:
            body = ObjectionRaise(targets[which % len(targets)], salted("grounds"))
            made = self.attempt(body, self.actors[who])
            self.objections.extend([made] if made else [])

    @rule(who=INDEX, which=INDEX, outcome=st.sampled_from(ObjectionStatus))
    def resolve_something(self, who: int, which: int, outcome: ObjectionStatus) -> None:
        """Resolve an objection."""
        if self.objections:
            target = self.objections[which % len(self.objections)]
            self.attempt(ObjectionResolve(target, outcome, salted("reasons")), self.actors[who])

    @rule(step=st.sampled_from((PartySuspend, PartyResume, PartyExit)))
    def move_guest(self, step: type[PartySuspend | PartyResume | PartyExit]) -> None:
        """Propose and decide something about a party."""
        action = step(self.guest.id, PartyReason.OWN_WISH)
        proposal = self.attempt(ProposalOpen(action), self.world.governor(0))
        if proposal is not None:
            for index in (1, 2):
                self.world.do(ProposalApprove(proposal), self.world.governor(index))

    @rule(duration_ms=st.sampled_from((1_000, 5_000, SHORT_TERM_MS)))
    def let_time_pass(self, duration_ms: int) -> None:
        """Let time pass."""
        self.world.wait(duration_ms)

    @invariant()
    def moves_along_the_life_cycle(self) -> None:
        """Compare every status with the one before."""
        if not hasattr(self, "statuses"):
            return
        statuses = self.read_statuses()
        for key, before in self.statuses.items():
            assert statuses[key] is before or (before, statuses[key]) in ALLOWED
        self.statuses = statuses

    @invariant()
    def nothing_active_rests_on_an_open_objection(self) -> None:
        """Find no open objection to what is active, and none that is open twice or closed."""
        if not hasattr(self, "statuses"):
            return
        for (target, _), mark in OPEN_OBJECTIONS.scan(self.world.state):
            assert OBJECTIONS.known(self.world.state, mark.objection).status is ObjectionStatus.OPEN
            # By identity: numbers of two enumerations are equal without meaning the same.
            assert self.statuses[target] is not ResourceStatus.ACTIVE
            assert self.statuses[target] is not ProductStatus.ACTIVE

    @invariant()
    def who_left_holds_nothing(self) -> None:
        """Find no right in the hands of a party that left."""
        if not hasattr(self, "statuses"):
            return
        for (party, _), _ in RIGHTS.scan(self.world.state):
            assert self.statuses[party] is not PartyStatus.EXITED


TestLifeCycles = LifeCycles.TestCase
TestLifeCycles.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
