"""What a chain stores about single matters, and what two of them have in common (I22)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

from chaincode.authorization.records import CONSENTS
from chaincode.catalogue import TYPES
from chaincode.ids import key_id
from chaincode.state import StateReader
from chaincode.tables import Table
from chaincode.trading.records import LINES
from ledger.encoding import Value, decode_own
from ledger.transaction import decode_transaction
from node.chain import Chain
from node.store.engine import Reader
from tests.unit.chaincode.all_tables import AnyTable, tables

BYTES_MIN = 16
"""Shorter byte strings are no ids, keys or commitments."""
NUMBER_MIN = 256
"""Smaller numbers are choices and counts that everybody has."""
TIME_MIN = 1 << 40
"""Larger numbers are block times, which are public as they are (X25)."""
_INDEX = b"i"

Leaf = bytes | int


@dataclass(frozen=True, slots=True)
class Matter:
    """All ids of one matter of one person, and every value of the records that name one of them."""

    sid: bytes
    ids: frozenset[Leaf]
    values: frozenset[Leaf]


def stored_values(chain: Chain, store: Reader) -> Iterator[frozenset[Leaf]]:
    """Yield the values of every record that a node stores of its chain, but of hashes of it.

    State as it is and as it was before each block, transactions, receipts, indexes.
    """
    known = {table.namespace: table for table in tables()}
    for key, value in chain.state.scan(b""):
        yield _of_state(known, key, value)
    for height in range(1, chain.tip.height + 1):
        for data in chain.block(height).transactions:
            unsigned = decode_transaction(data).unsigned
            assert unsigned.type in TYPES
            yield _leaves([unsigned.salt, list(unsigned.signers), unsigned.body])
        for receipt in chain.receipts(height):
            yield _leaves(receipt.to_value())
        for key, old in chain.undo(height).values:
            yield _of_state(known, key, old)
    for key, _ in store.scan(_INDEX):
        yield frozenset({key[1:33]})


def matters_of(state: StateReader, records: Iterable[frozenset[Leaf]]) -> dict[bytes, Matter]:
    """Return every matter in which somebody was asked, by the pseudonym, with its values."""
    ids = _ids_by_pseudonym(state)
    values: dict[bytes, set[Leaf]] = {sid: set() for sid in ids}
    for record in records:
        for sid, own in ids.items():
            if not own.isdisjoint(record):
                values[sid] |= record
    return {sid: Matter(sid, frozenset(own), frozenset(values[sid])) for sid, own in ids.items()}


def shared(one: Matter, other: Matter, strangers: Iterable[Matter]) -> frozenset[Leaf]:
    """Return what two matters have in common and neither shares with anybody else's."""
    common = one.values & other.values
    for stranger in strangers:
        common -= stranger.values
    return common


def _of_state(known: dict[int, AnyTable], key: bytes, value: bytes | None) -> frozenset[Leaf]:
    table = known[key[0]]
    parts: Any = table.key_of(key) if isinstance(table, Table) else ()
    row: list[Value] = list(parts) if isinstance(parts, tuple) else [parts]
    return _leaves([*row, None if value is None else decode_own(value)])


def _leaves(value: Value) -> frozenset[Leaf]:
    found: set[Leaf] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting += item
        elif _tells(item):
            found.add(item)
    return frozenset(found)


def _tells(item: Value) -> TypeGuard[Leaf]:
    if isinstance(item, bytes):
        return len(item) >= BYTES_MIN
    return type(item) is int and NUMBER_MIN <= item < TIME_MIN


def _ids_by_pseudonym(state: StateReader) -> dict[bytes, set[Leaf]]:
    ids: dict[bytes, set[Leaf]] = {}
    for consent_id, consent in CONSENTS.scan(state):
        own = ids.setdefault(consent.sid, {consent.sid, key_id(consent.sid)})
        own |= {consent_id, consent.matter}
    for line_id, line in LINES.scan(state):
        if line.sid is not None:
            ids[line.sid] |= {line_id, line.order}
            if line.asset is not None:
                ids[line.sid].add(line.asset)
    return ids
