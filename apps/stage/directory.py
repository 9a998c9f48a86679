"""The directory: public facts that everybody needs before they can meet on the chain."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

DIRECTORY_FILE = "directory.json"
DIRECTORY_SIZE_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the founders' files lie, each role's node answers, and its own service does (URLs)."""

    public: str
    genesis_hash: str
    nodes: dict[str, str]
    services: dict[str, str]

    def node(self, role: str) -> str:
        """Return the URL of the node that a role uses."""
        return self.nodes[role]

    def service(self, role: str) -> str:
        """Return the URL of the service that a role runs."""
        return self.services[role]


def write_directory(path: Path, directory: Directory) -> None:
    """Write the directory for everybody to read."""
    path.write_text(json.dumps(asdict(directory), indent=2), encoding="utf-8")


def read_directory(path: Path) -> Directory:
    """Read the directory."""
    with path.open(encoding="utf-8") as file:
        return Directory(**json.loads(file.read(DIRECTORY_SIZE_MAX)))
