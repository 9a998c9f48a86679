"""Founding the network, one organisation a process: only public contributions travel.

`python -m apps.stage.founding ORGANISATION NETWORK PEERS RPC` makes the keys of one organisation in
its own folder, puts its contribution into the public folder, waits for those of the others, and
assembles the founding document itself. A supervisor's organisation then takes part in generating
the supervisors' key: only its dealing, with a sealed share for each member, becomes public.
"""

import argparse
import datetime as dt
import secrets
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from apps.stage.fence import raise_fence
from chaincode.rights import Right
from genesis.committee import MemberKeys, keep_share, make_dealing, members_of, usual_threshold
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
from ledger.genesis import decode_genesis
from quancheng.dealing import Dealing, decode_dealing
from quancheng.keystore import QUICK
from quancheng.private_files import create_private_file

PUBLIC_FOLDER = "public"
PLAN_FILE = "plan.toml"
WAIT_SECONDS = 60
_POLL_SECONDS = 0.05
_PASSPHRASE_BYTES = 24


class FoundersMissing(Exception):
    """Some founders published nothing in time; `labels` names them."""

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__(f"nothing of {', '.join(labels)}")
        self.labels = labels


def main(arguments: list[str]) -> int:
    """Found one organisation's share of the network."""
    parser = argparse.ArgumentParser(description="Found one organisation of a scenario.")
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
    for party in plan.organisation(founder.label).parties:
        if Right.WATCH in party.rights:
            _generate_share(founder, public, party.label)
    return 0


def _generate_share(founder: Founder, public: Path, label: str) -> None:
    """Deal for the other supervisors, wait for what they deal, and keep one's own share."""
    genesis = decode_genesis(founder.folder.genesis.read_bytes())
    members = members_of(genesis)
    folder = founder.folder.party(label)
    passphrase = (folder / PASSPHRASE_FILE).read_text(encoding="utf-8").strip()
    keys = MemberKeys(folder, passphrase, QUICK)
    dealing = make_dealing(genesis, usual_threshold(len(members)), keys)
    create_private_file(dealing_path(public, dealing.dealer), dealing.encoded())
    keep_share(genesis, _dealings(public, len(members)), keys)


def contribution_path(public: Path, label: str) -> Path:
    """Return where an organisation's contribution lies for all to read."""
    return public / f"{label}.contribution"


def dealing_path(public: Path, dealer: int) -> Path:
    """Return where a supervisor's dealing lies for all to read."""
    return public / f"{dealer}.dealing"


def published_dealings(public: Path, members: int) -> list[Dealing]:
    """Return what the supervisors published for their joint key."""
    paths = (dealing_path(public, dealer) for dealer in range(1, members + 1))
    return [decode_dealing(path.read_bytes()) for path in paths]


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
    paths = {label: contribution_path(public, label) for label in labels}
    _wait_for(paths)
    return [decode_contribution(path.read_bytes()) for path in paths.values()]


def _dealings(public: Path, members: int) -> list[Dealing]:
    numbers = range(1, members + 1)
    _wait_for({f"supervisor {number}": dealing_path(public, number) for number in numbers})
    return published_dealings(public, members)


def _wait_for(paths: Mapping[str, Path]) -> None:
    """Wait until every file stands there; raise FoundersMissing with the labels of the others."""
    deadline = time.monotonic() + WAIT_SECONDS
    while missing := [label for label, path in paths.items() if not path.exists()]:
        if time.monotonic() > deadline:
            raise FoundersMissing(missing)
        time.sleep(_POLL_SECONDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
