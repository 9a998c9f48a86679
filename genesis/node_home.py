"""The folder from which one node runs: configuration, founding document, keys.

config.toml    genesis.qc    keys/validator.key (hexadecimal seed, or sealed later)
keys/tls.key   keys/tls.crt  keys/ca.crt           data/ (made by the node)
"""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from genesis.certificates import Authority, certificate_pem, issue_leaf, key_pem
from ledger import suites
from quancheng.private_files import (
    create_private_file,
    make_private_folder,
    replace_private_file,
)

CONFIG_FILE = "config.toml"
GENESIS_FILE = "genesis.qc"

_CONFIG = """\
# Configuration of one node of the chain {chain_name}.
# Keys that are left out have their defaults; docs/configuration.md explains them all.

[node]
# Name in logs and metrics.
name = "{name}"

[network]
# Where the other nodes connect, encrypted and with certificates on both sides.
listen = "{listen}"
# Nodes to dial and keep connected to.
peers = [{peers}]

[rpc]
# Where applications connect; loopback unless fronted by TLS.
listen = "{rpc}"

[storage]
# The engine below blocks and state, chosen for what this machine has; it cannot be changed later.
engine = "{engine}"
"""


@dataclass(frozen=True, slots=True)
class NodeAddresses:
    """Where a node listens, as `host:port`: for its peers and for applications."""

    peers: str
    rpc: str

    @property
    def host(self) -> str:
        """The host part of the address that peers dial, which its certificate names."""
        return self.peers.rpartition(":")[0].removeprefix("[").removesuffix("]")


def make_tls_key(home: Path, authority: Authority, name: str, host: str, now: dt.datetime) -> None:
    """Make the TLS key of a node and have its organisation's authority certify it."""
    keys = home / "keys"
    make_private_folder(keys)
    tls_seed = secrets.token_bytes(suites.SEED_SIZE)
    certificate = issue_leaf(authority, tls_seed, name, [host], now)
    create_private_file(keys / "tls.key", key_pem(tls_seed))
    create_private_file(keys / "tls.crt", certificate_pem(certificate))
    create_private_file(keys / "ca.crt", certificate_pem(authority.certificate))


def make_validator_key(home: Path) -> bytes:
    """Make the key that signs the votes of a node; return its seed for the proof of possession."""
    seed = secrets.token_bytes(suites.SEED_SIZE)
    create_private_file(home / "keys" / "validator.key", seed.hex().encode() + b"\n")
    return seed


def write_node_config(
    home: Path, *, name: str, chain_name: str, addresses: NodeAddresses, peers: Sequence[str]
) -> None:
    """Write the commented configuration; of `peers`, all nodes, its own one is left out."""
    others = [f'"{peer}"' for peer in peers if peer != addresses.peers]
    text = _CONFIG.format(
        name=name,
        chain_name=chain_name,
        listen=addresses.peers,
        rpc=addresses.rpc,
        peers=", ".join(others),
        engine=_storage_engine(),
    )
    replace_private_file(home / CONFIG_FILE, text.encode())


def _storage_engine() -> str:
    """Return the engine for this machine: LevelDB has no package for every interpreter."""
    return "leveldb" if find_spec("plyvel") is not None else "lmdb"


def write_genesis_file(path: Path, data: bytes) -> None:
    """Write the founding document; where another one stands, raise FileExistsError and keep it."""
    if path.exists() and path.read_bytes() == data:
        return
    create_private_file(path, data)
