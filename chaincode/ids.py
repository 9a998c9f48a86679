"""The 32-byte ids of things on chain: from the transaction that creates them, or from a key."""

from ledger.suites import tagged_hash

_PART_TAG = b"qc/part/v1"
_KEY_TAG = b"qc/key/v1"
_ACCOUNT_TAG = b"qc/account/v1"


def part_id(tx_id: bytes, index: int) -> bytes:
    """Return the id of the entity at an index (from 0), where one transaction creates several.

    A transaction that creates one gives it its own tx_id.
    """
    return tagged_hash(_PART_TAG, tx_id, index.to_bytes(4, "big"))


def key_id(public_key: bytes) -> bytes:
    """Return the id by which events and indexes name a founding party's or subject's key."""
    return tagged_hash(_KEY_TAG, public_key)


def account_id(party: bytes) -> bytes:
    """Return the id by which a freeze names a party's money, apart from the party itself."""
    return tagged_hash(_ACCOUNT_TAG, party)
