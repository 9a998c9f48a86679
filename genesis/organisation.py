"""One organisation's side of the founding: make every key, then finish its nodes' homes.

ORGANISATION/
  ca/ca.key  ca/ca.crt           the authority over its machines; keep the key offline
  contribution.qc                public; hand it to the other founders
  genesis.qc                     the founding document, once assembled
  node/ (node-2/ …)              home of each of its nodes
  parties/<label>/               keystore of each party: sign.key, kem.key
"""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from genesis.assembly import assemble
from genesis.certificates import Authority, certificate_pem, found_authority, key_pem
from genesis.contribution import (
    ContributedParty,
    ContributedValidator,
    Contribution,
    decode_contribution,
    proofs_of,
)
from genesis.node_home import (
    GENESIS_FILE,
    NodeAddresses,
    make_tls_key,
    make_validator_key,
    write_genesis_file,
    write_node_config,
)
from genesis.plan import Plan, PlannedParty
from genesis.verification import require_own_keys
from ledger import suites
from ledger.refusal import Code, require
from quancheng.keystore import CAREFUL, DerivationCost, KeyKind, Keystore
from quancheng.private_files import create_private_file, make_private_folder

CONTRIBUTION_FILE = "contribution.qc"
SIGN_KEY = "sign"
KEM_KEY = "kem"


@dataclass(frozen=True, slots=True)
class OrganisationFolder:
    """Paths below an organisation's folder. Nothing here touches the disk."""

    root: Path

    @property
    def contribution(self) -> Path:
        """The public file for the other founders."""
        return self.root / CONTRIBUTION_FILE

    @property
    def authority_key(self) -> Path:
        """The secret key of the authority over the organisation's machines."""
        return self.root / "ca" / "ca.key"

    @property
    def authority_certificate(self) -> Path:
        """The certificate of that authority."""
        return self.root / "ca" / "ca.crt"

    @property
    def genesis(self) -> Path:
        """The founding document."""
        return self.root / GENESIS_FILE

    def node(self, index: int) -> Path:
        """Home of the organisation's node of an index from 0."""
        return self.root / ("node" if index == 0 else f"node-{index + 1}")

    def party(self, label: str) -> Path:
        """Keystore of a party."""
        return self.root / "parties" / label


@dataclass(frozen=True, slots=True)
class KeyCare:
    """How the keys of parties are guarded: a passphrase for each label, and a guess's cost."""

    passphrases: Mapping[str, str]
    cost: DerivationCost = CAREFUL


@dataclass(frozen=True, slots=True)
class Founder:
    """An organisation on its own machine: its folder, its label, where its nodes listen."""

    folder: OrganisationFolder
    label: str
    addresses: tuple[NodeAddresses, ...]


def found_organisation(
    founder: Founder, plan: Plan, care: KeyCare, now: dt.datetime
) -> Contribution:
    """Make all keys of an organisation, write its contribution file and return it."""
    label, folder, addresses = founder.label, founder.folder, founder.addresses
    planned = plan.organisation(label)
    require(len(addresses) == planned.nodes, Code.SCHEMA, "addresses")
    authority = _made_authority(folder, planned.name, now)
    for index, item in enumerate(addresses):
        make_tls_key(folder.node(index), authority, node_name(label, index), item.host, now)
    voting = addresses[: planned.validators]
    validator_seeds = [make_validator_key(folder.node(index)) for index in range(len(voting))]
    parties = [_made_party(folder.party(party.label), party, care) for party in planned.parties]
    unsigned = Contribution(
        plan_hash=plan.hash(),
        label=label,
        ca_certificate=authority.certificate,
        validators=tuple(
            ContributedValidator(suites.public_key_of(seed), item.peers)
            for seed, item in zip(validator_seeds, voting, strict=True)
        ),
        parties=tuple(keys for keys, _ in parties),
    )
    seeds = [authority.seed, *validator_seeds, *(seed for _, seed in parties)]
    contribution = replace(unsigned, proofs=proofs_of(unsigned, seeds))
    create_private_file(folder.contribution, contribution.encoded())
    return contribution


def finish_homes(
    founder: Founder, plan: Plan, contributions: Sequence[Contribution]
) -> tuple[Path, ...]:
    """Assemble the document oneself, find one's own keys in it, and complete one's nodes' homes."""
    folder = founder.folder
    data = assemble(plan, contributions).encoded()
    require_own_keys(data, decode_contribution(folder.contribution.read_bytes()))
    write_genesis_file(folder.genesis, data)
    peers = [validator.address for item in contributions for validator in item.validators]
    homes = []
    for index, item in enumerate(founder.addresses):
        home = folder.node(index)
        write_genesis_file(home / GENESIS_FILE, data)
        name = node_name(founder.label, index)
        write_node_config(home, name=name, chain_name=plan.chain_name, addresses=item, peers=peers)
        homes.append(home)
    return tuple(homes)


def node_name(label: str, index: int) -> str:
    """Return the name, in certificates and logs, of an organisation's node of an index from 0."""
    return label if index == 0 else f"{label}-{index + 1}"


def _made_authority(folder: OrganisationFolder, name: str, now: dt.datetime) -> Authority:
    authority = found_authority(secrets.token_bytes(suites.SEED_SIZE), name, now)
    make_private_folder(folder.authority_key.parent)
    create_private_file(folder.authority_key, key_pem(authority.seed))
    create_private_file(folder.authority_certificate, certificate_pem(authority.certificate))
    return authority


def _made_party(folder: Path, party: PlannedParty, care: KeyCare) -> tuple[ContributedParty, bytes]:
    """Make the keys of a party; the seed is returned only to sign the proof of possession."""
    keystore = Keystore(folder, care.cost)
    passphrase = care.passphrases[party.label]
    seed = secrets.token_bytes(suites.SEED_SIZE)
    sign_key = keystore.add(SIGN_KEY, KeyKind.SIGN, seed, passphrase)
    kem_key = keystore.create(KEM_KEY, KeyKind.KEM, passphrase)
    return ContributedParty(party.label, sign_key.public_key, kem_key.public_key), seed
