"""An organisation makes the home of another node for a chain that runs already."""

import datetime as dt
from pathlib import Path

import pytest

from genesis.joining import prepare_node
from genesis.node_home import NodeAddresses
from genesis.organisation import OrganisationFolder
from genesis.sample_plan import sample_plan
from genesis.testnet import Testnet, lay_out_testnet
from ledger.refusal import Code, Refused
from node.home import Home
from node.identity import load_identity

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
NOW_MS = int(NOW.timestamp() * 1_000)
ADDRESSES = NodeAddresses("127.0.0.1:1", "127.0.0.1:2")
PEERS = ("127.0.0.1:3", "127.0.0.1:4")


@pytest.fixture(scope="module")
def testnet(tmp_path_factory: pytest.TempPathFactory) -> Testnet:
    return lay_out_testnet(tmp_path_factory.mktemp("net") / "city", sample_plan(4, NOW_MS), NOW)


def test_a_made_home_is_one_that_a_node_starts_from(testnet: Testnet) -> None:
    """Certificate of the organisation's CA, a voting key that no set knows, peers to dial."""
    folder = OrganisationFolder(testnet.root / "identity")
    data = testnet.genesis.read_bytes()
    made = prepare_node(folder, data, ADDRESSES, PEERS, NOW)
    identity = load_identity(Home(made.home), NOW_MS)
    assert identity.peer.organisation == made.organisation
    assert identity.validator is not None
    assert identity.validator.public_key == made.public_key
    assert [str(item) for item in identity.config.network.peers] == list(PEERS)
    votes = [item.public_key for item in identity.genesis.validators]
    assert made.public_key not in votes
    another = prepare_node(folder, data, ADDRESSES, PEERS, NOW)
    assert (another.home, another.public_key) != (made.home, made.public_key)


def test_an_organisation_that_the_document_does_not_name_is_refused(
    testnet: Testnet, tmp_path: Path
) -> None:
    """Its machines would be let in by nobody."""
    other = lay_out_testnet(tmp_path / "other", sample_plan(4, NOW_MS), NOW)
    folder = OrganisationFolder(other.root / "bank")
    with pytest.raises(Refused) as caught:
        prepare_node(folder, testnet.genesis.read_bytes(), ADDRESSES, PEERS, NOW)
    assert caught.value.refusal.code is Code.NOT_FOUND


def test_a_key_of_another_authority_is_refused(testnet: Testnet, tmp_path: Path) -> None:
    folder = OrganisationFolder(tmp_path)
    (tmp_path / "ca").mkdir()
    bank = OrganisationFolder(testnet.root / "bank")
    identity = OrganisationFolder(testnet.root / "identity")
    folder.authority_certificate.write_bytes(bank.authority_certificate.read_bytes())
    folder.authority_key.write_bytes(identity.authority_key.read_bytes())
    with pytest.raises(Refused) as caught:
        prepare_node(folder, testnet.genesis.read_bytes(), ADDRESSES, PEERS, NOW)
    assert caught.value.refusal.code is Code.BAD_KEY
