"""Bringing a network up does not wait for a node that has ended."""

import time
from pathlib import Path

import pytest

from apps.cli import testnet
from apps.cli.exits import ExitCode, Failure
from apps.testnet_processes import processes_of
from genesis.testnet import Testnet, TestnetNode

NODE = TestnetNode("bank", "bank", "bank/node", True, "127.0.0.1:1", "127.0.0.1:2")


def test_a_node_that_has_ended_is_named_at_once(tmp_path: Path) -> None:
    """Its last words are shown instead of a minute of waiting."""
    network = Testnet(tmp_path, "city", "00" * 32, (NODE,), ())
    home = network.home(NODE)
    (home / "data").mkdir(parents=True)
    (home / "node.log").write_text("the disk is full\n", encoding="utf-8")
    started = time.monotonic()
    with pytest.raises(Failure, match="the disk is full") as failure:
        testnet._wait_until_healthy(network, processes_of(network))
    assert failure.value.code is ExitCode.LOCAL
    assert time.monotonic() - started < testnet.HEALTHY_SECONDS / 2
