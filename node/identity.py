"""What a node is before it runs: its home folder read and held against itself."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ledger.genesis import GENESIS_SIZE_MAX, Genesis, decode_genesis
from ledger.refusal import Refused
from node.config import Config, load_config
from node.errors import BadHome
from node.home import Home
from node.network.tls import Authorities, PeerIdentity, TlsContexts, tls_contexts
from node.signing import ValidatorKey, load_validator_key
from quancheng.bounded_files import read_bounded

TOKEN_FILE_SIZE_MAX = 4_096


@dataclass(frozen=True, slots=True)
class Identity:
    """Configuration, chain and keys of one node."""

    home: Home
    config: Config
    genesis: Genesis
    peer: PeerIdentity
    """How peers see this machine."""
    authorities: Authorities
    tls: TlsContexts
    validator: ValidatorKey | None

    @property
    def name(self) -> str:
        """The name in logs."""
        return self.config.node.name or self.home.root.name


ReadKey: TypeAlias = Callable[[Path], ValidatorKey | None]
"""Reads a validator key from its file, None where there is none."""


def load_identity(home: Home, now_ms: int, read_key: ReadKey = load_validator_key) -> Identity:
    """Read a home folder; raise BadConfig, BadHome or KeySealed naming what does not fit."""
    config = load_config(home.config)
    genesis, authorities = _load_genesis(home)
    tls = tls_contexts(authorities, home.tls_certificate, home.tls_key)
    try:
        own = authorities.identify_pem(home.tls_certificate.read_bytes(), now_ms)
    except Refused as refused:
        raise BadHome(
            home.tls_certificate,
            "was issued by no organisation of the genesis document",
            "Have the CA whose certificate stands in genesis.qc issue it.",
        ) from refused
    return Identity(
        home=home,
        config=config,
        genesis=genesis,
        peer=own,
        authorities=authorities,
        tls=tls,
        validator=read_key(home.validator_key),
    )


def read_token(path: Path) -> str:
    """Return the bearer token that a file holds."""
    try:
        with path.open("rb") as file:
            return file.read(TOKEN_FILE_SIZE_MAX).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        remedy = "Put a long random token there, readable by the node alone."
        raise BadHome(path, "holds no token", remedy) from error


def _load_genesis(home: Home) -> tuple[Genesis, Authorities]:
    try:
        data = read_bounded(home.genesis, GENESIS_SIZE_MAX)
    except OSError as error:
        raise BadHome(
            home.genesis,
            f"cannot be read: {error.strerror}",
            "Copy the genesis document that the founders signed.",
        ) from error
    try:
        genesis = decode_genesis(data)
        return genesis, Authorities(genesis.organisations)
    except Refused as refused:
        raise BadHome(
            home.genesis,
            f"founds no sound chain: {refused}",
            "Copy the genesis document that the founders signed.",
        ) from refused
