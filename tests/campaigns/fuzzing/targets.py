"""What reads bytes from outside: valid inputs of each reader, and what it may make of others.

A reader returns a word for what it made of an input. It raises only where we are wrong.
"""

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from chaincode.catalogue import TYPES
from chaincode.genesis_state import genesis_changes
from consensus.codec import decode_message as decode_replica_message
from consensus.codec import encode_message as encode_replica_message
from consensus.evidence import decode_evidence
from genesis.contribution import decode_contribution
from genesis.plan_file import parse_plan
from ledger.block import decode_block
from ledger.certificate import decode_certificate
from ledger.envelope_header import decode_envelope_header
from ledger.genesis import decode_genesis
from ledger.header import decode_header
from ledger.receipt import decode_receipt
from ledger.refusal import Refusal, Refused
from ledger.state_proof import decode_state_proof
from ledger.transaction import decode_transaction
from node.config import parse_config
from node.errors import BadConfig
from node.network.frames import PREFIX_SIZE, decode_prefix
from node.network.messages import decode_message
from node.network.tls import Authorities
from quancheng import keystore
from quancheng.dealing import decode_dealing
from quancheng.evidence import verify
from tests.campaigns.fuzzing import seeds
from tests.campaigns.fuzzing.forms import CBOR, FRAME, JSON, TOML, Form
from tests.campaigns.fuzzing.servers import event_reader, rpc_reader

Read = Callable[[bytes], str]
READ = "read"
"""What a reader returns of an input that holds."""


@dataclass(frozen=True, slots=True)
class Target:
    """A reader with valid inputs of it."""

    name: str
    form: Form
    seeds: Callable[[], Sequence[bytes]]
    open: Callable[[], AbstractContextManager[Read]]


def of_function(read: Callable[[bytes], object]) -> Callable[[], AbstractContextManager[Read]]:
    """Return what opens a reader that is a function and refuses with a code."""

    def outcome(data: bytes) -> str:
        try:
            read(data)
        except Refused as refused:
            return refusal_word(refused.refusal)
        return READ

    @contextmanager
    def opened() -> Iterator[Read]:
        yield outcome

    return opened


def refusal_word(refusal: Refusal) -> str:
    """Return code and field of a refusal, without what the input itself says there."""
    field = re.split(r"[^\w.\[\]]", refusal.field)[0]
    return f"{refusal.code.name} {re.sub(r'[0-9]+', 'n', field)}".rstrip()


def strict(
    decode: Callable[[bytes], Any], encode: Callable[[Any], bytes] = lambda item: item.encoded()
) -> Callable[[], AbstractContextManager[Read]]:
    """Return what opens a decoder that takes an object in its one form only."""

    def read(data: bytes) -> None:
        assert encode(decode(data)) == data, "a second form of one object"

    return of_function(read)


def read_frame(data: bytes) -> None:
    """Read a frame as a link does: the prefix bounds the body."""
    if len(data) < PREFIX_SIZE:
        return
    kind, size = decode_prefix(data[:PREFIX_SIZE])
    decode_message(kind, data[PREFIX_SIZE : PREFIX_SIZE + size])


def read_transaction(data: bytes) -> None:
    """Read a transaction and its body; both forms of the body say the same."""
    transaction = decode_transaction(data)
    assert transaction.data == data
    declaration = TYPES.get(transaction.type)
    if declaration is None:
        return
    body = declaration.read(transaction.unsigned.body)
    assert declaration.write(body) == transaction.unsigned.body
    assert declaration.read_json(declaration.write_json(body)) == body


def read_genesis(data: bytes) -> None:
    """Read a founding document, found the state on it, and take its authorities."""
    genesis = decode_genesis(data)
    assert genesis.encoded() == data
    genesis_changes(genesis)
    Authorities(genesis.organisations)


def read_evidence_file(data: bytes) -> None:
    """Verify an evidence file; a changed one never holds."""
    verdict = verify(data, seeds.evidence_genesis())
    if isinstance(verdict, Refusal):
        raise Refused(verdict.code, verdict.field)
    assert data in seeds.evidence_files(), "changed evidence holds"


@contextmanager
def configuration_reader() -> Iterator[Read]:
    """Give the reader of a node's configuration."""

    def read(data: bytes) -> str:
        try:
            parse_config(data.decode())
        except UnicodeDecodeError:
            return "not UTF-8"
        except BadConfig as error:
            return f"BadConfig {re.sub('[^a-z_.]', '', str(error).split()[0])}"
        return READ

    yield read


TARGETS: Mapping[str, Target] = {
    item.name: item
    for item in (
        Target("frames", FRAME, seeds.frames, of_function(read_frame)),
        Target(
            "votes",
            CBOR,
            seeds.replica_messages,
            strict(decode_replica_message, encode_replica_message),
        ),
        Target("blocks", CBOR, seeds.blocks, strict(decode_block)),
        Target("headers", CBOR, seeds.headers, strict(decode_header)),
        Target("certificates", CBOR, seeds.certificates, strict(decode_certificate)),
        Target("receipts", CBOR, seeds.receipts, strict(decode_receipt)),
        Target("transactions", CBOR, seeds.transactions, of_function(read_transaction)),
        Target("rpc", JSON, seeds.rpc_requests, rpc_reader),
        Target("events", JSON, seeds.notices, event_reader),
        Target("configuration", TOML, seeds.configurations, configuration_reader),
        Target("plans", TOML, seeds.plans, of_function(parse_plan)),
        Target("keys", CBOR, seeds.key_files, of_function(keystore._decode_key_file)),
        Target("genesis", CBOR, seeds.geneses, of_function(read_genesis)),
        Target("contributions", CBOR, seeds.contributions, strict(decode_contribution)),
        Target("dealings", CBOR, seeds.dealings, strict(decode_dealing)),
        Target("evidence", CBOR, seeds.evidence_files, of_function(read_evidence_file)),
        Target("offences", CBOR, seeds.offences, strict(decode_evidence)),
        Target("proofs", CBOR, seeds.state_proofs, strict(decode_state_proof)),
        Target("envelopes", CBOR, seeds.envelope_headers, strict(decode_envelope_header)),
    )
}


@functools.cache
def seeds_of(name: str) -> tuple[bytes, ...]:
    """Return the valid inputs of a target; each is read as such."""
    target = TARGETS[name]
    found = tuple(target.seeds())
    assert found
    return found
