"""A test network is laid out whole, private, and readable by the node."""

import socket
import stat
from importlib.util import find_spec
from pathlib import Path

import pytest

from genesis import node_home
from genesis import testnet as testnet_module
from genesis.plan import Plan
from genesis.testnet import (
    FolderTaken,
    TestnetExists,
    TestnetMissing,
    free_ports,
    lay_out_testnet,
    load_testnet,
    usual_ports,
)
from ledger.genesis import decode_genesis
from node.config import load_config, parse_address
from quancheng.keystore import KeyKind, Keystore
from tests.unit.genesis.conftest import NOW


def test_a_network_is_laid_out_and_found_again(plan: Plan, tmp_path: Path) -> None:
    """What was laid out is what is loaded; nodes know each other, and the parties' keys open."""
    testnet = lay_out_testnet(tmp_path / "net", plan, NOW)
    assert load_testnet(tmp_path / "net") == testnet
    genesis = decode_genesis(testnet.genesis.read_bytes())
    assert genesis.hash().hex() == testnet.genesis_hash
    addresses = {item.peers_address for item in testnet.nodes}
    addresses |= {item.rpc_address for item in testnet.nodes}
    assert len(addresses) == 2 * len(plan.organisations)
    for node in testnet.nodes:
        config = load_config(testnet.home(node) / "config.toml")
        assert config.network.listen == parse_address(node.peers_address)
        assert config.rpc.listen == parse_address(node.rpc_address)
        expected = "leveldb" if find_spec("plyvel") else "lmdb"
        assert config.storage.engine == expected
        assert len(config.network.peers) == len(testnet.nodes) - 1
        assert (testnet.home(node) / "genesis.qc").read_bytes() == testnet.genesis.read_bytes()
    party = testnet.parties[0]
    passphrase = (testnet.keystore(party) / "passphrase").read_text().strip()
    keystore = Keystore(testnet.keystore(party))
    seed = keystore.secret("sign", passphrase)
    assert KeyKind.SIGN.public_key_of(seed).hex() == party.sign_key


def test_a_machine_without_leveldb_gets_the_other_engine(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine is one that the interpreter has, or the node could never start."""
    monkeypatch.setattr(node_home, "find_spec", lambda _: None)
    testnet = lay_out_testnet(tmp_path / "net", plan, NOW)
    config = load_config(testnet.home(testnet.nodes[0]) / "config.toml")
    assert config.storage.engine == "lmdb"


def test_nothing_secret_is_open_to_others(plan: Plan, tmp_path: Path) -> None:
    """Every file below a network is its owner's alone, and so is every folder."""
    root = lay_out_testnet(tmp_path / "net", plan, NOW).root
    for path in root.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_network_is_not_laid_out_over_another(plan: Plan, tmp_path: Path) -> None:
    """The second time is refused, and an empty folder holds none."""
    with pytest.raises(TestnetMissing):
        load_testnet(tmp_path / "net")
    lay_out_testnet(tmp_path / "net", plan, NOW)
    with pytest.raises(TestnetExists):
        lay_out_testnet(tmp_path / "net", plan, NOW)


def test_an_interrupted_founding_leaves_nothing_behind(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the middle: no half-made folder hinders the next attempt."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(testnet_module, "finish_homes", interrupted)
        with pytest.raises(KeyboardInterrupt):
            lay_out_testnet(tmp_path / "net", plan, NOW)
    assert list(tmp_path.iterdir()) == []
    assert lay_out_testnet(tmp_path / "net", plan, NOW).root == tmp_path / "net"


def test_a_folder_with_something_else_is_left_alone(plan: Plan, tmp_path: Path) -> None:
    """Files of somebody else are neither mixed with a network nor replaced; an empty folder is."""
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(FolderTaken):
        lay_out_testnet(tmp_path, plan, NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    (tmp_path / "net").mkdir()
    lay_out_testnet(tmp_path / "net", plan, NOW)


def test_the_usual_ports_are_taken_where_they_are_free() -> None:
    """Examples with the usual URL work; a second network on the machine gets other ports."""
    (first,) = free_ports(1)
    chosen = usual_ports(first)(4)
    assert len(set(chosen)) == 4
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("127.0.0.1", first))
        taken.listen()
        assert first not in usual_ports(first)(4)
