"""Whole nodes in one process: deciding, catching up, fetching, silence, and a clean end."""

import asyncio
import json
import logging
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from genesis.testnet import Testnet
from node.clock import SystemClock
from node.errors import BadHome, HomeLocked, NodeFailure, VotesDamaged
from node.home import Home
from node.main import EXIT_FAILURE
from node.network.lanes import Lane
from node.network.messages import GetTransactions, Status, TransactionsFound
from node.node import Run, open_memory
from tests.unit.node.node_support import Nodes, lay_out, until

pytestmark = pytest.mark.xdist_group("whole nodes")


@pytest.fixture(scope="module")
def testnet(tmp_path_factory: pytest.TempPathFactory) -> Testnet:
    return lay_out(tmp_path_factory.mktemp("nodes") / "net")


@pytest_asyncio.fixture
async def nodes(testnet: Testnet) -> AsyncIterator[Nodes]:
    found = Nodes(testnet)
    found.reset()
    try:
        yield found
    finally:
        await found.stop()


async def test_four_nodes_decide_and_stop_cleanly(nodes: Nodes) -> None:
    """A transaction is decided by all; afterwards no task, port or lock is left."""
    await nodes.start()
    await nodes.connected()
    height = await nodes.commit(0, 3)
    await nodes.at(height)
    nodes.assert_equal()
    await nodes.stop()
    await asyncio.sleep(0)
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert left == []
    for node in nodes.testnet.nodes:
        host, _, port = node.peers_address.rpartition(":")
        with socket.socket() as probe:
            assert probe.connect_ex((host, int(port))) != 0
    await nodes.start(0)


async def test_late_node_fetches_what_it_missed(nodes: Nodes) -> None:
    """A node that was not there takes many blocks from its peers and then takes part."""
    await nodes.start(0, 1, 2)
    await nodes.connected()
    height = await nodes.commit(0, 20)
    await nodes.start(3)
    await nodes.at(height, 3)
    assert nodes.running[3].sync.fetched_blocks >= height - 1
    nodes.assert_equal()


async def test_restarted_node_recovers_and_votes(nodes: Nodes) -> None:
    """A clean restart goes on from the stores; with another node gone its vote is needed."""
    await nodes.start()
    await nodes.connected()
    await nodes.at(await nodes.commit(1, 2))
    await nodes.stop(0)
    await nodes.start(0)
    await nodes.connected()
    await nodes.stop(1)
    height = await nodes.commit(2, 3)
    await nodes.at(height)
    nodes.assert_equal()


async def test_missing_transactions_are_fetched(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proposal whose transactions nobody gossiped is completed from the one that has them."""
    await nodes.start()
    await nodes.connected()
    for node in nodes.running.values():
        monkeypatch.setattr(node._gossip, "offer", lambda *_: None)
    transactions = [await nodes.submit(index) for index in range(4)]
    for transaction in transactions:
        for index in range(4):
            await nodes.committed(index, transaction)
    nodes.assert_equal()


async def test_claims_without_proof_do_no_harm(nodes: Nodes) -> None:
    """A peer that claims an absurd height is asked in vain; deciding goes on."""
    await nodes.start(0, 1, 2)
    await nodes.connected()
    await nodes.commit(0, 1)
    liar = nodes.running[2]
    for _ in range(3):
        liar.peers.broadcast(Status(2**60, b"no proof"), Lane.URGENT)
        await nodes.commit(0, 1)
    await until(lambda: not nodes.running[0].sync.is_behind, "claim forgotten", 20)
    await nodes.at(await nodes.commit(1, 2))
    nodes.assert_equal()


async def test_transactions_are_served_by_hash(nodes: Nodes) -> None:
    """A peer gets those of the asked transactions that are there, and silence about the rest."""
    await nodes.start(0, 1)
    await nodes.connected()
    transaction = await nodes.submit(0)
    link = nodes.running[1].peers.links()[0]
    hashes = (transaction.tx_hash, bytes(32))
    answer = await link.ask(lambda number: GetTransactions(number, hashes), TransactionsFound, 5.0)
    assert answer is not None
    assert answer.items == (transaction.data,)


async def test_gossip_reaches_those_who_come_later(nodes: Nodes) -> None:
    """What waits at one node is offered to a peer that connects afterwards."""
    await nodes.start(0)
    transaction = await nodes.submit(0)
    await nodes.start(1)
    await until(lambda: transaction.tx_hash in nodes.running[1].mempool, "offered")


async def test_lost_votes_keep_a_validator_silent(nodes: Nodes) -> None:
    """Told to forget its votes, a node follows; it signs again three blocks above the tips."""
    await nodes.start()
    await nodes.connected()
    height = await nodes.commit(0, 2)
    await nodes.at(height)
    await nodes.stop(3)
    await nodes.start(3, run=Run(forget_votes=True))
    await nodes.connected()
    activity = nodes.running[3].activity
    assert not activity.is_validating()
    assert any("silent" in reason for reason in activity.ailments())
    await nodes.commit(0, 4)
    await until(activity.is_validating, "voting again")
    await nodes.stop(1)
    await nodes.at(await nodes.commit(0, 2))
    nodes.assert_equal()


async def test_old_copy_of_votes_is_recognised(
    nodes: Nodes, caplog: pytest.LogCaptureFixture
) -> None:
    """A vote store that ends below a block which this key helped to decide is not trusted."""
    caplog.set_level(logging.INFO)
    await nodes.start()
    await nodes.connected()
    await nodes.at(await nodes.commit(0, 1))
    await nodes.stop()
    votes = nodes.homes[0] / "data" / "votes"
    old = {file.name: file.read_bytes() for file in votes.iterdir()}
    await nodes.start()
    await nodes.connected()
    await nodes.at(await nodes.commit(0, 6))
    await nodes.stop()
    for file in votes.iterdir():
        file.unlink()
    for name, data in old.items():
        (votes / name).write_bytes(data)
    caplog.clear()
    await nodes.start()
    assert "LOST" in {getattr(record, "past", None) for record in caplog.records}


async def test_home_is_locked_against_a_second_process(nodes: Nodes) -> None:
    """Two processes never run one home."""
    await nodes.start(0)
    with pytest.raises(HomeLocked):
        open_memory(Home(nodes.homes[0]), SystemClock())
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "node", "--home", str(nodes.homes[0]), stderr=asyncio.subprocess.PIPE
    )
    _, log = await process.communicate()
    assert process.returncode == EXIT_FAILURE
    assert json.loads(log.splitlines()[-1])["failure"] == "HomeLocked"


async def test_damaged_votes_stop_the_start_with_a_remedy(nodes: Nodes) -> None:
    """Damage in the middle of the vote store is refused, and the message says what to do."""
    await nodes.start()
    await nodes.connected()
    await nodes.at(await nodes.commit(0, 3))
    await nodes.stop()
    (file,) = (nodes.homes[0] / "data" / "votes").iterdir()
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))
    with pytest.raises(VotesDamaged, match="--forget-votes"):
        await nodes.start(0)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("genesis.qc", b"nonsense"),
        ("genesis.qc", None),
        ("keys/validator.key", b"short"),
        ("keys/tls.key", b"nonsense"),
        ("keys/tls.crt", None),
        ("config.toml", b"[network]\nlisten = 1"),
    ],
)
def test_unfit_files_are_named(
    testnet: Testnet, tmp_path: Path, name: str, content: bytes | None
) -> None:
    """A file that is missing or does not fit stops the start with its path and a remedy."""
    home = tmp_path / "home"
    source = testnet.home(testnet.nodes[0])
    for item in ("config.toml", "genesis.qc", "keys/validator.key", "keys/tls.key", "keys/tls.crt"):
        (home / item).parent.mkdir(parents=True, exist_ok=True)
        (home / item).write_bytes((source / item).read_bytes())
    (home / name).unlink()
    if content is not None:
        (home / name).write_bytes(content)
    with pytest.raises(NodeFailure) as raised:
        open_memory(Home(home), SystemClock())
    assert raised.value.remedy
    if isinstance(raised.value, BadHome):
        assert raised.value.path.is_relative_to(home)


async def test_observer_follows_without_a_key(nodes: Nodes) -> None:
    """A node without a validator key catches up and hears of every new block."""
    key = Home(nodes.homes[3]).validator_key
    seed = key.read_bytes()
    key.unlink()
    try:
        await nodes.start()
        await nodes.connected()
        await nodes.at(await nodes.commit(3, 3))
        assert not nodes.running[3].activity.is_validating()
        nodes.assert_equal()
    finally:
        await nodes.stop()
        key.write_bytes(seed)
