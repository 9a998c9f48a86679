"""Undoing a block of which only a beginning reached the disk.

Engines write a batch whole or not at all, but engines have bugs and disks lie about syncs. The
batch of a block begins with its undo record and ends with the tip; so an undo record above the tip
means that the block is there in part, and says what the state was before. Nothing that was
acknowledged is lost, and the node fetches the block from its peers.
"""

from node.store import schema
from node.store.engine import Batch, KeyValueEngine
from node.store.records import decode_tip, decode_undo
from node.store.sealing import SealedReader, put_sealed


def undo_torn_block(engine: KeyValueEngine) -> int | None:
    """Take back the block above the tip; return its height, or None where there is none.

    Index entries by id and tx_id may stay: readers ignore what lies above the tip, and the same
    block writes them again.
    """
    reader = SealedReader(engine)
    tip = decode_tip(reader.require(schema.TIP_KEY))
    torn = tip.height + 1
    data = reader.get(schema.undo_key(torn))
    if data is None:
        return None
    undo = decode_undo(data)
    batch: Batch = {}
    for raw_key, value in undo.values:
        if value is None:
            batch[schema.state_key(raw_key)] = None
        else:
            put_sealed(batch, schema.state_key(raw_key), value)
    for prefix in (schema.pages_prefix(torn), schema.stale_prefix(torn)):
        batch.update((key, None) for key, _ in engine.scan(prefix))
    for key_of in (
        schema.header_key,
        schema.body_key,
        schema.certificate_key,
        schema.receipts_key,
        schema.root_key,
        schema.undo_key,
    ):
        batch[key_of(torn)] = None
    engine.write_batch(batch, sync=True)
    return torn
