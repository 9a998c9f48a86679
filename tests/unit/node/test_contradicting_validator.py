"""A validator contradicts itself towards real nodes: all of them record it, and go on."""

from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio

from chaincode.evidence import OFFENCES
from consensus.codec import encode_message
from consensus.evidence import evidence_of
from consensus.messages import Vote
from genesis.testnet import Testnet
from ledger.offence import OffenceKind
from ledger.vote import VoteKind, block_vote_bytes
from node.network.lanes import Lane
from node.network.messages import BlocksFound, ConsensusMessage, Evidence, GetBlocks
from tests.unit.node.hostile import Hostile
from tests.unit.node.network_support import Recorder
from tests.unit.node.node_support import Nodes, lay_out, until

pytestmark = pytest.mark.xdist_group("whole nodes")


@pytest.fixture(scope="module")
def testnet(tmp_path_factory: pytest.TempPathFactory) -> Testnet:
    return lay_out(tmp_path_factory.mktemp("contradicting") / "net")


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


def double_vote(nodes: Nodes, hostile: Hostile, height: int) -> tuple[Vote, Vote]:
    """Return two commits of one view that the fourth validator signed."""
    chain = nodes.chain(0)
    signer = chain.facts.validators.index_of(hostile.validator.public_key)
    assert signer is not None
    votes = []
    for value in (bytes([1]) * 32, bytes([2]) * 32):
        message = block_vote_bytes(VoteKind.COMMIT, chain.genesis_hash, height, 0, value)
        signature = hostile.validator.sign(message)
        votes.append(Vote(VoteKind.COMMIT, height, 0, value, signer, signature))
    return votes[0], votes[1]


def recorded(nodes: Nodes, index: int) -> list[tuple[int, bytes, int]]:
    return [key for key, _ in OFFENCES.scan(nodes.chain(index).state)]


async def all_record(nodes: Nodes, *keys: tuple[int, bytes, int]) -> None:
    for index in nodes.running:
        await until(partial(_has_recorded, nodes, index, keys), f"recorded by {index}")


def _has_recorded(nodes: Nodes, index: int, keys: tuple[tuple[int, bytes, int], ...]) -> bool:
    return recorded(nodes, index) == list(keys)


async def test_a_double_vote_is_seen_gossiped_and_recorded_by_all(nodes: Nodes) -> None:
    """One node sees it; it stands in a block as soon as its height is decided, without a push."""
    hostile = Hostile(nodes, Recorder())
    link = await hostile.connect()
    height = nodes.chain(0).facts.height
    for vote in double_vote(nodes, hostile, height):
        link.send(ConsensusMessage(encode_message(vote)), Lane.URGENT)
    await until(lambda: len(nodes.running[0].evidence) == 1, "noticed")
    await until(lambda: len(nodes.running[2].evidence) == 1, "told on")
    await nodes.commit(1)
    key = (height, hostile.validator.public_key, OffenceKind.COMMIT)
    await all_record(nodes, key)
    await until(
        lambda: not any(len(node.evidence) for node in nodes.running.values()), "nothing waits"
    )
    assert b"quancheng_offences_total 1.0" in nodes.running[2].metrics.exposition()
    nodes.assert_equal()
    await hostile.peers.stop()


async def test_evidence_of_a_peer_wakes_an_idle_chain(nodes: Nodes) -> None:
    """Nobody has anything else to decide; and who connects later is told what still waits."""
    await nodes.at(await nodes.commit(0, 2))
    hostile = Hostile(nodes, Recorder())
    link = await hostile.connect()
    evidence = evidence_of(*double_vote(nodes, hostile, 1))
    assert evidence is not None
    link.send(Evidence((evidence.encoded(),)), Lane.GOSSIP)
    await all_record(nodes, (1, hostile.validator.public_key, OffenceKind.COMMIT))
    await hostile.peers.stop()


async def test_framing_and_nonsense_cost_the_peer_that_sends_them(nodes: Nodes) -> None:
    await nodes.at(await nodes.commit(0, 2))
    hostile = Hostile(nodes, Recorder())
    link = await hostile.connect()
    first, second = double_vote(nodes, hostile, 1)
    others = [signer for signer in range(4) if signer != first.signer]
    framed = evidence_of(
        Vote(first.kind, 1, 0, first.block_hash, others[0], first.signature),
        Vote(second.kind, 1, 0, second.block_hash, others[0], second.signature),
    )
    assert framed is not None
    for _ in range(100):
        link.send(Evidence((framed.encoded(), b"nonsense")), Lane.GOSSIP)
    await until(lambda: not link.alive, "cut off")
    await nodes.commit(0)
    assert recorded(nodes, 0) == []
    assert len(nodes.running[0].evidence) == 0
    await hostile.peers.stop()


@pytest.mark.parametrize(
    "claimed", [b"\x01" + bytes([9]) * 32, None], ids=["stranger", "validator"]
)
async def test_only_who_votes_is_heard_on_the_consensus_channel(
    nodes: Nodes, claimed: bytes | None
) -> None:
    """A machine of an organisation whose key votes nowhere may follow; its votes are not looked at.

    Such are strangers, observers, removed validators and retired keys.
    """
    await nodes.at(await nodes.commit(0, 1))
    heard = Recorder()
    hostile = Hostile(nodes, heard, validator_key=claimed)
    link = await hostile.connect()
    for vote in double_vote(nodes, hostile, nodes.chain(0).facts.height):
        link.send(ConsensusMessage(encode_message(vote)), Lane.URGENT)
    found = await link.ask(partial(GetBlocks, height=1, count=1), BlocksFound, 20.0)
    assert found is not None
    assert len(found.items) == 1
    await nodes.commit(0, 2)
    votes = claimed is None
    if votes:
        await until(lambda: bool(recorded(nodes, 0)), "recorded")
    assert bool(recorded(nodes, 0)) is votes
    assert any(isinstance(item, ConsensusMessage) for _, item in heard.messages) is votes
    await hostile.peers.stop()
