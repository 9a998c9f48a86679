"""Roots as headers carry them: H(tag ‖ count as u64 ‖ tree root), so that no proof lies of size."""

from collections.abc import Sequence

from ledger.merkle import InclusionProof, included_root, merkle_root
from ledger.refusal import Code, Refusal, Refused
from ledger.suites import tagged_hash

TRANSACTIONS_TAG = b"qc/transactions/v1"
RECEIPTS_TAG = b"qc/receipts/v1"
EVIDENCE_TAG = b"qc/evidence-list/v1"
HISTORY_TAG = b"qc/history/v1"
STATE_TAG = b"qc/state/v1"


def counted_root(tag: bytes, count: int, tree_root: bytes) -> bytes:
    """Return the root of a header from the number of leaves and the root of the tree over them."""
    return tagged_hash(tag, count.to_bytes(8, "big"), tree_root)


def list_root(tag: bytes, leaves: Sequence[bytes]) -> bytes:
    """Return a header's root over tx_hashes, encoded receipts, evidence or block hashes."""
    return counted_root(tag, len(leaves), merkle_root(leaves))


def verify_included(root: bytes, tag: bytes, leaf: bytes, proof: InclusionProof) -> Refusal | None:
    """Say why a proof does not show `leaf` in the list of a header's root, or None."""
    try:
        tree_root = included_root(leaf, proof)
    except Refused as refused:
        return refused.refusal
    if counted_root(tag, proof.size, tree_root) != root:
        return Refusal(Code.BAD_PROOF, "inclusion.root")
    return None
