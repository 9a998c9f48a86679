"""The layout of the store: one letter for the kind of record, then fixed-width parts, big-endian.

    h height                       header, canonical bytes
    b height                       body, canonical bytes
    c height                       commit certificate, canonical bytes
    r height                       receipts, sweeps before transactions
    k block hash                   height
    t tx_id                        height, position among the block's transactions
    i id, height, receipt          nothing; which receipts concern an id
    f raw key                      latest value of the world state
    p page key                     page of the state tree
    o height                       root of the state tree after a block
    u height                       the tip before a block, and the old value of each key it changed
    s height, number               pages that the block's version of the state tree left behind
    q block hash                   a block under vote, canonical bytes
    m name                         `genesis`: whose store this is; `tip`: where the chain ends;
                                   `bodies`: first height whose body is here; `indexed`: first
                                   height that the index covers; `archive`: where older bodies are

A block writes its undo record first and the tip last, so that a batch of which only a beginning
reached the disk shows as an undo record above the tip, and can be undone.
"""

LAYOUT_VERSION = 1

STATE = b"f"
ROOT = b"o"
UNDO = b"u"
PROPOSED = b"q"
INDEX = b"i"

BLOCK_HEAD = b"\x82"
"""A block is the canonical array of header and body: its bytes are these and then theirs."""

GENESIS_KEY = b"mgenesis"
TIP_KEY = b"mtip"
BODIES_KEY = b"mbodies"
INDEXED_KEY = b"mindexed"
ARCHIVE_KEY = b"marchive"

_KINDS = {
    b"h": "header",
    b"b": "body",
    b"c": "certificate",
    b"r": "receipts",
    b"k": "block hash",
    b"t": "transaction",
    b"i": "index entry",
    b"f": "state value",
    b"p": "tree page",
    b"o": "tree root",
    b"u": "undo record",
    b"s": "stale pages",
    b"q": "proposed block",
    b"m": "marker",
}


def describe(key: bytes) -> str:
    """Return a key as people read it in a message about damage."""
    return f"{_KINDS.get(key[:1], 'unknown record')} {key[1:].hex()}"


def height_of_key(key: bytes) -> int:
    """Return the height in a key of the kinds that start with one."""
    return int.from_bytes(key[1:9], "big")


def header_key(height: int) -> bytes:
    """Return the key of a header."""
    return b"h" + _u64(height)


def body_key(height: int) -> bytes:
    """Return the key of a body."""
    return b"b" + _u64(height)


def certificate_key(height: int) -> bytes:
    """Return the key of a block's commit certificate."""
    return b"c" + _u64(height)


def receipts_key(height: int) -> bytes:
    """Return the key of a block's receipts."""
    return b"r" + _u64(height)


def block_hash_key(block_hash: bytes) -> bytes:
    """Return the key under which a block hash gives its height."""
    return b"k" + block_hash


def transaction_key(tx_id: bytes) -> bytes:
    """Return the key under which a tx_id gives its place."""
    return b"t" + tx_id


def index_prefix(entity: bytes) -> bytes:
    """Return the prefix of the index entries of an id."""
    return INDEX + entity


def index_key(entity: bytes, height: int, receipt: int) -> bytes:
    """Return the key that files a receipt of a block under an id."""
    return INDEX + entity + _u64(height) + receipt.to_bytes(4, "big")


def place_of_index_key(key: bytes) -> tuple[int, int]:
    """Return height and receipt number of an index key."""
    return int.from_bytes(key[-12:-4], "big"), int.from_bytes(key[-4:], "big")


def state_key(raw_key: bytes) -> bytes:
    """Return the key of a value of the world state."""
    return STATE + raw_key


def page_key(tree_key: bytes) -> bytes:
    """Return the key of a page of the state tree."""
    return b"p" + tree_key


def pages_prefix(height: int) -> bytes:
    """Return the prefix of the pages that a block's version of the state tree wrote."""
    return b"p" + _u64(height)


def root_key(height: int) -> bytes:
    """Return the key of the state tree's root after a block."""
    return ROOT + _u64(height)


def undo_key(height: int) -> bytes:
    """Return the key of what a block changed."""
    return UNDO + _u64(height)


def stale_prefix(height: int) -> bytes:
    """Return the prefix of the pages that a version left behind."""
    return b"s" + _u64(height)


def stale_key(height: int, number: int) -> bytes:
    """Return the key of one portion of the pages that a version left behind."""
    return stale_prefix(height) + number.to_bytes(4, "big")


def proposed_key(block_hash: bytes) -> bytes:
    """Return the key of a block under vote."""
    return PROPOSED + block_hash


def _u64(number: int) -> bytes:
    return number.to_bytes(8, "big")
