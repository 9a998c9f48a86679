"""An id is remembered exactly as long as it could come again."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chaincode.parameters import ParameterName
from ledger.genesis import Parameter
from node.replay_window import ReplayWindow
from node.tip_verification import rebuilt_window
from tests.unit.node.chain_world import World, genesis_with
from tests.unit.node.signed import badly_signed, signed_transaction


@given(
    st.lists(st.integers(1, 100_000), max_size=20, unique=True),
    st.lists(st.integers(0, 100_000), max_size=5),
)
def test_no_id_is_forgotten_before_it_expires(ends: list[int], times: list[int]) -> None:
    """After any forgetting, every transaction that could still enter a block is remembered."""
    window = ReplayWindow()
    transactions = {end: signed_transaction(end, valid_until_ms=end) for end in ends}
    window.add(transactions.values())
    latest = 0
    for time_ms in sorted(times):
        latest = time_ms
        window.forget(time_ms)
    for end, transaction in transactions.items():
        if end > latest:
            assert transaction in window
    assert len(window) <= sum(end > latest - 10_000 for end in ends)


def test_an_id_is_known_whoever_signed_it() -> None:
    """Other signatures do not make a transaction new."""
    window = ReplayWindow()
    transaction = signed_transaction(1)
    window.add([transaction])
    assert badly_signed(transaction) in window
    assert signed_transaction(2) not in window


def test_the_window_is_rebuilt_from_bodies() -> None:
    """A restarted node remembers what the running one does, across blocks of several minutes."""
    world = World()
    for number in range(8):
        early = world.binding(number, valid_until_ms=world.next_ms + 30_000)
        late = world.binding(100 + number, valid_until_ms=world.next_ms + 600_000)
        built = world.chain.build([early, late], time_ms=world.next_ms + 60_000, proposer=0).block
        assert len(built.transactions) == 1
        world.chain.commit(built, world.certified(built))
    rebuilt = rebuilt_window(world.chain, 3_600_000)
    running = world.chain._window
    assert rebuilt._buckets == running._buckets
    assert len(rebuilt) == 8


def test_a_running_chain_forgets_what_expired() -> None:
    """The window grows with the load of the last minutes, not with the chain."""
    world = World()
    for number in range(30):
        block = world.chain.build(
            [world.binding(number)], time_ms=world.next_ms + 20_000, proposer=0
        ).block
        world.chain.commit(block, world.certified(block))
    assert len(world.chain._window) <= 5


def test_the_longest_window_that_can_have_been_counts() -> None:
    """Rebuilding goes back by the parameter's upper bound, not by its present value."""
    world = World(
        genesis_with(
            Parameter(ParameterName.TRANSACTION_WINDOW_MS.name.lower(), 20_000, 10_000, 600_000)
        )
    )
    late = world.binding(1, valid_until_ms=world.next_ms + 20_000)
    world.grow(late)
    for _ in range(15):
        world.grow()
    assert late in world.reopened()._window
    assert late not in rebuilt_window(world.chain, 10_000)
    assert replace(late) in world.chain._window
