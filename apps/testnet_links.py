"""What may be wrong with the links of a test network: which are cut, which are slow, and the file.

A link is directed: from the node that sends to the node that hears. The rules lie in a file that
the proxy of the links follows, so that whoever holds the folder can change them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Any, TypeAlias

from genesis.testnet import LOOPBACK, Testnet, free_ports
from quancheng.private_files import replace_private_file

LINKS_FOLDER = "links"
PORTS_FILE = "ports.json"
RULES_FILE = "rules.json"
APPLIED_FILE = "applied"
LOCK_FILE = "lock"
LOG_FILE = "links.log"

Pair: TypeAlias = tuple[str, str]
"""The names of the node that sends and of the node that hears."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How slow a link is, in milliseconds."""

    delay_ms: int = 0
    jitter_ms: int = 0
    """At most this is added at random to the delay of each piece."""
    stall_ms: int = 0
    """Now and then everything waits this long, as behind a lost packet."""


@dataclass(frozen=True, slots=True)
class LinkRules:
    """What is wrong at present. `number` counts the changes, to see which one is in force."""

    number: int = 0
    cuts: frozenset[Pair] = frozenset()
    paces: Mapping[Pair, Pace] = field(default_factory=dict)

    @property
    def are_quiet(self) -> bool:
        """True where nothing is wrong."""
        return not self.cuts and not self.paces


@dataclass(frozen=True, slots=True)
class LinkFiles:
    """Paths of the proxy of one test network. Nothing here touches the disk."""

    root: Path

    @property
    def folder(self) -> Path:
        """The folder of all of them; it exists as long as the nodes dial through the proxy."""
        return self.root / LINKS_FOLDER

    @property
    def ports(self) -> Path:
        """Where the proxy listens for each pair."""
        return self.folder / PORTS_FILE

    @property
    def rules(self) -> Path:
        """What is wrong with which link."""
        return self.folder / RULES_FILE

    @property
    def applied(self) -> Path:
        """Number of the rules that the proxy follows."""
        return self.folder / APPLIED_FILE

    @property
    def lock(self) -> Path:
        """Held by the proxy process as long as it lives; holds its process id."""
        return self.folder / LOCK_FILE

    @property
    def log(self) -> Path:
        """What the proxy process says."""
        return self.folder / LOG_FILE


def choose_ports(testnet: Testnet) -> dict[Pair, int]:
    """Return a free port for each pair of nodes: where the first dials the second."""
    pairs = list(permutations((node.name for node in testnet.nodes), 2))
    return dict(zip(pairs, free_ports(len(pairs)), strict=True))


def write_ports(files: LinkFiles, ports: Mapping[Pair, int]) -> None:
    """Write where the proxy listens."""
    _write(files.ports, [[*pair, port] for pair, port in ports.items()])


def read_ports(files: LinkFiles) -> dict[Pair, int]:
    """Return where the proxy listens."""
    return {(source, target): port for source, target, port in _read(files.ports)}


def write_rules(files: LinkFiles, rules: LinkRules) -> None:
    """Write the rules whole, so that the proxy never reads a half."""
    paces = [[*pair, asdict(pace)] for pair, pace in sorted(rules.paces.items())]
    _write(files.rules, {"number": rules.number, "cuts": sorted(rules.cuts), "paces": paces})


def read_rules(files: LinkFiles) -> LinkRules:
    """Return the rules; none where nothing was ever wrong."""
    try:
        parts = _read(files.rules)
    except FileNotFoundError:
        return LinkRules()
    return LinkRules(
        number=parts["number"],
        cuts=frozenset((source, target) for source, target in parts["cuts"]),
        paces={(source, target): Pace(**pace) for source, target, pace in parts["paces"]},
    )


def dialled_address(ports: Mapping[Pair, int], pair: Pair) -> str:
    """Return the address at which a node finds another one behind the proxy."""
    return f"{LOOPBACK}:{ports[pair]}"


def pairs_between(groups: Sequence[Iterable[str]], *, one_way: bool) -> frozenset[Pair]:
    """Return the links between groups; with `one_way` only those that lead out of the first."""
    found: set[Pair] = set()
    for (number, senders), (_, hearers) in permutations(enumerate(groups), 2):
        if not one_way or number == 0:
            found.update((source, target) for source in senders for target in hearers)
    return frozenset(found)


def _write(path: Path, value: object) -> None:
    replace_private_file(path, json.dumps(value, indent=1).encode() + b"\n")


def _read(path: Path) -> Any:  # noqa: ANN401 - JSON
    return json.loads(path.read_bytes())
