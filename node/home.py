"""The folder of one node: where its configuration, genesis file, keys and data lie."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """Paths below a node's home folder. Nothing here touches the disk."""

    root: Path

    @property
    def config(self) -> Path:
        """The commented TOML configuration."""
        return self.root / "config.toml"

    @property
    def genesis(self) -> Path:
        """The genesis document, the same bytes on every node of the chain."""
        return self.root / "genesis.qc"

    @property
    def validator_key(self) -> Path:
        """The seed that signs votes; absent on a node that only follows."""
        return self.root / "keys" / "validator.key"

    @property
    def tls_key(self) -> Path:
        """The private key of this machine's TLS certificate (PEM)."""
        return self.root / "keys" / "tls.key"

    @property
    def tls_certificate(self) -> Path:
        """This machine's certificate, issued by its organisation's CA (PEM)."""
        return self.root / "keys" / "tls.crt"

    @property
    def data(self) -> Path:
        """Everything the node writes."""
        return self.root / "data"

    @property
    def chain(self) -> Path:
        """Blocks, certificates, world state and indexes."""
        return self.data / "chain"

    @property
    def votes(self) -> Path:
        """The vote store: what this node's validator key has signed."""
        return self.data / "votes"

    @property
    def read_log(self) -> Path:
        """What supervisors read through this node, signed line by line."""
        return self.data / "supervisors-reads.jsonl"

    @property
    def lock(self) -> Path:
        """Held locked by the one process that runs this home."""
        return self.data / "lock"
