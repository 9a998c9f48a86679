"""A whole consortium on one machine, laid out by the steps that organisations take apart.

TESTNET/
  testnet.json                   what stands where; no secrets
  genesis.qc
  dealings/<label>.qc            what each supervisor published when they generated their key
  <organisation>/                one folder for each organisation, as in `genesis.organisation`
  <organisation>/parties/<label>/passphrase    random; only a test network keeps it beside the keys
"""

import datetime as dt
import json
import secrets
import shutil
import socket
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from genesis.assembly import assemble
from genesis.committee import MemberKeys, keep_share, make_dealing, members_of, usual_threshold
from genesis.contribution import Contribution
from genesis.node_home import GENESIS_FILE, NodeAddresses, write_genesis_file
from genesis.organisation import (
    Founder,
    KeyCare,
    OrganisationFolder,
    finish_homes,
    found_organisation,
    node_name,
)
from genesis.plan import Plan, require_sound_plan
from ledger.genesis import Genesis
from quancheng.bounded_files import read_bounded
from quancheng.dealing import DEALING_SIZE_MAX, Dealing, decode_dealing
from quancheng.keystore import QUICK
from quancheng.private_files import create_private_file, make_private_folder

DESCRIPTION_FILE = "testnet.json"
DESCRIPTION_SIZE_MAX = 4 * 1024 * 1024
PASSPHRASE_FILE = "passphrase"  # noqa: S105 - the name of a file
DEALINGS_FOLDER = "dealings"
LOOPBACK = "127.0.0.1"

_PASSPHRASE_BYTES = 24
_PEERS_BELOW_RPC = 100
_FIRST_PORT = 10_000
_PORTS = 22_000
"""Linux gives outgoing connections ports from 32768 on."""


class TestnetMissing(Exception):
    """No test network is laid out in the folder; `root` names it."""

    __test__ = False

    def __init__(self, root: Path) -> None:
        super().__init__(f"no test network in {root}")
        self.root = root


class TestnetExists(Exception):
    """The folder holds a test network already; `root` names it."""

    __test__ = False

    def __init__(self, root: Path) -> None:
        super().__init__(f"{root} holds a test network already")
        self.root = root


class FolderTaken(Exception):
    """The folder holds something that is no test network; `root` names it."""

    def __init__(self, root: Path) -> None:
        super().__init__(f"{root} is not empty and holds no test network")
        self.root = root


@dataclass(frozen=True, slots=True)
class TestnetNode:
    """One node: its name, organisation, home below the root, and where it listens."""

    __test__ = False

    name: str
    organisation: str
    home: str
    is_validator: bool
    peers_address: str
    rpc_address: str


@dataclass(frozen=True, slots=True)
class TestnetParty:
    """One party: its label, name, organisation, and keystore below the root."""

    __test__ = False

    label: str
    name: str
    organisation: str
    keystore: str
    sign_key: str
    """The 33-byte public key in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Testnet:
    """A laid out test network, as `testnet.json` describes it."""

    __test__ = False

    root: Path
    chain_name: str
    genesis_hash: str
    nodes: tuple[TestnetNode, ...]
    parties: tuple[TestnetParty, ...]

    @property
    def genesis(self) -> Path:
        """The founding document."""
        return self.root / GENESIS_FILE

    def home(self, node: TestnetNode) -> Path:
        """Home folder of a node."""
        return self.root / node.home

    def keystore(self, party: TestnetParty) -> Path:
        """Keystore folder of a party."""
        return self.root / party.keystore

    def dealing(self, party: TestnetParty) -> Path:
        """Return the file that a supervisor published for the joint key."""
        return self.root / DEALINGS_FOLDER / f"{party.label}.qc"

    def dealings(self) -> list[Dealing]:
        """Return all that the supervisors published."""
        paths = sorted((self.root / DEALINGS_FOLDER).glob("*.qc"))
        return [decode_dealing(read_bounded(path, DEALING_SIZE_MAX)) for path in paths]


def free_ports(count: int) -> list[int]:
    """Return distinct loopback ports that nobody listens on.

    They lie below those that systems give to outgoing connections: one of these could take the
    port of a node that has yet to start, or that is down for a moment.
    """
    ports: list[int] = []
    while len(ports) < count:
        port = _FIRST_PORT + secrets.randbelow(_PORTS)
        if port not in ports and _is_free(port):
            ports.append(port)
    return ports


def lay_out_testnet(
    root: Path,
    plan: Plan,
    now: dt.datetime,
    *,
    ports: Callable[[int], Sequence[int]] = free_ports,
) -> Testnet:
    """Found the planned consortium in a folder, on loopback ports: for each node peers, then RPC.

    The folder appears whole or not at all, so that an interrupted founding can just be repeated.
    """
    if (root / DESCRIPTION_FILE).exists():
        raise TestnetExists(root)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise FolderTaken(root)
    require_sound_plan(plan)
    scratch = root.with_name(f".{root.name}.{secrets.token_hex(8)}")
    make_private_folder(scratch)
    try:
        testnet = _laid_out(scratch, plan, now, ports)
        scratch.replace(root)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return replace(testnet, root=root)


def load_testnet(root: Path) -> Testnet:
    """Read what stands below a folder, or raise TestnetMissing."""
    path = root / DESCRIPTION_FILE
    try:
        with path.open("rb") as file:
            parts = json.loads(file.read(DESCRIPTION_SIZE_MAX))
    except FileNotFoundError as error:
        raise TestnetMissing(root) from error
    return Testnet(
        root=root,
        chain_name=parts["chain_name"],
        genesis_hash=parts["genesis_hash"],
        nodes=tuple(TestnetNode(**item) for item in parts["nodes"]),
        parties=tuple(TestnetParty(**item) for item in parts["parties"]),
    )


def usual_ports(first: int) -> Callable[[int], list[int]]:
    """Return a chooser of ports: RPC from the first one upwards, peers a hundred below.

    Where one of them is taken, any free ones do, as two networks on one machine need.
    """

    def choose(count: int) -> list[int]:
        nodes = range(count // 2)
        wanted = [first + node - below for node in nodes for below in (_PEERS_BELOW_RPC, 0)]
        return wanted if all(map(_is_free, wanted)) else free_ports(count)

    return choose


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # A node that has just stopped leaves connections behind that do not hinder the next one.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def write_description(testnet: Testnet) -> None:
    """Write `testnet.json`, by which commands find the nodes and parties of a network."""
    parts = {
        "chain_name": testnet.chain_name,
        "genesis_hash": testnet.genesis_hash,
        "nodes": [asdict(item) for item in testnet.nodes],
        "parties": [asdict(item) for item in testnet.parties],
    }
    text = json.dumps(parts, ensure_ascii=False, indent=2)
    create_private_file(testnet.root / DESCRIPTION_FILE, text.encode() + b"\n")


def _laid_out(
    root: Path, plan: Plan, now: dt.datetime, ports: Callable[[int], Sequence[int]]
) -> Testnet:
    founders = _founders(root, plan, ports)
    care = KeyCare(_passphrases(plan), QUICK)
    contributions = [found_organisation(founder, plan, care, now) for founder in founders]
    for founder in founders:
        finish_homes(founder, plan, contributions)
        _keep_passphrases(founder, plan, care)
    genesis = assemble(plan, contributions)
    write_genesis_file(root / GENESIS_FILE, genesis.encoded())
    testnet = Testnet(
        root=root,
        chain_name=plan.chain_name,
        genesis_hash=genesis.hash().hex(),
        nodes=tuple(node for founder in founders for node in _nodes(root, founder, plan)),
        parties=tuple(
            party
            for founder, contribution in zip(founders, contributions, strict=True)
            for party in _parties(founder, plan, contribution)
        ),
    )
    write_description(testnet)
    _generate_committee_key(testnet, genesis, care)
    return testnet


def _generate_committee_key(testnet: Testnet, genesis: Genesis, care: KeyCare) -> None:
    """Let the founding supervisors generate their key, each with its own keystore."""
    by_key = {party.sign_key: party for party in testnet.parties}
    members = [by_key[party.sign_key.hex()] for party in members_of(genesis)]
    if not members:
        return
    keys = [
        MemberKeys(testnet.keystore(party), care.passphrases[party.label], care.cost)
        for party in members
    ]
    threshold = usual_threshold(len(members))
    dealings = [make_dealing(genesis, threshold, item) for item in keys]
    for item in keys:
        keep_share(genesis, dealings, item)
    make_private_folder(testnet.root / DEALINGS_FOLDER)
    for party, dealing in zip(members, dealings, strict=True):
        create_private_file(testnet.dealing(party), dealing.encoded())


def _founders(
    root: Path, plan: Plan, choose_ports: Callable[[int], Sequence[int]]
) -> list[Founder]:
    nodes = sum(item.nodes for item in plan.organisations)
    ports = iter(choose_ports(2 * nodes))
    return [
        Founder(
            OrganisationFolder(root / organisation.label),
            organisation.label,
            tuple(
                NodeAddresses(f"{LOOPBACK}:{next(ports)}", f"{LOOPBACK}:{next(ports)}")
                for _ in range(organisation.nodes)
            ),
        )
        for organisation in plan.organisations
    ]


def _passphrases(plan: Plan) -> dict[str, str]:
    labels = [party.label for item in plan.organisations for party in item.parties]
    return {label: secrets.token_urlsafe(_PASSPHRASE_BYTES) for label in labels}


def _keep_passphrases(founder: Founder, plan: Plan, care: KeyCare) -> None:
    for party in plan.organisation(founder.label).parties:
        path = founder.folder.party(party.label) / PASSPHRASE_FILE
        create_private_file(path, care.passphrases[party.label].encode() + b"\n")


def _nodes(root: Path, founder: Founder, plan: Plan) -> Sequence[TestnetNode]:
    homes = [founder.folder.node(index) for index in range(len(founder.addresses))]
    return [
        TestnetNode(
            name=node_name(founder.label, index),
            organisation=founder.label,
            home=str(home.relative_to(root)),
            is_validator=index < plan.organisation(founder.label).validators,
            peers_address=founder.addresses[index].peers,
            rpc_address=founder.addresses[index].rpc,
        )
        for index, home in enumerate(homes)
    ]


def _parties(founder: Founder, plan: Plan, contribution: Contribution) -> Sequence[TestnetParty]:
    planned = plan.organisation(founder.label).parties
    root = founder.folder.root.parent
    return [
        TestnetParty(
            label=party.label,
            name=party.name,
            organisation=founder.label,
            keystore=str(founder.folder.party(party.label).relative_to(root)),
            sign_key=keys.sign_key.hex(),
        )
        for party, keys in zip(planned, contribution.parties, strict=True)
    ]
