"""The network of the scenario: its folders, its nodes, and the processes of the parties."""

import asyncio
import csv
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from apps.loan.cast import FOUNDERS, Role, founding_plan, node_organisation, part_of, party_folder
from apps.loan.directory import DIRECTORY_FILE, Directory, write_directory
from apps.loan.founding import PLAN_FILE, PUBLIC_FOLDER, contribution_path
from apps.loan.roles.department import RECORDS_FILE
from apps.loan.roles.identity import REGISTER_FILE
from apps.loan.roles.settlement import TRANSFERS_FILE
from apps.loan.story import DELIVERED_FIELDS, DEPOSIT, applicants, credit_rows
from apps.testnet_processes import NodeProcess, processes_of
from genesis.contribution import decode_contribution
from genesis.node_home import GENESIS_FILE
from genesis.organisation import node_name
from genesis.plan import Plan, PlannedOrganisation
from genesis.plan_file import render_plan
from genesis.testnet import Testnet, TestnetNode, TestnetParty, free_ports, write_description
from ledger.genesis import genesis_hash_of
from quancheng.private_files import make_private_folder

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 10.0
LOGS_FOLDER = "logs"
NO_SERVICE = frozenset(
    {
        Role.MARKET,
        Role.SETTLEMENT,
        Role.OPERATOR,
        Role.STRANGER,
        Role.CITIZENS,
        Role.AUDITOR,
    }
)


class PartEnded(Exception):
    """A party's process ended by itself; `role` names it and `log` has its last words."""

    def __init__(self, role: str, log: Path) -> None:
        super().__init__(f"{role} ended early")
        self.role = role
        self.log = log

    def last_lines(self, count: int = 12) -> list[str]:
        """Return the end of the log."""
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]


@dataclass(slots=True)
class Network:
    """Everything that runs, and where it stands on the disk."""

    root: Path
    parts: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    nodes: tuple[NodeProcess, ...] = ()
    directory: Directory | None = None

    @property
    def public(self) -> Path:
        """The folder that everybody may read."""
        return self.root / PUBLIC_FOLDER

    @property
    def genesis(self) -> Path:
        """The founding document."""
        return self.public / GENESIS_FILE

    def log(self, name: str) -> Path:
        """Return the log of a part."""
        return self.root / LOGS_FOLDER / f"{name}.log"

    def start(self, name: str, words: Sequence[str]) -> None:
        """Start a part's process in a session of its own: Ctrl-C reaches the conductor alone."""
        with self.log(name).open("ab") as log:
            self.parts[name] = subprocess.Popen(
                [sys.executable, "-m", *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def require_alive(self) -> None:
        """Raise PartEnded where a party's process is gone."""
        for name, process in self.parts.items():
            if process.poll() is not None:
                raise PartEnded(name, self.log(name))

    def stop_parts(self) -> None:
        """Ask all parties to stop, and kill who does not in time."""
        for process in self.parts.values():
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.parts.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            process.kill()
            process.wait()
        self.parts.clear()

    def stop(self) -> None:
        """Stop everything."""
        self.stop_parts()
        for node in self.nodes:
            node.stop()


async def found(network: Network) -> None:
    """Found the consortium: every organisation makes its own keys in a process of its own."""
    for folder in (network.public, network.root / LOGS_FOLDER):
        make_private_folder(folder)
    plan = founding_plan(time.time_ns() // 1_000_000)
    (network.public / PLAN_FILE).write_text(render_plan(plan), encoding="utf-8")
    addresses = _addresses(plan)
    for organisation in plan.organisations:
        own = addresses[organisation.label]
        words = ["apps.loan.founding", organisation.label, str(network.root), *own]
        network.start(organisation.label, words)
    await _all_ended(network)
    _write_fixtures(network)
    network.nodes = processes_of(_described(network, plan, addresses))
    network.directory = _directory(network, addresses)
    write_directory(network.public / DIRECTORY_FILE, network.directory)


def start_parts(network: Network) -> None:
    """Start the delivery channel and every party's process."""
    assert network.directory is not None
    channel = network.root / party_folder(Role.CHANNEL)
    make_private_folder(channel)
    address = network.directory.service(Role.CHANNEL).removeprefix("http://")
    network.start(
        Role.CHANNEL, ["apps.channel.main", "--folder", str(channel), "--listen", address]
    )
    for role in Role:
        if role is not Role.CHANNEL:
            folder = network.root / party_folder(role)
            make_private_folder(folder)
            words = ["apps.loan.process", role.value, str(folder), str(network.root)]
            network.start(role.value, words)


async def _all_ended(network: Network) -> None:
    """Wait for all founders; raise PartEnded for the first that failed."""
    for name, process in network.parts.items():
        if await asyncio.to_thread(process.wait) != 0:
            raise PartEnded(name, network.log(name))
    network.parts.clear()


def _addresses(plan: Plan) -> dict[str, list[str]]:
    """Return the addresses for peers and for applications of each organisation's node."""
    labels = [item.label for item in plan.organisations]
    ports = iter(free_ports(2 * len(labels)))
    return {label: [f"{LOOPBACK}:{next(ports)}" for _ in range(2)] for label in labels}


def _described(network: Network, plan: Plan, addresses: dict[str, list[str]]) -> Testnet:
    """Describe the network in the form that `quancheng testnet` and `quancheng tx` read."""
    testnet = Testnet(
        root=network.root,
        chain_name=plan.chain_name,
        genesis_hash=genesis_hash_of(network.genesis.read_bytes()).hex(),
        nodes=tuple(
            _described_node(organisation, addresses[organisation.label])
            for organisation in plan.organisations
        ),
        parties=tuple(_described_party(network, role) for role in _founding_roles()),
    )
    write_description(testnet)
    return testnet


def _described_node(organisation: PlannedOrganisation, addresses: list[str]) -> TestnetNode:
    label, is_validator = organisation.label, organisation.validators > 0
    return TestnetNode(node_name(label, 0), label, f"{label}/node", is_validator, *addresses)


def _founding_roles() -> tuple[Role, ...]:
    return tuple(part.role for part in FOUNDERS)


def _described_party(network: Network, role: Role) -> TestnetParty:
    part = part_of(role)
    assert part is not None
    path = contribution_path(network.public, part.organisation)
    contribution = decode_contribution(path.read_bytes())
    (keys,) = contribution.parties
    return TestnetParty(
        role.value, part.name, part.organisation, party_folder(role), keys.sign_key.hex()
    )


def _directory(network: Network, addresses: dict[str, list[str]]) -> Directory:
    roles = [role for role in Role if role not in NO_SERVICE]
    ports = free_ports(len(roles))
    return Directory(
        public=str(network.public),
        genesis_hash=genesis_hash_of(network.genesis.read_bytes()).hex(),
        nodes={role.value: f"http://{addresses[node_organisation(role)][1]}" for role in Role},
        services={
            role.value: f"http://{LOOPBACK}:{port}" for role, port in zip(roles, ports, strict=True)
        },
    )


def _write_fixtures(network: Network) -> None:
    """Put into the folders of three parties what they have from their work outside the chain."""
    people, rows = applicants(), credit_rows()
    department = network.root / party_folder(Role.DEPARTMENT)
    with (department / RECORDS_FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["identity", *DELIVERED_FIELDS], extrasaction="ignore")
        writer.writeheader()
        for person in people:
            writer.writerow({"identity": person.identity, **rows[person.row]})
    register = network.root / party_folder(Role.IDENTITY) / REGISTER_FILE
    register.write_text(json.dumps([person.identity for person in people]), encoding="utf-8")
    bank = part_of(Role.BANK)
    assert bank is not None
    books = network.root / party_folder(Role.SETTLEMENT) / TRANSFERS_FILE
    transfer = {"payer": bank.name, "fen": DEPOSIT, "reference": "2026-000417"}
    books.write_text(json.dumps([transfer], ensure_ascii=False), encoding="utf-8")
