"""A new protocol version: rolled out node by node, decided, in force on all at one height."""

import secrets
import time

from chaincode.membership.parameter import ParameterSet
from chaincode.parameters import ParameterName
from ledger.quorum import quorum
from ledger.suites import public_key_of
from ledger.transaction import Transaction, UnsignedTransaction, sign_transaction
from node.main import EXIT_FAILURE
from tests.e2e.cluster import VALIDITY_MS, Cluster, RunningNode, assert_same_chain, until
from tests.e2e.joining import GOVERNORS
from tests.e2e.newer_node import VERSION

NEWER = "tests.e2e.newer_node"
LEAD_BLOCKS = 12
SOON_S = 60.0


def note(cluster: Cluster) -> Transaction:
    """Return a transaction of the type that version 2 brings, as a newer client builds it."""
    seed, _ = cluster.writer("department")
    unsigned = UnsignedTransaction(
        genesis_hash=bytes.fromhex(cluster.testnet.genesis_hash),
        type="test.note",
        salt=secrets.token_bytes(16),
        valid_until_ms=int(time.time() * 1_000) + VALIDITY_MS,
        signers=(public_key_of(seed),),
        body=[bytes(32)],
    )
    return sign_transaction(unsigned, [seed])


def code_of(cluster: Cluster, node: RunningNode) -> str:
    """Return the code with which a note is recorded."""
    tx_id = cluster.submit(node, note(cluster))
    cluster.wait_committed(node, tx_id, SOON_S)
    return str(node.call("tx_get", tx_id=tx_id)["receipt"]["code"])


def decide_version(cluster: Cluster, node: RunningNode) -> int:
    """Have version 2 decided; return the first height under it."""
    height = node.height() + LEAD_BLOCKS
    action = ParameterSet(ParameterName.PROTOCOL_VERSION, VERSION, height)
    opened = cluster.signed_by(GOVERNORS[0], "proposal.open", action=action)
    cluster.wait_committed(node, cluster.submit(node, opened), SOON_S)
    for label in GOVERNORS[1 : quorum(len(GOVERNORS))]:
        vote = cluster.signed_by(label, "proposal.approve", proposal=opened.tx_id)
        cluster.wait_committed(node, cluster.submit(node, vote), SOON_S)
    assert node.height() < height
    return height


def test_a_rolling_upgrade_with_one_node_left_behind(cluster: Cluster) -> None:
    """Mixed software agrees on every block; who lacks the version stops before its height."""
    cluster.connect()
    left_behind, *others = cluster.nodes
    for upgraded in others:
        upgraded.kill()
        cluster.start(upgraded, module=NEWER)
        cluster.wait_committed(left_behind, cluster.submit(left_behind), SOON_S)
        assert code_of(cluster, left_behind) == code_of(cluster, upgraded) == "E019"
    height = decide_version(cluster, others[0])
    while others[0].height() < height:
        cluster.wait_committed(others[0], cluster.submit(others[0]), SOON_S)
    assert left_behind.wait_stopped(SOON_S) == EXIT_FAILURE
    last = left_behind.log()[-1]
    assert (last["level"], last["failure"]) == ("critical", "VersionUnknown")
    assert f"height {height}" in last["message"]
    assert any("install a newer one" in line["message"] for line in left_behind.log())
    assert code_of(cluster, others[0]) == "E000"
    left_behind.start()
    assert left_behind.wait_stopped(SOON_S) == EXIT_FAILURE
    cluster.start(left_behind, module=NEWER)
    tip = others[0].height()
    until(lambda: left_behind.height() >= tip, "the last one caught up", SOON_S)
    assert code_of(cluster, left_behind) == "E000"
    assert_same_chain(cluster.nodes)
