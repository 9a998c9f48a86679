"""Verifying at start that what a store holds is a chain that ends at its tip.

From the outside in:

    no block stands above the tip: such a one is a batch of which only a beginning was written
    the last headers chain by their hashes down from the tip, and each is found by its block hash
    the certificate holds for the tip, and its set is the one that the header names
    the body matches the header; each transaction is found; the receipts give the receipt root
    the tip before this one has the state, receipts and history that this header certifies
    history grew by exactly this block
    the validator set and the values that the block changed are proven under the state root

What lies deeper is guarded by checksums and found when it is read.
"""

from dataclasses import dataclass
from itertools import chain as chained

from chaincode.genesis_state import genesis_changes
from chaincode.validators import SETS, set_of_epoch
from ledger import state_proof
from ledger.block import Block
from ledger.certificate import verify_certificate
from ledger.genesis import Genesis
from ledger.header import Header
from ledger.refusal import Refused
from ledger.roots import RECEIPTS_TAG, list_root
from ledger.state_page import PageDamaged, PageMissing
from ledger.state_tree import prove
from ledger.transaction import decode_transaction
from node.chain_view import ChainView
from node.replay_window import ReplayWindow
from node.store import schema
from node.store.errors import StoreDamaged
from node.store.records import Tip, TransactionLocation

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
    if view.newest_header_height() > tip.height:
        raise StoreDamaged(f"block {tip.height + 1}", "was written in part only")
    try:
        if tip.height == 0:
            _require(tip.block_hash == genesis.hash(), "tip", "is not the genesis")
            return TipReport(0, 0, _verify_values(view, list(genesis_changes(genesis))))
        block = view.block(tip.height)
        headers = _verify_headers(view)
        _verify_certificate(view, block.header)
        _verify_results(view, block)
        undo = view.undo(tip.height)
        _verify_growth(tip, undo.before, block.header)
        changed = [key for key, _ in undo.values][:VALUES_VERIFIED_MAX]
        return TipReport(headers, len(block.transactions), _verify_values(view, changed))
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


def _verify_results(view: ChainView, block: Block) -> None:
    height = block.header.height
    root = list_root(RECEIPTS_TAG, view.receipts_bytes(height))
    _require(root == view.tip.receipt_root, f"receipts {height}", "give another root")
    for position, data in enumerate(block.transactions):
        tx_id = decode_transaction(data).tx_id
        found = view.find_transaction(tx_id) == TransactionLocation(height, position)
        _require(found, f"transaction {tx_id.hex()}", "is not found")


def _verify_growth(tip: Tip, before: Tip, header: Header) -> None:
    claims = (header.height - 1, header.parent_hash)
    claims_roots = (header.state_root, header.receipt_root, header.history_root)
    roots = (before.tree.state_root(), before.receipt_root, before.history_root)
    name = f"undo record {header.height}"
    _require((before.height, before.block_hash) == claims, name, "is of another block")
    _require(roots == claims_roots, name, "has other roots than the header")
    grown = before.history.append(tip.block_hash)
    _require(tip.history == grown, "tip", "has another history")
    same = (tip.time_ms, tip.validator_epoch) == (header.time_ms, header.validator_epoch)
    _require(same, "tip", "is not the last block")


def _verify_values(view: ChainView, changed: list[bytes]) -> int:
    tip = view.tip
    _require(view.tree_root(tip.height) == tip.tree, f"tree root {tip.height}", "is not the tip's")
    sets = SETS.raw_key(tip.validator_epoch)
    state_root = tip.tree.state_root()
    for raw_key in chained((sets,), changed):
        proof = prove(view.read_page, tip.tree, raw_key)
        refusal = state_proof.verify(state_root, proof, raw_key, view.state.get(raw_key))
        name = schema.describe(schema.state_key(raw_key))
        _require(refusal is None, name, f"is not under the state root: {refusal}")
    return 1 + len(changed)


def _require(condition: bool, record: str, reason: str) -> None:
    if not condition:
        raise StoreDamaged(record, reason)
