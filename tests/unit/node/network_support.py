"""Organisations, machines and certificates for tests that open real sockets."""

import asyncio
import datetime as dt
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from genesis.certificates import Authority, certificate_pem, found_authority, issue_leaf, key_pem
from ledger.genesis import Organisation
from node.clock import SystemClock
from node.config import Address, NetworkSection
from node.network.admission import Gatekeeper
from node.network.link import Link
from node.network.messages import PROTOCOL_VERSION, SESSION_SIZE, Hello, Message, Role
from node.network.peers import Door, Peers
from node.network.tls import Authorities, tls_contexts

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
GENESIS_HASH = bytes([7]) * 32
DEADLINE_S = 10.0
LOOPBACK = Address("127.0.0.1", 0)


def seed_of(name: str) -> bytes:
    """Return a 32-byte seed that belongs to a name."""
    return name.encode().ljust(32, b".")


def authority_of(name: str) -> Authority:
    """Return the authority of a named organisation."""
    return found_authority(seed_of(f"ca {name}"), name, NOW)


def organisation_of(authority: Authority, name: str) -> Organisation:
    """Return the organisation that founded an authority."""
    return Organisation(name=name, governing=True, ca_certificate=authority.certificate)


@dataclass(frozen=True, slots=True)
class Machine:
    """A key, its certificate, and the files they lie in."""

    node_id: bytes
    certificate: Path
    key: Path


def machine_of(folder: Path, authority: Authority, name: str, now: dt.datetime = NOW) -> Machine:
    """Issue a certificate for a machine and write both files."""
    seed = seed_of(f"tls {name}")
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    leaf = issue_leaf(authority, seed, name, ["127.0.0.1"], now)
    certificate.write_bytes(certificate_pem(leaf))
    key.write_bytes(key_pem(seed))
    node_id = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return Machine(node_id, certificate, key)


@dataclass(slots=True)
class OpenRegistry:
    """Admits everybody but the banned, and believes every validator key."""

    banned: set[bytes] = field(default_factory=set)

    def admits(self, organisation: bytes, node_id: bytes) -> bool:  # noqa: ARG002 - one of a pair
        """Say whether a machine is not banned."""
        return node_id not in self.banned

    def may_claim(self, organisation: bytes, validator_key: bytes) -> bool:  # noqa: ARG002 - open
        """Believe every claim."""
        return True


@dataclass(slots=True)
class Recorder:
    """A handler that notes what it hears."""

    connected_links: list[Link] = field(default_factory=list)
    disconnected_links: list[Link] = field(default_factory=list)
    messages: list[tuple[bytes, Message]] = field(default_factory=list)

    def connected(self, link: Link) -> None:
        """Note a new peer."""
        self.connected_links.append(link)

    def disconnected(self, link: Link) -> None:
        """Note a lost peer."""
        self.disconnected_links.append(link)

    def received(self, link: Link, message: Message) -> None:
        """Note a message."""
        self.messages.append((link.peer.node_id, message))


@dataclass(frozen=True, slots=True)
class NetworkNode:
    """The network side of one node, with what it heard."""

    peers: Peers
    heard: Recorder
    registry: OpenRegistry
    node_id: bytes
    address: Address


def hello_of(machine: Machine, *, genesis_hash: bytes = GENESIS_HASH) -> Hello:
    """Return the hello of a machine."""
    return Hello(
        protocol_version=PROTOCOL_VERSION,
        genesis_hash=genesis_hash,
        node_id=machine.node_id,
        session=machine.node_id[:SESSION_SIZE],
        role=Role.OBSERVER,
        validator_key=b"",
    )


async def start_node(
    machine: Machine,
    organisations: Sequence[Organisation],
    *,
    hello: Hello | None = None,
    settings: NetworkSection | None = None,
) -> NetworkNode:
    """Start the network side of a node on a free port."""
    authorities = Authorities(organisations)
    heard, registry = Recorder(), OpenRegistry()
    gatekeeper = Gatekeeper(hello or hello_of(machine), authorities, registry, SystemClock())
    contexts = tls_contexts(authorities, machine.certificate, machine.key)
    door = Door(gatekeeper, contexts, random.Random(1))
    peers = Peers(settings or NetworkSection(listen=LOOPBACK), door)
    return NetworkNode(peers, heard, registry, machine.node_id, await peers.start(heard))


async def until(condition: Callable[[], bool], what: str) -> None:
    """Poll until a condition holds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + DEADLINE_S
    while not condition():
        assert loop.time() < deadline, f"not in {DEADLINE_S} s: {what}"
        await asyncio.sleep(0.01)


async def stop_all(*nodes: NetworkNode) -> None:
    """Stop nodes."""
    stops: list[Awaitable[None]] = [node.peers.stop() for node in nodes]
    await asyncio.gather(*stops)
