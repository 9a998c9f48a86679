"""A history played again from its blocks alone, as a node that joins later does."""

from collections.abc import Iterable
from functools import cache

from chaincode.context import BlockContext
from chaincode.execution import BlockExecution, execute_block
from ledger.transaction import Transaction
from tests.unit.chaincode.invariants import check_invariants
from tests.unit.chaincode.memory import MemoryState
from tests.unit.chaincode.play import founded_play
from tests.unit.chaincode.world import World, founding_state

PlayedBlock = tuple[int, tuple[Transaction, ...]]


def replay(
    state: MemoryState, genesis_hash: bytes, blocks: Iterable[PlayedBlock], height: int = 0
) -> list[BlockExecution]:
    """Execute blocks on the state after `height`; return what each of them did."""
    executions = []
    for height_of_block, (time_ms, transactions) in enumerate(blocks, start=height + 1):
        context = BlockContext(height_of_block, time_ms, genesis_hash)
        executions.append(execute_block(state, context, transactions))
        state.commit(executions[-1].changes)
    return executions


def check_replay(world: World) -> None:
    """I23: the blocks from genesis on give this very state, and the invariants hold of it.

    The blocks that every history begins with are replayed once for all of them.
    """
    common, values = _common_beginning()
    begun = MemoryState(values)
    replay(begun, world.genesis_hash, world.blocks[common:], common)
    assert begun.values == world.state.values, "I23: the replay ends in another state"
    check_invariants(begun, world.genesis_hash)


@cache
def _common_beginning() -> tuple[int, dict[bytes, bytes]]:
    """Return how many blocks every play begins with, and the state that their replay ends in."""
    blocks = founded_play().world.blocks
    genesis_hash, values = founding_state()
    state = MemoryState(values)
    replay(state, genesis_hash, blocks)
    return len(blocks), state.values
