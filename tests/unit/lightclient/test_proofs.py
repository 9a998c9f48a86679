"""A final header proves its transactions, the receipts and state before it, and its ancestors."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.merkle import InclusionProof, prove_inclusion
from ledger.receipt import Receipt
from ledger.refusal import Code, Refused
from ledger.roots import HISTORY_TAG, list_root
from ledger.state_tree import EMPTY_ROOT, prove, update
from lightclient.proofs import (
    require_ancestor,
    require_receipt,
    require_state,
    require_transaction,
)
from tests.unit.lightclient.chain_maker import ChainMaker, make_genesis, transaction

STATE: dict[bytes, bytes | None] = {b"key %d" % number: b"value" for number in range(20)}
TREE = update(lambda _: None, EMPTY_ROOT, 1, STATE)


@pytest.fixture(name="chain")
def fixture_chain() -> ChainMaker:
    """Ten blocks; block 4 holds three transactions and makes a sweep."""
    genesis = make_genesis()
    chain = ChainMaker(genesis, TREE.root)
    for height in range(1, 11):
        busy = height == 4
        items = [transaction(genesis.hash(), number) for number in range(3)] if busy else []
        chain.append(items, sweeps=[Receipt(bytes([9]) * 32, Code.OK)] if busy else [])
    return chain


def refused(check: Callable[[], None]) -> bool:
    try:
        check()
    except Refused as found:
        return found.refusal.code is Code.BAD_PROOF
    return False


def test_transactions(chain: ChainMaker) -> None:
    """Every transaction is proven by its own header and by no other."""
    hashes = [transaction(chain.genesis_hash, number).tx_hash for number in range(3)]
    for index, tx_hash in enumerate(hashes):
        proof = prove_inclusion(hashes, index)
        require_transaction(chain.header(4), tx_hash, proof)
        assert is_not_in_block_5(chain, tx_hash, proof)


def test_receipts(chain: ChainMaker) -> None:
    """Receipts of block h are proven by header h + 1, sweeps first."""
    leaves = [receipt.encoded() for receipt in chain.receipts[3]]
    assert len(leaves) == 4
    proof = prove_inclusion(leaves, 2)
    require_receipt(chain.header(5), leaves[2], proof)
    assert refused(lambda: require_receipt(chain.header(4), leaves[2], proof))
    assert refused(lambda: require_receipt(chain.header(5), leaves[1], proof))
    assert refused(lambda: require_transaction(chain.header(5), leaves[2], proof))


def test_state(chain: ChainMaker) -> None:
    """Values and absence are proven against the header's own state root."""
    header = chain.header(3)
    proof = prove(TREE.pages.get, TREE.root, b"key 3")
    require_state(header, proof, b"key 3", b"value")
    assert refused(lambda: require_state(header, proof, b"key 3", None))
    absence = prove(TREE.pages.get, TREE.root, b"absent")
    require_state(header, absence, b"absent", None)
    assert refused(lambda: require_state(header, absence, b"absent", b""))


def test_ancestors(chain: ChainMaker) -> None:
    """The history root proves every earlier block at its height, and only there."""
    header = chain.header(10)
    hashes = [chain.header(height).hash() for height in range(1, 10)]
    for height in range(1, 10):
        proof = prove_inclusion(hashes, height - 1)
        require_ancestor(header, height, hashes[height - 1], proof)
        assert is_no_ancestor(chain, height + 1, hashes[height - 1], proof)
        assert is_no_ancestor(chain, height, bytes(32), proof)
        grown = InclusionProof(proof.index, proof.size + 1, proof.path)
        assert is_no_ancestor(chain, height, hashes[height - 1], grown)


def test_a_history_has_one_block_for_each_height(chain: ChainMaker) -> None:
    """A header whose history is shorter than its height proves no ancestors at all."""
    hashes = [chain.header(height).hash() for height in range(1, 9)]
    short = replace(chain.header(10), history_root=list_root(HISTORY_TAG, hashes))
    proof = prove_inclusion(hashes, 3)
    assert refused(lambda: require_ancestor(short, 4, hashes[3], proof))
    require_ancestor(replace(short, height=9), 4, hashes[3], proof)


def is_no_ancestor(
    chain: ChainMaker, height: int, block_hash: bytes, proof: InclusionProof
) -> bool:
    return refused(lambda: require_ancestor(chain.header(10), height, block_hash, proof))


def is_not_in_block_5(chain: ChainMaker, tx_hash: bytes, proof: InclusionProof) -> bool:
    return refused(lambda: require_transaction(chain.header(5), tx_hash, proof))
