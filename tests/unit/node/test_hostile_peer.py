"""One admitted machine misbehaves towards real nodes: they refuse it, count it, and go on."""

from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest
import pytest_asyncio

from genesis.testnet import Testnet
from ledger.refusal import Code
from ledger.transaction import Transaction
from node.network.lanes import Lane
from node.network.link import Link
from node.network.messages import (
    BlocksFound,
    ConsensusMessage,
    GetBlocks,
    Message,
    Status,
    Transactions,
)
from node.serving import BLOCKS_BYTES_MAX
from tests.unit.node.hostile import Hostile
from tests.unit.node.network_support import Recorder
from tests.unit.node.node_support import Nodes, lay_out, until

pytestmark = pytest.mark.xdist_group("whole nodes")


class Liar(Recorder):
    """Claims a height and answers every request for blocks with nonsense."""

    def received(self, link: Link, message: Message) -> None:
        """Note, and lie."""
        super().received(link, message)
        if isinstance(message, GetBlocks):
            nonsense = ((b"no block", b"no certificate"),)
            link.send(BlocksFound(message.number, nonsense), Lane.REPLY)


class Repeater(Recorder):
    """Answers every request for blocks with the same true but old ones."""

    old: tuple[tuple[bytes, bytes], ...] = ()

    def received(self, link: Link, message: Message) -> None:
        """Note, and repeat."""
        super().received(link, message)
        if isinstance(message, GetBlocks):
            link.send(BlocksFound(message.number, self.old), Lane.REPLY)


@pytest.fixture(scope="module")
def testnet(tmp_path_factory: pytest.TempPathFactory) -> Testnet:
    return lay_out(tmp_path_factory.mktemp("hostile") / "net")


@pytest_asyncio.fixture
async def nodes(testnet: Testnet) -> AsyncIterator[Nodes]:
    found = Nodes(testnet)
    found.reset()
    await found.start(0, 1, 2)
    await found.connected()
    try:
        yield found
    finally:
        await found.stop()


async def test_nonsense_instead_of_blocks(nodes: Nodes) -> None:
    """A peer whose blocks prove nothing loses its link; the chain goes on."""
    hostile = Hostile(nodes, Liar())
    link = await hostile.connect()
    link.send(Status(1_000, b""), Lane.URGENT)
    await until(lambda: not link.alive, "the liar is cut off")
    await nodes.at(await nodes.commit(0, 2))
    await hostile.peers.stop()


async def test_old_blocks_instead_of_the_next(nodes: Nodes) -> None:
    """A peer that answers with blocks known already cannot hold up a node that catches up."""
    await nodes.commit(0, 1)
    heard = Repeater()
    hostile = Hostile(nodes, heard)
    link = await hostile.connect()
    found = await link.ask(partial(GetBlocks, height=1, count=1), BlocksFound, 20.0)
    assert found is not None
    heard.old = found.items
    link.send(Status(1_000, b""), Lane.URGENT)
    await until(lambda: not link.alive, "the repeater is cut off")
    await hostile.peers.stop()


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda number: ConsensusMessage(bytes([number])),
        lambda number: Transactions((bytes([number]),)),
    ],
    ids=["consensus", "gossip"],
)
async def test_nonsense_uses_up_a_budget(nodes: Nodes, nonsense: Callable[[int], Message]) -> None:
    """A peer that keeps sending what no correct node sends is cut off."""
    hostile = Hostile(nodes, Recorder())
    link = await hostile.connect()
    for number in range(100):
        link.send(nonsense(number), Lane.GOSSIP)
    await until(lambda: not link.alive, "cut off")
    await nodes.at(await nodes.commit(0, 1))
    await hostile.peers.stop()


async def test_badly_signed_gossip_enters_no_mempool(nodes: Nodes) -> None:
    """A transaction whose signature is wrong is neither kept nor passed on."""
    hostile = Hostile(nodes, Recorder())
    link = await hostile.connect()
    good = nodes.transaction()
    signature = bytes([good.signatures[0][0]]) + bytes(64)
    bad = good.data.replace(good.signatures[0], signature)
    link.send(Transactions((bad, good.data)), Lane.GOSSIP)
    for index in nodes.running:
        await nodes.committed(index, good)
    refusals = await nodes.running[1].submit([bad])
    assert refusals[0] is not None
    assert refusals[0].code in {Code.BAD_SIGNATURE, Code.DUPLICATE}
    # A block is durable a moment before the mempool forgets what stands in it.
    pools = [nodes.running[index].mempool for index in range(3)]
    await until(lambda: not any(map(len, pools)), "every mempool empty")
    await hostile.peers.stop()


async def test_blocks_are_served_in_bounds(nodes: Nodes) -> None:
    """Requests beyond the tip, of nothing and of everything get what there is, in bounds."""
    height = await nodes.commit(0, 3)
    hostile = Hostile(nodes, Recorder())
    link = await hostile.connect()
    for first, count, expected in (
        (1, 64, height),
        (height, 1, 1),
        (height + 1, 64, 0),
        (0, 1, 0),
        (2**62, 64, 0),
        (1, 0, 0),
    ):
        request = partial(GetBlocks, height=first, count=count)
        answer = await link.ask(request, BlocksFound, 20.0)
        assert answer is not None
        assert len(answer.items) == expected
        assert sum(len(block) for block, _ in answer.items) <= BLOCKS_BYTES_MAX
    await hostile.peers.stop()


async def test_flood_of_transactions_is_bounded(nodes: Nodes) -> None:
    """What one peer floods is refused or taken in bounds; others are served meanwhile."""
    hostile = Hostile(nodes, Recorder())
    link = await hostile.connect()
    transactions: list[Transaction] = [nodes.transaction() for _ in range(300)]
    for start in range(0, 300, 50):
        batch = tuple(item.data for item in transactions[start : start + 50])
        for _ in range(5):
            link.send(Transactions(batch), Lane.GOSSIP)
    await nodes.committed(0, transactions[-1])
    await nodes.commit(1, 1)
    nodes.assert_equal()
    await hostile.peers.stop()
