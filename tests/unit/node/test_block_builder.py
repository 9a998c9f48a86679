"""A built block is valid whatever it is offered, and leaves out only what may not stand in it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from consensus.events import Verdict
from ledger.encoding import encode
from ledger.genesis import Parameter
from ledger.transaction import Transaction
from tests.unit.node.chain_world import HOLDER_SEED, STRANGER_SEED, World, genesis_with
from tests.unit.node.signed import badly_signed

KINDS = ("good", "holder", "stranger", "expired", "far", "badly signed", "committed", "large")


def world_with_caps() -> World:
    """Return a world with caps within reach and one committed transaction."""
    world = World(
        genesis_with(
            Parameter("block_transactions_max", 5, 1, 5_000),
            Parameter("block_size_max", 131_072, 131_072, 4 << 20),
            Parameter("organisation_transactions_max", 3, 1, 5_000),
        )
    )
    world.grow(world.binding(0))
    return world


def offered(world: World, kind: str, number: int) -> Transaction:
    """Return a transaction of a kind."""
    match kind:
        case "good":
            return world.binding(number)
        case "holder":
            return world.binding(number, seed=HOLDER_SEED)
        case "stranger":
            return world.binding(number, seed=STRANGER_SEED)
        case "expired":
            return world.binding(number, valid_until_ms=world.next_ms)
        case "far":
            return world.binding(number, valid_until_ms=world.next_ms + 10**7)
        case "badly signed":
            return badly_signed(world.binding(number))
        case "large":
            return world.signed("purpose.define", [bytes(50_000)], number, HOLDER_SEED)
        case _:
            block = world.chain.block(1)
            again = world.binding(0, valid_until_ms=world.chain.tip.time_ms + 60_000)
            assert block.transactions == (again.data,)
            return again


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 6)), max_size=12))
def test_whatever_is_offered_the_block_is_valid(items: list[tuple[str, int]]) -> None:
    """Any mixture, with repetitions, gives a block that the checker accepts, in its order."""
    world = world_with_caps()
    transactions = [offered(world, kind, number) for kind, number in items]
    built = world.chain.build(transactions, time_ms=world.next_ms, proposer=0)
    assert world.chain.check(built.block).verdict is Verdict.VALID
    places = [[item.data for item in transactions].index(data) for data in built.block.transactions]
    assert places == sorted(places)
    chosen = set(built.block.transactions)
    assert all(item.data not in chosen for item in transactions if item.tx_hash in built.hopeless)


def test_what_no_later_block_can_hold_is_named() -> None:
    """Expired, strange, badly signed and committed ones are hopeless; quota and window pass."""
    world = world_with_caps()
    hopeless = [
        offered(world, kind, 10) for kind in ("expired", "stranger", "badly signed", "committed")
    ]
    waiting = [offered(world, "far", 11), *(offered(world, "good", 20 + i) for i in range(4))]
    built = world.chain.build([*hopeless, *waiting], time_ms=world.next_ms, proposer=0)
    assert set(built.hopeless) == {item.tx_hash for item in hopeless}
    assert len(built.block.transactions) == 3


def test_a_block_is_filled_to_its_last_byte_and_never_beyond() -> None:
    """A transaction that fits to the byte is taken, one that is a byte longer is not."""
    world = World(genesis_with(Parameter("block_size_max", 131_072, 131_072, 4 << 20)))
    many = [world.binding(number) for number in range(300)]
    room = 131_072 - len(world.proposed(*many).encoded())
    plain = len(encode(signed_with_ballast(world, 1_000).data)) - 1_000
    fitting = signed_with_ballast(world, room - plain)
    longer = signed_with_ballast(world, room - plain + 1)
    assert len(world.proposed(*many, longer).transactions) == 300
    block = world.proposed(*many, longer, fitting)
    assert block.transactions[-1] == fitting.data
    assert len(block.encoded()) == 131_072
    assert world.chain.check(block).verdict is Verdict.VALID


def signed_with_ballast(world: World, size: int) -> Transaction:
    """Return a transaction with so many bytes of ballast."""
    return world.signed("purpose.define", [bytes(size)], 1_000, HOLDER_SEED)


def test_time_never_runs_backwards() -> None:
    """Where the clock is behind the chain, a block comes one millisecond after its parent."""
    world = World()
    world.grow()
    built = world.chain.build([], time_ms=0, proposer=2)
    assert built.block.header.time_ms == world.chain.tip.time_ms + 1
    assert built.block.header.proposer == 2
