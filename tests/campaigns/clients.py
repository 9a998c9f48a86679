"""`python -m tests.campaigns.clients`: JSON-RPC clients that others wrote, against a real node.

`curl`, the Python package `jsonrpcclient` and the npm package `jayson`, the last two of pinned
versions, brought into a scratch folder by pip and npm. Each reads, sends a transaction, waits for
its proof, is refused, and sends a batch; all must see the same.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ledger.suites import public_key_of
from ledger.transaction import Transaction
from node.rpc.methods import DECLARED
from tests.e2e.cluster import Cluster

FOREIGN = Path(__file__).parent / "foreign"
PYTHON_PACKAGES = ("jsonrpcclient==4.0.3", "requests==2.32.5")
NPM_PACKAGE = "jayson@5.0.0"
CLIENT_S = 120
INSTALL_S = 600
BOUND_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class ForeignClient:
    """A client: its name, the command that runs its program, what its environment needs more."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]


def curl_client() -> ForeignClient:
    """Return the client that is `curl`."""
    return ForeignClient("curl", (sys.executable, str(FOREIGN / "curl_client.py")), {})


def python_client(folder: Path) -> ForeignClient:
    """Return the client from PyPI, brought into a folder."""
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)]
    subprocess.run([*install, *PYTHON_PACKAGES], check=True, timeout=INSTALL_S)
    command = (sys.executable, str(FOREIGN / "python_client.py"))
    return ForeignClient(PYTHON_PACKAGES[0], command, {"PYTHONPATH": str(folder)})


def npm_client(folder: Path) -> ForeignClient:
    """Return the client from npm, brought into a folder."""
    install = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(folder)]
    subprocess.run([*install, NPM_PACKAGE], check=True, timeout=INSTALL_S)
    modules = {"NODE_PATH": str(folder / "node_modules")}
    return ForeignClient(NPM_PACKAGE, ("node", str(FOREIGN / "npm_client.cjs")), modules)


def outcome_of(client: ForeignClient, url: str, transaction: bytes) -> dict[str, Any]:
    """Run a client against a node; return what it printed."""
    done = subprocess.run(
        [*client.command, url, transaction.hex()],
        capture_output=True,
        text=True,
        check=False,
        timeout=CLIENT_S,
        env={**os.environ, **client.environment},
    )
    assert done.returncode == 0, f"{client.name}: {done.stdout}{done.stderr}"
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def expected(tx_id: bytes) -> dict[str, object]:
    """Return what every client must have seen."""
    return {
        "methods": len(DECLARED),
        "tx_id": tx_id.hex(),
        "state": "final-ok",
        "proven": True,
        "refusal": "E010",
        "batch": 2,
    }


def binding(cluster: Cluster) -> Transaction:
    """Return a transaction that takes effect: a fresh pseudonym is bound."""
    return cluster.signed_by(
        "identity-authority",
        "subject.bind",
        sid=public_key_of(secrets.token_bytes(32)),
        kind="person",
        identity=secrets.token_bytes(32),
        until_ms=int(time.time() * 1_000) + BOUND_MS,
    )


def show(outcomes: dict[str, dict[str, Any]]) -> None:
    """Print what each client saw."""
    table = Table(title="JSON-RPC clients that others wrote")
    columns = ("methods", "state", "proven", "refusal", "batch")
    for column in ("client", *columns):
        table.add_column(column)
    for name, found in outcomes.items():
        table.add_row(name, *(str(found[column]) for column in columns))
    Console().print(table)


def main() -> int:
    """Run the campaign in a folder of its own; return the exit code."""
    missing = [name for name in ("curl", "node", "npm") if shutil.which(name) is None]
    assert not missing, f"not on PATH: {missing}"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        clients = [
            curl_client(),
            python_client(folder / "python"),
            npm_client(folder / "npm"),
        ]
        cluster = Cluster(folder / "consortium")
        outcomes, agree = {}, True
        try:
            cluster.connect()
            url = f"http://{cluster.nodes[0].rpc_address}"
            for client in clients:
                transaction = binding(cluster)
                outcomes[client.name] = outcome_of(client, url, transaction.data)
                agree &= outcomes[client.name] == expected(transaction.tx_id)
        finally:
            cluster.stop()
    show(outcomes)
    return int(not agree)


if __name__ == "__main__":
    sys.exit(main())
