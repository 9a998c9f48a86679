"""The network of a scenario: its folders, its nodes, and the processes of the parties."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from apps.stage.cast import Cast, Office
from apps.stage.directory import DIRECTORY_FILE, Directory, write_directory
from apps.stage.founding import PLAN_FILE, PUBLIC_FOLDER, contribution_path
from apps.stage.roles.settlement import TRANSFERS_FILE
from apps.stage.scenario import Scenario
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
    scenario: Scenario
    parts: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    nodes: tuple[NodeProcess, ...] = ()
    directory: Directory | None = None

    @property
    def cast(self) -> Cast:
        """Everybody who plays."""
        return self.scenario.cast

    @property
    def public(self) -> Path:
        """The folder that everybody may read."""
        return self.root / PUBLIC_FOLDER

    @property
    def genesis(self) -> Path:
        """The founding document."""
        return self.public / GENESIS_FILE

    def folder(self, role: str) -> Path:
        """Return the folder of a role: its keystore and nothing else's."""
        return self.root / self.cast.party_folder(role)

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
    plan = network.cast.founding_plan(time.time_ns() // 1_000_000)
    (network.public / PLAN_FILE).write_text(render_plan(plan), encoding="utf-8")
    # All at once: a port that was given out and is not in use yet would count as free again.
    ports = iter(free_ports(2 * len(plan.organisations) + len(network.cast.serving)))
    # Of each node: where its peers reach it, then where applications do.
    addresses = {
        item.label: [_address(next(ports)) for _ in range(2)] for item in plan.organisations
    }
    services = {role: f"http://{_address(next(ports))}" for role in network.cast.serving}
    for organisation in plan.organisations:
        own = addresses[organisation.label]
        words = ["apps.stage.founding", organisation.label, str(network.root), *own]
        network.start(organisation.label, words)
    await _all_ended(network)
    _write_transfers(network)
    network.nodes = processes_of(_described(network, plan, addresses))
    network.directory = _directory(network, addresses, services)
    write_directory(network.public / DIRECTORY_FILE, network.directory)


def start_parts(network: Network) -> None:
    """Start the delivery channel and every party's process."""
    assert network.directory is not None
    channel = network.folder(Office.CHANNEL)
    make_private_folder(channel)
    address = network.directory.service(Office.CHANNEL).removeprefix("http://")
    network.start(
        Office.CHANNEL, ["apps.channel.main", "--folder", str(channel), "--listen", address]
    )
    module = f"{network.scenario.package}.process"
    for role in network.cast.roles:
        if role != Office.CHANNEL:
            folder = network.folder(role)
            make_private_folder(folder)
            network.start(role, [module, role, str(folder), str(network.root)])


async def _all_ended(network: Network) -> None:
    """Wait for all founders; raise PartEnded for the first that failed."""
    for name, process in network.parts.items():
        if await asyncio.to_thread(process.wait) != 0:
            raise PartEnded(name, network.log(name))
    network.parts.clear()


def _address(port: int) -> str:
    return f"{LOOPBACK}:{port}"


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
        parties=_described_parties(network, plan),
    )
    write_description(testnet)
    return testnet


def _described_node(organisation: PlannedOrganisation, addresses: list[str]) -> TestnetNode:
    label, is_validator = organisation.label, organisation.validators > 0
    return TestnetNode(node_name(label, 0), label, f"{label}/node", is_validator, *addresses)


def _described_parties(network: Network, plan: Plan) -> tuple[TestnetParty, ...]:
    described = []
    for organisation in plan.organisations:
        path = contribution_path(network.public, organisation.label)
        contribution = decode_contribution(path.read_bytes())
        for planned, keys in zip(organisation.parties, contribution.parties, strict=True):
            folder = network.cast.party_folder(planned.label)
            key = keys.sign_key.hex()
            described.append(
                TestnetParty(planned.label, planned.name, organisation.label, folder, key)
            )
    return tuple(described)


def _directory(
    network: Network, addresses: dict[str, list[str]], services: dict[str, str]
) -> Directory:
    cast = network.cast
    return Directory(
        public=str(network.public),
        genesis_hash=genesis_hash_of(network.genesis.read_bytes()).hex(),
        nodes={role: f"http://{addresses[cast.node_organisation(role)][1]}" for role in cast.roles},
        services=services,
    )


def _write_transfers(network: Network) -> None:
    """Put into the settlement bank's books what users paid in before."""
    transfers = [
        {
            "payer": network.cast.party_of(role).name,
            "fen": fen,
            "reference": f"2026-{number:06d}",
        }
        for number, (role, fen) in enumerate(network.scenario.agreement.deposits.items(), start=1)
    ]
    books = network.folder(Office.SETTLEMENT) / TRANSFERS_FILE
    books.write_text(json.dumps(transfers, ensure_ascii=False), encoding="utf-8")
