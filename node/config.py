"""The configuration of one node: a frozen value read from a commented TOML file.

Every key is declared once, as a field with its default, its meaning and its bounds. Reading,
refusing what is unknown or out of bounds, and writing the commented file all follow from the
declaration. A key that is absent has its default.
"""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeAlias

from node.errors import BadConfig
from quancheng import strict_toml
from quancheng.bounded_files import read_bounded

PORT_MAX = 65_535
PEER_ADDRESSES_MAX = 256
BANNED_NODES_MAX = 256
NODE_ID_SIZE = 32
CALLS_PER_SECOND_DEFAULT = 200
CONFIG_SIZE_MAX = 1024 * 1024

_MIB = 1024 * 1024
_GIB = 1024 * _MIB


@dataclass(frozen=True, slots=True)
class Address:
    """Where a socket listens or is dialled."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return the form that the configuration and the logs use."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_address(text: str) -> Address:
    """Return the address of `host:port` or `[IPv6]:port`, or raise ValueError."""
    host, separator, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not separator or not host or not port.isdecimal() or int(port) > PORT_MAX:
        raise ValueError(f"{text!r} is not host:port")
    return Address(host, int(port))


def _text(meaning: str, *choices: str) -> dict[str, object]:
    return {"meaning": meaning, "choices": choices}


def _integer(meaning: str, minimum: int, maximum: int) -> dict[str, object]:
    return {"meaning": meaning, "minimum": minimum, "maximum": maximum}


def _many(meaning: str, items_max: int, read: str) -> dict[str, object]:
    return {"meaning": meaning, "items_max": items_max, "read": read}


@dataclass(frozen=True, slots=True)
class NodeSection:
    """Who this node is in logs and metrics."""

    name: str = field(
        default="", metadata=_text("Name in logs; empty means the name of the home folder.")
    )
    log_level: str = field(
        default="info",
        metadata=_text("Least severity that is logged.", "debug", "info", "warning", "error"),
    )


@dataclass(frozen=True, slots=True)
class NetworkSection:
    """The channel between nodes: TLS 1.3 with certificates of the organisations' CAs."""

    listen: Address = field(
        default=Address("127.0.0.1", 26600),
        metadata=_text("Where other nodes connect (host:port)."),
    )
    peers: tuple[Address, ...] = field(
        default=(),
        metadata=_many("Nodes to dial and to stay connected to.", PEER_ADDRESSES_MAX, "address"),
    )
    banned_nodes: tuple[bytes, ...] = field(
        default=(),
        metadata=_many(
            "TLS public keys in hexadecimal that are never let in, say of a stolen machine.",
            BANNED_NODES_MAX,
            "node id",
        ),
    )
    connections_max: int = field(
        default=64, metadata=_integer("Most connections to other nodes.", 4, 1_024)
    )
    consensus_queue_bytes: int = field(
        default=16 * _MIB,
        metadata=_integer(
            "Most bytes of votes that wait for one peer; one that falls behind is disconnected.",
            _MIB,
            _GIB,
        ),
    )
    reply_queue_bytes: int = field(
        default=8 * _MIB,
        metadata=_integer(
            "Most bytes of requests and replies that wait for one peer; more are not sent.",
            _MIB,
            _GIB,
        ),
    )
    gossip_queue_bytes: int = field(
        default=4 * _MIB,
        metadata=_integer(
            "Most bytes of transactions that wait for one peer; then the oldest are dropped.",
            _MIB,
            _GIB,
        ),
    )


@dataclass(frozen=True, slots=True)
class RpcSection:
    """JSON-RPC for applications, metrics and health."""

    listen: Address = field(
        default=Address("127.0.0.1", 26680),
        metadata=_text("Where applications connect (host:port)."),
    )
    tls_certificate: str = field(
        default="",
        metadata=_text("Certificate file (PEM) for TLS, needed off loopback; empty means none."),
    )
    tls_key: str = field(default="", metadata=_text("Its key file (PEM)."))
    token_file: str = field(
        default="",
        metadata=_text("File with the bearer token that callers show, needed off loopback."),
    )
    calls_per_second: int = field(
        default=CALLS_PER_SECOND_DEFAULT,
        metadata=_integer(
            "Most calls a second of one organisation, or of one person, that come with a token.",
            1,
            100_000,
        ),
    )


@dataclass(frozen=True, slots=True)
class StorageSection:
    """The engine below blocks and world state, which cannot be changed once data exist."""

    engine: str = field(
        default="leveldb",
        metadata=_text(
            "lmdb where LevelDB has no package (Python 3.13 and later).", "leveldb", "lmdb"
        ),
    )
    reserve_bytes: int = field(
        default=64 * _MIB,
        metadata=_integer(
            "Free space under the data folder below which the node stops, and does not start.",
            0,
            1_024 * _GIB,
        ),
    )


@dataclass(frozen=True, slots=True)
class SyncSection:
    """How this node catches up."""

    snapshot_blocks: int = field(
        default=10_000,
        metadata=_integer(
            "How many blocks behind its peers a node fetches a snapshot instead of all blocks.\n"
            "It then has no older bodies; a chain that it had is kept beside. 0 never.",
            0,
            2**63 - 1,
        ),
    )


@dataclass(frozen=True, slots=True)
class MempoolSection:
    """Transactions that wait for a block."""

    transactions_max: int = field(
        default=20_000, metadata=_integer("Most waiting transactions.", 100, 1_000_000)
    )
    bytes_max: int = field(
        default=64 * _MIB, metadata=_integer("Most bytes of them.", _MIB, 4 * _GIB)
    )
    per_organisation_max: int = field(
        default=5_000, metadata=_integer("Most of them of one organisation.", 10, 1_000_000)
    )


@dataclass(frozen=True, slots=True)
class ConsensusSection:
    """How this validator votes. Parameters that all nodes must share are on the chain, not here."""

    first_timeout_ms: int = field(
        default=1_000,
        metadata=_integer("Patience with the first primary of a height.", 100, 60_000),
    )
    vote_from_height: int = field(
        default=0,
        metadata=_integer(
            "The operator's word that this key signed nothing at or above this height; ends\n"
            "the silence of a validator that lost its vote store. A wrong word can fork the\n"
            "chain. 0 says nothing.",
            0,
            2**63 - 1,
        ),
    )


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration."""

    node: NodeSection = NodeSection()
    network: NetworkSection = NetworkSection()
    rpc: RpcSection = RpcSection()
    storage: StorageSection = StorageSection()
    sync: SyncSection = SyncSection()
    mempool: MempoolSection = MempoolSection()
    consensus: ConsensusSection = ConsensusSection()


Section: TypeAlias = (
    NodeSection
    | NetworkSection
    | RpcSection
    | StorageSection
    | SyncSection
    | MempoolSection
    | ConsensusSection
)


def load_config(path: Path) -> Config:
    """Read a configuration file; raise BadConfig naming the key that is wrong."""
    try:
        data = read_bounded(path, CONFIG_SIZE_MAX)
    except OSError as error:
        raise BadConfig(str(path), f"cannot be read: {error.strerror}") from error
    if len(data) > CONFIG_SIZE_MAX:
        raise BadConfig(str(path), f"has more than {CONFIG_SIZE_MAX} bytes")
    try:
        return parse_config(data.decode())
    except UnicodeDecodeError as error:
        raise BadConfig(str(path), "is not UTF-8") from error


def parse_config(text: str) -> Config:
    """Return the configuration of TOML text; raise BadConfig naming the key that is wrong."""
    try:
        table = strict_toml.loads(text)
    except strict_toml.NoToml as error:
        raise BadConfig("config", f"is not TOML: {error}") from error
    sections = {item.name: type(getattr(Config(), item.name)) for item in fields(Config)}
    _refuse_unknown(table, sections, "")
    read: dict[str, Any] = {
        name: _section(name, kind, table.get(name, {})) for name, kind in sections.items()
    }
    return Config(**read)


def render_config(config: Config) -> str:
    """Return the commented TOML file with every key; reading it gives the same configuration."""
    lines = ["# One node of the Quancheng chain. A key that is left out has its default.", ""]
    for part in fields(Config):
        section = getattr(config, part.name)
        lines += [f"# {type(section).__doc__}", f"[{part.name}]"]
        for item in fields(section):
            lines += [f"# {line}" for line in _described(item)]
            lines += [f"{item.name} = {_toml(getattr(section, item.name))}", ""]
    return "\n".join(lines)


def _described(item: "Field[Any]") -> list[str]:
    lines = str(item.metadata["meaning"]).splitlines()
    if "minimum" in item.metadata:
        lines.append(f"From {item.metadata['minimum']} to {item.metadata['maximum']}.")
    if item.metadata.get("choices"):
        lines.append("One of: " + ", ".join(item.metadata["choices"]) + ".")
    return lines


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, int):
        return str(value)
    text = value.hex() if isinstance(value, bytes) else str(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _refuse_unknown(table: Mapping[str, object], known: Mapping[str, object], prefix: str) -> None:
    for name in table:
        if name not in known:
            raise BadConfig(f"{prefix}{name}", "is no known key; known are " + ", ".join(known))


def _section(name: str, kind: type[Section], table: object) -> Section:
    if not isinstance(table, dict):
        raise BadConfig(name, "must be a section")
    declared = {item.name: item for item in fields(kind)}
    _refuse_unknown(table, declared, f"{name}.")
    read: dict[str, Any] = {
        key: _value(f"{name}.{key}", declared[key], value) for key, value in table.items()
    }
    return kind(**read)


def _value(key: str, item: "Field[Any]", value: object) -> object:
    if isinstance(item.default, tuple):
        items_max = item.metadata["items_max"]
        if not isinstance(value, list) or len(value) > items_max:
            raise BadConfig(key, f"must be a list of at most {items_max} texts")
        read = _read_address if item.metadata["read"] == "address" else _read_node_id
        return tuple(read(key, element) for element in value)
    if isinstance(item.default, Address):
        return _read_address(key, value)
    if isinstance(item.default, int):
        return _read_integer(key, item, value)
    return _read_text(key, item, value)


def _read_integer(key: str, item: "Field[Any]", value: object) -> int:
    minimum, maximum = item.metadata["minimum"], item.metadata["maximum"]
    if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
        raise BadConfig(key, f"must be an integer from {minimum} to {maximum}")
    return value


def _read_text(key: str, item: "Field[Any]", value: object) -> str:
    choices = item.metadata["choices"]
    if not isinstance(value, str):
        raise BadConfig(key, "must be text")
    if choices and value not in choices:
        raise BadConfig(key, "must be one of " + ", ".join(choices))
    return value


def _read_address(key: str, value: object) -> Address:
    try:
        return parse_address(str(value))
    except ValueError as error:
        raise BadConfig(key, "must be host:port") from error


def _read_node_id(key: str, value: object) -> bytes:
    try:
        data = bytes.fromhex(str(value))
    except ValueError as error:
        raise BadConfig(key, "must be hexadecimal") from error
    if len(data) != NODE_ID_SIZE:
        raise BadConfig(key, f"must be {NODE_ID_SIZE} bytes in hexadecimal")
    return data
