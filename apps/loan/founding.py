"""Founding the network, one organisation a process: only public contributions travel.

`python -m apps.loan.founding ORGANISATION NETWORK PEERS RPC` makes the keys of one organisation in
its own folder, puts its contribution into the public folder, waits for those of the others, and
assembles the founding document itself.
"""

import argparse
import datetime as dt
import secrets
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from apps.loan.fence import raise_fence
from genesis.contribution import Contribution, decode_contribution
from genesis.node_home import GENESIS_FILE, NodeAddresses
from genesis.organisation import (
    Founder,
    KeyCare,
    OrganisationFolder,
    finish_homes,
    found_organisation,
)
from genesis.plan import Plan
from genesis.plan_file import load_plan
from genesis.testnet import PASSPHRASE_FILE
from quancheng.keystore import QUICK
from quancheng.private_files import create_private_file

PUBLIC_FOLDER = "public"
PLAN_FILE = "plan.toml"
WAIT_SECONDS = 60
_POLL_SECONDS = 0.05
_PASSPHRASE_BYTES = 24


class FoundersMissing(Exception):
    """Some organisations handed in nothing in time; `labels` names them."""

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__(f"no contribution of {', '.join(labels)}")
        self.labels = labels


def main(arguments: list[str]) -> int:
    """Found one organisation's share of the network."""
    parser = argparse.ArgumentParser(description="Found one organisation of the loan scenario.")
    parser.add_argument("organisation")
    parser.add_argument("network", type=Path)
    parser.add_argument("peers", metavar="HOST:PORT")
    parser.add_argument("rpc", metavar="HOST:PORT")
    chosen = parser.parse_args(arguments)
    public = chosen.network / PUBLIC_FOLDER
    own = chosen.network / chosen.organisation
    raise_fence(chosen.network, [own, public])
    plan = load_plan(public / PLAN_FILE)
    addresses = NodeAddresses(chosen.peers, chosen.rpc)
    founder = Founder(OrganisationFolder(own), chosen.organisation, (addresses,))
    _contribute(founder, plan, public)
    finish_homes(founder, plan, _contributions(plan, public))
    genesis = public / GENESIS_FILE
    if not genesis.exists():
        shutil.copyfile(founder.folder.genesis, genesis)
    return 0


def contribution_path(public: Path, label: str) -> Path:
    """Return where an organisation's contribution lies for all to read."""
    return public / f"{label}.contribution"


def _contribute(founder: Founder, plan: Plan, public: Path) -> None:
    labels = [party.label for party in plan.organisation(founder.label).parties]
    passphrases = {label: secrets.token_urlsafe(_PASSPHRASE_BYTES) for label in labels}
    now = dt.datetime.now(dt.UTC)
    contribution = found_organisation(founder, plan, KeyCare(passphrases, QUICK), now)
    for label in labels:
        path = founder.folder.party(label) / PASSPHRASE_FILE
        create_private_file(path, passphrases[label].encode() + b"\n")
    create_private_file(contribution_path(public, founder.label), contribution.encoded())


def _contributions(plan: Plan, public: Path) -> list[Contribution]:
    labels = [organisation.label for organisation in plan.organisations]
    deadline = time.monotonic() + WAIT_SECONDS
    while missing := [item for item in labels if not contribution_path(public, item).exists()]:
        if time.monotonic() > deadline:
            raise FoundersMissing(missing)
        time.sleep(_POLL_SECONDS)
    return [decode_contribution(contribution_path(public, item).read_bytes()) for item in labels]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
