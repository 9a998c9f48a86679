"""Execution: order, atomicity, activation, determinism; sweeps bounded and fair."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chaincode import catalogue
from chaincode.admission import is_protective, require_protective_first
from chaincode.context import Context
from chaincode.due import DUE, DueItem, DueKind, next_due_ms, put_due
from chaincode.execution import check, dry_run, execute_block, execution_steps
from chaincode.membership.key import KeyRotate
from chaincode.membership.parameter import ParameterSet
from chaincode.membership.proposal import PROPOSALS, ProposalApprove, ProposalOpen
from chaincode.membership.purpose import PurposeDefine
from chaincode.parameters import ParameterName, set_value
from chaincode.state import Overlay
from chaincode.sweeps import run_sweeps
from chaincode.versions import VERSION_KNOWN
from ledger.encoding import Value
from ledger.refusal import Code, Refused
from ledger.transaction import Transaction, UnsignedTransaction, assemble
from tests.tidy.sources import ROOT
from tests.unit.chaincode.register import Register
from tests.unit.chaincode.world import World, codes, envelope_key, person, salted, signing_key

DEFINE = ProposalOpen(PurposeDefine(7, "purpose", None, sensitive=False))


@pytest.fixture
def world() -> World:
    return World.founded()


def raw(world: World, type_name: str, body: list[Value]) -> Transaction:
    template = world.transaction(DEFINE, world.governor(0))
    unsigned: UnsignedTransaction = template.unsigned
    changed = replace(unsigned, type=type_name, body=body)
    return assemble(changed, template.signatures)


def test_unknown_types_and_malformed_bodies_are_recorded(world: World) -> None:
    unknown = raw(world, "party.invent", [])
    malformed = raw(world, "proposal.approve", [b"short"])
    executed = world.block(unknown, malformed)
    assert codes(executed) == [Code.UNKNOWN_TYPE, Code.SCHEMA]
    refusal = executed.outcomes[-1].refusal
    assert refusal is not None
    assert refusal.field == "proposal"
    assert executed.changes == {}


def test_a_type_acts_from_its_protocol_version_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the activation height it FAILs on software that knows it as on such that does not."""
    declaration = catalogue.TYPES["proposal.open"]
    later = replace(declaration, facts=replace(declaration.facts, since=2))
    world.govern(ParameterSet(ParameterName.PROTOCOL_VERSION, 2, world.height + 6))
    height = world.height
    older = {name: item for name, item in catalogue.TYPES.items() if name != "proposal.open"}
    newer = {**older, "proposal.open": later}
    while world.parameter(ParameterName.PROTOCOL_VERSION) < 2:
        attempt, context = world.transaction(DEFINE, world.governor(0)), world.block_context()
        results = []
        for types in (older, newer):
            monkeypatch.setattr(catalogue, "TYPES", types)
            execution = execute_block(world.state, context, (attempt,))
            results.append((execution.receipts, execution.changes, execution.touched))
        assert results[0] == results[1]
        assert world.refused(DEFINE, world.governor(0)) is Code.UNKNOWN_TYPE
    assert world.height > height
    world.do(DEFINE, world.governor(0))


def test_a_protective_type_has_its_lane_from_its_version_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether a block is valid must not depend on who has heard of a type."""
    declaration = catalogue.TYPES["key.rotate"]
    later = replace(declaration, facts=replace(declaration.facts, since=2))
    monkeypatch.setattr(catalogue, "TYPES", {**catalogue.TYPES, "key.rotate": later})
    assert [is_protective("key.rotate", version) for version in (1, 2)] == [False, True]


def test_receipts_stand_in_the_order_of_the_block_with_sweeps_first(world: World) -> None:
    proposal = world.do(DEFINE, world.governor(0))
    world.time_ms = PROPOSALS.known(world.state, proposal).until_ms
    first = world.transaction(ProposalApprove(proposal), world.governor(1))
    second = world.transaction(DEFINE, world.governor(1))
    executed = world.block(first, second)
    assert executed.sweeps == 1
    assert [receipt.subject for receipt in executed.receipts[1:]] == [first.tx_id, second.tx_id]
    assert executed.outcomes[0].touched == (proposal, world.governor(0).id)


def test_a_refused_attempt_is_found_under_its_signer_and_what_it_named(world: World) -> None:
    attempt = world.transaction(ProposalApprove(salted("missing")), world.governor(1))
    outcome = world.block(attempt).outcomes[-1]
    assert outcome.touched == (world.governor(1).id, salted("missing"))


def test_a_dry_run_says_what_a_block_would_and_records_nothing(world: World) -> None:
    before = dict(world.state.values)
    good = world.transaction(DEFINE, world.governor(0))
    bad = world.transaction(ProposalApprove(salted("missing")), world.governor(1))
    context = world.block_context()
    assert dry_run(world.state, context, good).code is Code.OK
    outcome = check(world.state, context, bad)
    assert outcome.refusal is not None
    assert (outcome.refusal.code, outcome.refusal.field) == (Code.NOT_FOUND, "proposal")
    assert world.state.values == before
    alone = dry_run(world.state, context, good)
    assert world.block(good, bad).receipts == (alone, outcome.receipt)


def test_protective_transactions_stand_first(world: World) -> None:
    rotate = world.transaction(
        KeyRotate(world.governor(0).id, None, envelope_key("new"), 0), world.governor(0)
    )
    other = world.transaction(DEFINE, world.governor(0))
    assert is_protective("key.rotate", VERSION_KNOWN)
    assert not is_protective("proposal.open", VERSION_KNOWN)
    assert not is_protective("no.type", VERSION_KNOWN)
    require_protective_first([rotate, rotate, other, other], VERSION_KNOWN)
    require_protective_first([], VERSION_KNOWN)
    with pytest.raises(Refused) as refused:
        require_protective_first([rotate, other, rotate], VERSION_KNOWN)
    assert refused.value.refusal.code is Code.BAD_BODY


def test_a_host_can_work_between_steps(world: World) -> None:
    """Steps change nothing of the result."""
    attempts = [
        world.transaction(ProposalApprove(salted(str(index))), world.governor(1))
        for index in range(450)
    ]
    steps = execution_steps(world.state, world.block_context(), attempts)
    assert [next(steps), next(steps)] == [None, None]
    with pytest.raises(StopIteration) as finished:
        next(steps)
    expected = execute_block(world.state, world.block_context(), attempts)
    assert finished.value.value == expected


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_a_refused_transaction_changes_nothing_but_its_receipt(data: st.DataObject) -> None:
    """A block with refused transactions anywhere has the changes of the block without them."""
    world = World.founded()
    Register(world).publicized()
    proposal = world.do(DEFINE, world.governor(0))
    accepted = [
        world.transaction(ProposalApprove(proposal), world.governor(1)),
        world.transaction(ProposalApprove(proposal), world.governor(2)),
        world.transaction(replace(Register(world).submission()), Register(world).holder),
    ]
    refused = [
        world.transaction(ProposalApprove(proposal), world.governor(0)),
        world.transaction(ProposalApprove(salted("missing")), world.governor(3)),
        world.transaction(
            KeyRotate(world.governor(3).id, signing_key("n"), None, 0),
            world.governor(3),
            person("n"),
        ),
        world.transaction(
            ProposalOpen(PurposeDefine(8, "x", 99, sensitive=False)), world.governor(1)
        ),
    ]
    mixed = list(accepted)
    for transaction in refused:
        mixed.insert(data.draw(st.integers(0, len(mixed))), transaction)
    context = world.block_context()
    with_them = execute_block(world.state, context, mixed)
    without = execute_block(world.state, context, accepted)
    assert with_them.changes == without.changes
    failed = {item.subject for item in with_them.receipts if item.code is not Code.OK}
    assert failed == {transaction.tx_id for transaction in refused}


SCENARIO = """
from chaincode.parameters import params_hash
from ledger.suites import tagged_hash
from tests.unit.chaincode.register import Register
from tests.unit.chaincode.world import World

world = World.founded()
Register(world).product(Register(world).resource())
world.wait(10**9)
parts = [part for item in sorted(world.state.values.items()) for part in item]
print(tagged_hash(b"test", *parts, params_hash(world.state, world.height)).hex())
"""


def test_execution_does_not_depend_on_the_seed_of_hashes() -> None:
    """The same history gives the same state under any seed of the interpreter's hashes."""
    results = set()
    for seed in ("0", "1", "4242"):
        finished = subprocess.run(
            [sys.executable, "-c", SCENARIO],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        )
        results.add(finished.stdout)
    assert len(results) == 1


def sweep(world: World, limit: int, seen: list[bytes]) -> None:
    """Run one block's sweeps with a handler that notes its targets."""

    def note(handler_context: Context, target: bytes) -> None:
        seen.append(target)
        handler_context.emit("item.swept", target)

    overlay = Overlay(world.state)
    context = world.block_context()
    swept = run_sweeps(overlay, context, {DueKind.PROPOSAL_EXPIRES: note})
    assert len(swept) <= limit
    world.state.commit(overlay.changes())
    world.height, world.time_ms = context.height, context.time_ms


@given(st.lists(st.integers(1, 20), min_size=1, max_size=12), st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_sweeps_are_bounded_and_in_the_order_of_time(offsets: list[int], limit: int) -> None:
    """Whatever falls due is swept once, oldest first, ties by id, at most `limit` in a block."""
    world = World.founded()
    items = [
        DueItem(world.time_ms + offset, salted(str(index)), DueKind.PROPOSAL_EXPIRES)
        for index, offset in enumerate(offsets)
    ]
    overlay = Overlay(world.state)
    for item in items:
        put_due(overlay, item)
    world.state.commit(overlay.changes())
    assert next_due_ms(world.state) == min(item.due_ms for item in items)
    set_value(overlay, ParameterName.SWEEPS_MAX, limit, 0, 1)
    world.state.commit(overlay.changes())
    swept: list[bytes] = []
    world.time_ms += 100
    blocks = 0
    while len(swept) < len(items):
        sweep(world, limit, swept)
        blocks += 1
    assert swept == [item.target for item in sorted(items)]
    assert blocks == -(-len(items) // limit)


def test_a_new_item_waits_for_the_next_block_and_never_overtakes(world: World) -> None:
    """What is scheduled for the past falls due after everything that is due already."""
    overlay = Overlay(world.state)
    put_due(overlay, DueItem(world.time_ms + 5, salted("old"), DueKind.PROPOSAL_EXPIRES))
    context = Context(overlay, world.block_context(), salted("tx"))
    context.schedule(0, DueKind.PROPOSAL_EXPIRES, salted("new"))
    assert [key[1] for key, _ in DUE.scan(overlay)] == [salted("old"), salted("new")]
    assert [key[0] for key, _ in DUE.scan(overlay)][-1] == context.now_ms + 1


def test_a_refused_sweep_leaves_its_code_and_no_effect(world: World) -> None:
    def fail(context: Context, target: bytes) -> None:
        context.schedule(0, DueKind.PROPOSAL_EXPIRES, target)
        raise Refused(Code.BAD_STATE, "target")

    overlay = Overlay(world.state)
    put_due(overlay, DueItem(world.time_ms, salted("item"), DueKind.PROPOSAL_EXPIRES))
    swept = run_sweeps(overlay, world.block_context(), {DueKind.PROPOSAL_EXPIRES: fail})
    assert [item.receipt.code for item in swept] == [Code.BAD_STATE]
    assert list(DUE.scan(overlay)) == []


def test_an_empty_block_with_nothing_due_changes_nothing(world: World) -> None:
    world.do(DEFINE, world.governor(0))
    executed = world.block()
    assert executed.changes == {}
    assert executed.receipts == ()
