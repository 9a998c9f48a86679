"""Founding a store: the world state of the genesis document, height 0, in one batch."""

import msgpack

from chaincode.genesis_state import genesis_changes
from ledger.genesis import Genesis
from ledger.merkle import Frontier
from ledger.roots import RECEIPTS_TAG, list_root
from ledger.state_tree import EMPTY_ROOT, update
from node.block_application import put_state
from node.store import schema
from node.store.engine import Batch, KeyValueEngine
from node.store.errors import StoreForeign
from node.store.records import Tip
from node.store.sealing import SealedReader, put_sealed


def found_if_empty(engine: KeyValueEngine, genesis: Genesis) -> bool:
    """Write the founding state into an empty store; say whether it did.

    Raise StoreForeign where the store holds anything but this chain in this layout.
    """
    marker = founding_marker(genesis)
    found = SealedReader(engine).get(schema.GENESIS_KEY)
    if found is not None and found != marker:
        raise StoreForeign("the store holds another chain, or was written in another layout")
    if found is None and next(engine.scan(b""), None) is not None:
        raise StoreForeign("the data folder holds something that is not a chain")
    if found is None:
        engine.write_batch(_founding(genesis, marker), sync=True)
    return found is None


def founding_marker(genesis: Genesis) -> bytes:
    """Return the record that says whose store this is."""
    marker: bytes = msgpack.packb([schema.LAYOUT_VERSION, genesis.hash()])
    return marker


def _founding(genesis: Genesis, marker: bytes) -> Batch:
    changes = genesis_changes(genesis)
    tree = update(lambda _: None, EMPTY_ROOT, 0, changes)
    tip = Tip(
        height=0,
        block_hash=genesis.hash(),
        time_ms=genesis.time_ms,
        validator_epoch=0,
        tree=tree.root,
        receipt_root=list_root(RECEIPTS_TAG, ()),
        history=Frontier(),
        embedded_views=(),
        has_result=False,
    )
    batch: Batch = {}
    put_state(batch, 0, changes, tree)
    put_sealed(batch, schema.TIP_KEY, tip.encoded())
    put_sealed(batch, schema.GENESIS_KEY, marker)
    return batch
