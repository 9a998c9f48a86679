"""A node that joins a running chain, made by its organisation on its own machine.

The organisation stands in the founding document with the CA that admits its machines, so the new
node is let in, follows, and votes from the height on that governance decides for its key.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from genesis.certificates import authority_from_pem
from genesis.node_home import (
    GENESIS_FILE,
    NodeAddresses,
    make_tls_key,
    make_validator_key,
    write_genesis_file,
    write_node_config,
)
from genesis.organisation import OrganisationFolder, node_name
from ledger import suites
from ledger.genesis import Organisation, decode_genesis
from ledger.refusal import Code, require


@dataclass(frozen=True, slots=True)
class JoiningNode:
    """A node that is ready to start: its home, its voting key, its organisation's id."""

    home: Path
    public_key: bytes
    organisation: bytes


def prepare_node(
    folder: OrganisationFolder,
    genesis_data: bytes,
    addresses: NodeAddresses,
    peers: Sequence[str],
    now: dt.datetime,
) -> JoiningNode:
    """Make the home of another node of an organisation, with keys of its own.

    Refuses (E006) a document or an authority that is none, and (E010) an organisation that does not
    stand in the document. `peers` are the nodes to dial.
    """
    genesis = decode_genesis(genesis_data)
    authority = authority_from_pem(
        folder.authority_key.read_bytes(), folder.authority_certificate.read_bytes()
    )
    named = [item for item in genesis.organisations if _founded(item, authority.certificate)]
    require(bool(named), Code.NOT_FOUND, "organisation")
    index = next(number for number in count() if not folder.node(number).exists())
    home, name = folder.node(index), node_name(folder.root.resolve().name, index)
    make_tls_key(home, authority, name, addresses.host, now)
    seed = make_validator_key(home)
    write_genesis_file(home / GENESIS_FILE, genesis_data)
    write_node_config(
        home, name=name, chain_name=genesis.chain_name, addresses=addresses, peers=peers
    )
    return JoiningNode(home, suites.public_key_of(seed), named[0].id)


def _founded(organisation: Organisation, certificate: bytes) -> bool:
    return organisation.ca_certificate == certificate
