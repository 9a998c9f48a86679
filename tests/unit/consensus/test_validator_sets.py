"""Small sets, and sets that change from one height to the next."""

import pytest

from consensus.effects import Broadcast, CheckBlock, Decide, Rejected
from consensus.events import BlockBuilt, BlockChecked, HeightStarted, Verdict
from consensus.messages import Vote
from ledger.quorum import quorum
from ledger.validators import Validator, ValidatorSet, validator_set
from tests.unit.consensus.bench import BLOCK, GENESIS_HASH, HASH, Bench, only


@pytest.mark.parametrize("size", range(1, 8))
def test_a_quorum_of_any_size_decides(size: int) -> None:
    """From one validator (development) to seven: the quorum-th vote decides, not the one before."""
    bench = Bench(index=0, size=size)
    bench.start()
    others = range(1, size)
    if bench.primary(0) == 0:
        bench.work()
        bench.step(BlockBuilt(1, 0, HASH, BLOCK))
    else:
        bench.receive(bench.pre_prepare())
    bench.check()
    bench.receive(*(bench.prepare(signer) for signer in others))
    needed = quorum(size) - 1
    bench.receive(*(bench.commit(signer) for signer in others[: needed - 1]))
    before = len(only(bench.effects, Decide))
    bench.receive(*(bench.commit(signer) for signer in others[needed - 1 : needed]))
    assert (before, len(only(bench.effects, Decide))) == ((1, 1) if size == 1 else (0, 1))


def changed(bench: Bench, height: int, next_set: ValidatorSet) -> HeightStarted:
    """Return the start of a height whose successor has another set."""
    context = bench.context(height)
    fields = (context.height, GENESIS_HASH, context.validators, next_set)
    return HeightStarted(type(context)(*fields, 0, ()), 0)


def test_early_votes_are_checked_against_the_next_set() -> None:
    """A validator that joins at height 2 is heard before it, one that leaves is not."""
    bench = Bench(size=5)
    members = bench.validators.members
    without_last = ValidatorSet(0, members[:4])
    without_first = ValidatorSet(1, members[1:])
    bench.validators = without_last
    bench.step(changed(bench, 1, without_first))
    # Validator 4 of the five is number 3 of the next set; number 0 has left.
    unsigned = Vote(bench.prepare(0).kind, 2, 0, HASH, 3, b"")
    signature = bench.keys.sign[4](unsigned.signed_bytes(GENESIS_HASH))
    joined = Vote(unsigned.kind, 2, 0, HASH, 3, signature)
    left = Vote(
        unsigned.kind, 2, 0, HASH, 0, bench.keys.sign[0](unsigned.signed_bytes(GENESIS_HASH))
    )
    assert not only(bench.receive(joined), Rejected)
    assert only(bench.receive(left), Rejected)
    bench.validators = without_first
    bench.step(HeightStarted(bench.context(2), 0))
    assert bench.state.prepares.count(0, HASH) == 1


def test_a_removed_validator_follows_and_a_new_one_votes() -> None:
    """The own index is that of the set of the height, or none."""
    bench = Bench(index=0, size=5)
    members = bench.validators.members
    bench.validators = ValidatorSet(0, members[1:])
    bench.start()
    assert (bench.state.own_index, bench.state.may_sign) == (None, False)
    newcomer = Bench(index=4, size=5)
    newcomer.validators = ValidatorSet(0, members[1:])
    newcomer.start()
    assert (newcomer.state.own_index, newcomer.state.may_sign) == (3, True)


def test_another_set_than_announced_stops_the_node() -> None:
    """Votes were checked against the announced set: a host that changes its mind is broken."""
    bench = Bench()
    bench.start()
    keys = [bytes([1, index]) + bytes(31) for index in range(4)]
    bench.validators = validator_set(9, (Validator(key, key[1:]) for key in keys))
    with pytest.raises(AssertionError):
        bench.step(HeightStarted(bench.context(2), 0))


def test_a_skipped_primary_may_not_propose_in_view_0() -> None:
    """Height 1 was decided in view 1: validator 1 missed its turn, and at height 5 it is 2's."""
    bench = Bench(index=0, height=5)
    context = bench.context(5, views=(1, 0, 0))
    bench.step(HeightStarted(context, 0))
    assert only(bench.receive(bench.pre_prepare()), Rejected)
    unsigned = Vote(bench.pre_prepare().vote.kind, 5, 0, HASH, 2, b"")
    signature = bench.keys.sign[2](unsigned.signed_bytes(GENESIS_HASH))
    proposal = type(bench.pre_prepare())(Vote(unsigned.kind, 5, 0, HASH, 2, signature), BLOCK, None)
    (asked,) = only(bench.receive(proposal), CheckBlock)
    assert asked.proposer == 2
    effects = bench.step(BlockChecked(5, 0, HASH, Verdict.VALID))
    assert bench.prepare(0) in [item.message for item in only(effects, Broadcast)]
