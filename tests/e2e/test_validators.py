"""A node joins the validators, one rotates its key, one leaves: live, under load, no restart."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cluster import Cluster, assert_same_chain
from tests.e2e.joining import CHANGE_S, Consortium


@pytest.fixture
def consortium(cluster: Cluster) -> Iterator[Consortium]:
    cluster.connect()
    found = Consortium(cluster)
    try:
        yield found
    finally:
        found.stop()


def test_join_rotate_and_leave_under_load(consortium: Consortium, tmp_path: Path) -> None:
    """4 → 5, a key replaced, 5 → 4; who left follows, and nothing that was taken is lost."""
    with consortium.load() as taken:
        absent = consortium.prepare("supervision")
        consortium.wait_epoch()
        refused = consortium.command("validators", "add", absent, "--as", "department")
        assert refused.returncode == 1
        assert "is not connected" in refused.stderr
        key = consortium.join("identity")
        consortium.change("add", key)
        assert len(consortium.voting_keys()) == 5
        consortium.wait_voting(key)
        new = consortium.join("identity")
        consortium.change("replace", key, new)
        assert key not in consortium.voting_keys()
        consortium.wait_voting(new)
        consortium.wait_silent(consortium.joined[key])
        consortium.change("remove", new)
        assert len(consortium.voting_keys()) == 4
        consortium.wait_silent(consortium.joined[new])
    asked = consortium.asked
    after_all = consortium.cluster.submit(asked)
    for tx_id in (*taken, after_all):
        consortium.cluster.wait_committed(asked, tx_id, CHANGE_S)
    assert consortium.prove(after_all, tmp_path) == 3
    assert_same_chain([*consortium.cluster.nodes, consortium.joined[key], consortium.joined[new]])
