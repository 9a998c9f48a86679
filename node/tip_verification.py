"""Verifying at start that what a store holds is a chain that ends at its tip.

From the outside in:

    the last headers chain by their hashes down from the tip, and each is found by its block hash
    the certificate holds for the tip, and its set is the one that the header names
    the body matches the header; each transaction is found; the receipts give the receipt root
    the tip before this one has the state, receipts and history that this header certifies
    the tip is the one that this block makes of the tip before it
    the validator set and the values that the block changed are proven under the state root, the
        values before it under the state root that the header certifies

What lies deeper is guarded by checksums and found when it is read.
"""

from dataclasses import dataclass, fields

from chaincode.genesis_state import genesis_changes
from chaincode.validators import SETS, set_at, set_of_epoch
from ledger import state_proof
from ledger.block import Block
from ledger.certificate import verify_certificate
from ledger.genesis import Genesis
from ledger.header import Header
from ledger.refusal import Refused
from ledger.roots import RECEIPTS_TAG, list_root
from ledger.state_page import PageDamaged, PageMissing
from ledger.state_tree import TreeRoot, prove
from ledger.transaction import decode_transaction
from node.block_application import embedded_views_after
from node.chain_view import ChainView
from node.replay_window import ReplayWindow
from node.store import schema
from node.store.errors import StoreDamaged
from node.store.records import Tip, TransactionLocation, Undo

HEADERS_VERIFIED_MAX = 64
VALUES_VERIFIED_MAX = 2_000
"""Changed values that are proven under the state root; about 0.1 ms each."""


@dataclass(frozen=True, slots=True)
class TipReport:
    """What was verified at the tip, in numbers for the log."""

    headers: int
    transactions: int
    values: int


def verify_tip(view: ChainView, genesis: Genesis) -> TipReport:
    """Return what was verified, or raise StoreDamaged."""
    tip = view.tip
    try:
        if tip.height == 0:
            _require(tip.block_hash == genesis.hash(), "tip", "is not the genesis")
            founding = genesis_changes(genesis)
            for raw_key, value in founding.items():
                _verify_value(view, tip.tree, raw_key, value)
                stored = view.state.get(raw_key) == value
                _require(stored, schema.describe(schema.state_key(raw_key)), "is altered")
            return TipReport(0, 0, len(founding))
        block = view.block(tip.height)
        headers = _verify_headers(view)
        _verify_certificate(view, block.header)
        _verify_transactions(view, block)
        undo = view.undo(tip.height)
        _verify_before(undo.before, block.header)
        _verify_growth(view, undo, block)
        values = _verify_values(view, undo)
        return TipReport(headers, len(block.transactions), values)
    except (Refused, PageMissing, PageDamaged) as error:
        raise StoreDamaged(f"block {tip.height}", f"does not verify: {error}") from error


def rebuilt_window(view: ChainView, window_max_ms: int) -> ReplayWindow:
    """Return the replay window of the tip from bodies that chain down from it.

    `window_max_ms` is the longest that the window parameter may ever have been. About 15 µs for
    each transaction of that time.
    """
    window = ReplayWindow()
    expected = view.tip.block_hash
    for height in range(view.tip.height, 0, -1):
        header = view.header(height)
        _require(header.hash() == expected, f"header {height}", "is not what its child names")
        if header.time_ms <= view.tip.time_ms - window_max_ms:
            break
        window.add(decode_transaction(data) for data in view.block(height).transactions)
        expected = header.parent_hash
    window.forget(view.tip.time_ms)
    return window


def _verify_headers(view: ChainView) -> int:
    expected = view.tip.block_hash
    lowest = max(1, view.tip.height - HEADERS_VERIFIED_MAX + 1)
    for height in range(view.tip.height, lowest - 1, -1):
        header = view.header(height)
        _require(header.hash() == expected, f"header {height}", "is not what its child names")
        _require(header.height == height, f"header {height}", "is of another height")
        found = view.height_of(expected) == height
        _require(found, f"block hash {expected.hex()}", "does not lead to its block")
        expected = header.parent_hash
    return view.tip.height - lowest + 1


def _verify_certificate(view: ChainView, header: Header) -> None:
    name = f"certificate {header.height}"
    epoch = header.validator_epoch
    _require(SETS.get(view.state, epoch) is not None, f"validator set {epoch}", "is missing")
    validators = set_of_epoch(view.state, epoch)
    named = validators.hash() == header.validators_hash
    _require(named, f"validator set {epoch}", "is not what the header names")
    certificate = view.certificate(header.height)
    of_tip = (certificate.height, certificate.block_hash) == (header.height, view.tip.block_hash)
    _require(of_tip, name, "is of another block")
    refusal = verify_certificate(certificate, validators, header.genesis_hash)
    _require(refusal is None, name, f"does not hold: {refusal}")


def _verify_transactions(view: ChainView, block: Block) -> None:
    for position, data in enumerate(block.transactions):
        tx_id = decode_transaction(data).tx_id
        location = TransactionLocation(block.header.height, position)
        found = view.find_transaction(tx_id) == location
        _require(found, f"transaction {tx_id.hex()}", "is not found")


def _verify_before(before: Tip, header: Header) -> None:
    names = (before.height + 1, before.block_hash)
    certified = (header.state_root, header.receipt_root, header.history_root)
    roots = (before.tree.state_root(), before.receipt_root, before.history_root)
    record = f"undo record {header.height}"
    _require(names == (header.height, header.parent_hash), record, "is of another block")
    _require(roots == certified, record, "has other roots than the header")


def _verify_growth(view: ChainView, undo: Undo, block: Block) -> None:
    header, before = block.header, undo.before
    receipts = view.receipts_bytes(header.height)
    grown = Tip(
        height=header.height,
        block_hash=header.hash(),
        time_ms=header.time_ms,
        validator_epoch=header.validator_epoch,
        tree=view.tree_root(header.height),
        receipt_root=list_root(RECEIPTS_TAG, receipts),
        history=before.history.append(header.hash()),
        embedded_views=embedded_views_after(
            before, block, set_at(view.state, header.height + 1).epoch
        ),
        has_result=bool(undo.values or receipts),
    )
    for field in fields(Tip):
        same = getattr(grown, field.name) == getattr(view.tip, field.name)
        _require(same, f"tip {header.height}", f"has another {field.name} than its block gives")


def _verify_values(view: ChainView, undo: Undo) -> int:
    changed = undo.values[:VALUES_VERIFIED_MAX]
    sets = SETS.raw_key(view.tip.validator_epoch)
    for raw_key in (sets, *(key for key, _ in changed)):
        _verify_value(view, view.tip.tree, raw_key, view.state.get(raw_key))
    for raw_key, value in changed:
        _verify_value(view, undo.before.tree, raw_key, value)
    return len(changed)


def _verify_value(view: ChainView, tree: TreeRoot, raw_key: bytes, value: bytes | None) -> None:
    proof = prove(view.read_page, tree, raw_key)
    refusal = state_proof.verify(tree.state_root(), proof, raw_key, value)
    record = schema.describe(schema.state_key(raw_key))
    _require(refusal is None, record, f"is not under the state root: {refusal}")


def _require(condition: bool, record: str, reason: str) -> None:
    if not condition:
        raise StoreDamaged(record, reason)
