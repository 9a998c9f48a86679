"""Valid inputs of every reader, made by the project itself from fixed values."""

import dataclasses
import datetime as dt
import functools
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from genesis.organisation import CONTRIBUTION_FILE
from genesis.plan_file import render_plan
from genesis.sample_plan import sample_plan
from genesis.testnet import lay_out_testnet
from ledger.genesis import Predecessor
from ledger.refusal import Code, Refusal
from ledger.transaction import decode_transaction
from node.config import Address, Config, NetworkSection, render_config
from node.network import messages
from node.network.frames import Kind
from node.network.messages import Role, encode_message
from node.rpc.examples import example_requests
from node.rpc.methods import DECLARED
from node.snapshot.rows import Manifest, encode_manifest
from quancheng.api import events
from quancheng.api.refusal import refusal_view
from quancheng.api.transactions import EventView, ReceiptView
from quancheng.json_object import object_form
from quancheng.keystore import DerivationCost, KeyKind, Keystore
from tests.unit.consensus.test_evidence import CONTRADICTIONS, proven
from tests.unit.ledger.test_envelope_header import HEADER
from tests.unit.quancheng.supervisors import generated
from tests.vectors.golden import FOLDER
from tests.vectors.golden_chain import GoldenChain, read_golden_chain

VECTORS = FOLDER.parent
TRANSACTIONS_PER_TYPE = 3
CHEAP = DerivationCost(operations=1, memory=8_192)
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
PLAN = sample_plan(4, 1_767_225_600_000)


def golden(name: str) -> dict[str, Any]:
    """Return a file of golden bytes."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


@functools.cache
def chain() -> GoldenChain:
    """Return the golden chain, whose transactions are of many types."""
    return read_golden_chain()


@functools.cache
def transactions() -> tuple[bytes, ...]:
    """Return some transactions of every type that the golden chain has."""
    by_type: dict[str, list[bytes]] = {}
    for block in chain().blocks:
        for data in block.transactions:
            found = by_type.setdefault(decode_transaction(data).type, [])
            if len(found) < TRANSACTIONS_PER_TYPE:
                found.append(data)
    return tuple(data for found in by_type.values() for data in found)


def blocks() -> Sequence[bytes]:
    """Return blocks: the first, those with evidence, the fullest, and some others."""
    all_blocks = chain().blocks
    chosen = [*all_blocks[:3], *(item for item in all_blocks if item.evidence), *all_blocks[::40]]
    fullest = max(all_blocks, key=lambda item: len(item.transactions))
    return [item.encoded() for item in (*chosen, fullest)]


def headers() -> Sequence[bytes]:
    """Return some headers."""
    return [item.header.encoded() for item in chain().blocks[::30]]


def certificates() -> Sequence[bytes]:
    """Return some certificates."""
    return [item.encoded() for item in chain().certificates()[::30]]


def receipts() -> Sequence[bytes]:
    """Return receipts of successes, failures and sweeps."""
    return [bytes.fromhex(data) for data in _texts(golden("receipts"))]


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    return [value] if isinstance(value, str) else []


def replica_messages() -> Sequence[bytes]:
    """Return a message of every type between replicas."""
    text = (VECTORS / "consensus_messages.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)
    return [bytes.fromhex(data) for name, data in found.items() if not name.startswith("record")]


def frames() -> Sequence[bytes]:
    """Return a frame of every kind, with real content."""
    (vote, *_), block = replica_messages(), chain().blocks[0].encoded()
    certificate = chain().certificates()[0].encoded()
    some = tuple(transactions()[:3])
    manifest = Manifest(bytes(32), 9, 1, 5_000, b"\x01" * 32, 1)
    said: Sequence[messages.Message] = (
        messages.Hello(1, bytes(32), bytes(32), bytes(16), Role.VALIDATOR, b"\x01" * 33),
        messages.Hello(1, bytes(32), bytes(32), bytes(16), Role.OBSERVER, b""),
        messages.Ping(7),
        messages.Pong(7, 1_700_000_000_000),
        messages.Status(9, certificate),
        messages.ConsensusMessage(vote),
        messages.Transactions(some),
        messages.Evidence(tuple(offences()[:1])),
        messages.GetTransactions(1, (bytes(32), b"\x01" * 32)),
        messages.TransactionsFound(1, some),
        messages.GetBlocks(2, 1, 3),
        messages.BlocksFound(2, ((block, certificate),)),
        messages.GetSnapshot(3),
        messages.SnapshotFound(3, encode_manifest(manifest)),
        messages.GetPiece(4, 9, 2, b"\x01"),
        messages.PieceFound(4, is_known=True, rows=(b"key", b"value"), next_start=b"\x02"),
    )
    assert len({type(item) for item in said}) == len(Kind)
    return [encode_message(item) for item in said]


def offences() -> Sequence[bytes]:
    """Return the evidence of every kind of contradiction."""
    return [proven(*votes).encoded() for votes in CONTRADICTIONS.values()]


def geneses() -> Sequence[bytes]:
    """Return a founding document with every kind of entry, and a real one."""
    return [bytes.fromhex(golden("evidence")["plain"]["genesis"]), _founded_genesis()]


@functools.cache
def evidence_files() -> tuple[bytes, ...]:
    """Return both golden evidence files."""
    return tuple(bytes.fromhex(item["file"]) for item in golden("evidence").values())


@functools.cache
def evidence_genesis() -> bytes:
    """Return the document under which both files hold."""
    return bytes.fromhex(golden("evidence")["plain"]["genesis"])


def state_proofs() -> Sequence[bytes]:
    """Return proofs of presence and of absence in states of several sizes."""
    return [
        bytes.fromhex(data)
        for state in golden("state").values()
        for name, data in state.items()
        if name.startswith("proof")
    ]


def envelope_headers() -> Sequence[bytes]:
    """Return the header of an envelope."""
    return [HEADER.encoded()]


def dealings() -> Sequence[bytes]:
    """Return what supervisors publish when they generate their key."""
    return [item.encoded() for item in generated(2, 3).dealings]


def configurations() -> Sequence[bytes]:
    """Return a node's configuration with every key, and with peers."""
    peers = (Address("10.0.0.1", 26_656), Address("node.example", 26_657))
    network = NetworkSection(peers=peers, banned_nodes=(bytes(32),))
    return [render_config(item).encode() for item in (Config(), Config(network=network))]


def plans() -> Sequence[bytes]:
    """Return the plan of the sample city, alone and as a successor."""
    successor = dataclasses.replace(PLAN, predecessor=Predecessor(b"\x01" * 32, b"\x02" * 32))
    return [render_plan(item).encode() for item in (PLAN, successor)]


@functools.cache
def _founding() -> tuple[bytes, bytes]:
    """Return a founding document and a contribution of real organisations."""
    with tempfile.TemporaryDirectory() as folder:
        testnet = lay_out_testnet(Path(folder) / "net", PLAN, NOW)
        contribution = next((Path(folder) / "net").rglob(CONTRIBUTION_FILE))
        return testnet.genesis.read_bytes(), contribution.read_bytes()


def _founded_genesis() -> bytes:
    return _founding()[0]


def contributions() -> Sequence[bytes]:
    """Return what an organisation brings to the founding."""
    return [_founding()[1]]


@functools.cache
def key_files() -> tuple[bytes, ...]:
    """Return a key file of every kind."""
    secrets = {KeyKind.SIGN: bytes(range(32)), KeyKind.KEM: b"\x09" * 32}
    secrets |= {KeyKind.WALLET_SEED: b"\x08" * 32, KeyKind.SHARE: b"\x07" + bytes(31)}
    with tempfile.TemporaryDirectory() as folder:
        store = Keystore(Path(folder) / "keys", CHEAP)
        for kind, secret in secrets.items():
            store.add(kind.name.lower().replace("_", "-"), kind, secret, "passphrase")
        return tuple(path.read_bytes() for path in sorted(store.folder.glob("*.key")))


def rpc_requests() -> Sequence[bytes]:
    """Return a call of every method, a batch and a notification."""
    examples = example_requests()
    calls: list[dict[str, Any]] = [
        {
            "jsonrpc": "2.0",
            "id": number,
            "method": method.name,
            "params": object_form(method.request).render(examples[method.name]),
        }
        for number, method in enumerate(DECLARED)
    ]
    notification = {"jsonrpc": "2.0", "method": "chain_status"}
    return [json.dumps(item).encode() for item in (*calls, calls[:3], notification)]


def notices() -> Sequence[bytes]:
    """Return every notice of a stream, as a client receives it."""
    place, refusal = events.Place(2, 1), refusal_view(Refusal(Code.NOT_FOUND, "blocks"))
    event = EventView("consent.granted", (bytes(32),), (1, 2**60))
    receipts_ = (
        ReceiptView(bytes(32), "E000", None, (event,)),
        ReceiptView(bytes(32), refusal.code, refusal, ()),
    )
    records = [events.RecordView(place, 1_700_000_000_000, "consent.grant", r) for r in receipts_]
    said = [
        *((events.EVENT_NOTICE, events.RecordNotice(1, record)) for record in records),
        (events.HEARTBEAT_NOTICE, events.HeartbeatNotice(1, place)),
        (events.ENDED_NOTICE, events.EndedNotice(1, place, refusal)),
    ]
    notices_ = [
        {"jsonrpc": "2.0", "method": name, "params": _rendered(item)} for name, item in said
    ]
    begun = {"jsonrpc": "2.0", "id": 1, "result": _rendered(events.SubscribeResult(1, place))}
    refused = {"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "data": _rendered(refusal)}}
    return [json.dumps(item).encode() for item in (*notices_, begun, refused)]


def _rendered(value: object) -> Any:  # noqa: ANN401 - JSON
    return object_form(type(value)).render(value)
