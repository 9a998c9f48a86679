"""What a final header proves: a transaction in its block, a receipt before it, state, ancestors.

Header h carries the transactions of block h, and state and receipts after block h − 1. A timeout
therefore holds against `time_ms` of the very header whose state root proves it.
"""

from ledger.header import Header
from ledger.merkle import InclusionProof
from ledger.refusal import Code, Refusal, Refused, require
from ledger.roots import HISTORY_TAG, RECEIPTS_TAG, TRANSACTIONS_TAG, verify_included
from ledger.state_proof import StateProof, verify


def require_transaction(header: Header, tx_hash: bytes, proof: InclusionProof) -> None:
    """Refuse (E805) unless the block of a header holds the transaction with this hash."""
    _raise(verify_included(header.transaction_root, TRANSACTIONS_TAG, tx_hash, proof))


def require_receipt(header: Header, receipt: bytes, proof: InclusionProof) -> None:
    """Refuse (E805) unless the block before a header made this receipt (canonical bytes)."""
    _raise(verify_included(header.receipt_root, RECEIPTS_TAG, receipt, proof))


def require_state(header: Header, proof: StateProof, raw_key: bytes, value: bytes | None) -> None:
    """Refuse (E805) unless the state after the block before a header has this value, or none."""
    _raise(verify(header.state_root, proof, raw_key, value))


def require_ancestor(header: Header, height: int, block_hash: bytes, proof: InclusionProof) -> None:
    """Refuse (E805) unless the block of this hash and height lies before a header in its chain."""
    require(proof.size == header.height - 1, Code.BAD_PROOF, "history.size")
    require(proof.index == height - 1, Code.BAD_PROOF, "history.index")
    _raise(verify_included(header.history_root, HISTORY_TAG, block_hash, proof))


def _raise(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise Refused(refusal.code, refusal.field)
