"""A second verifier of evidence files, written from docs/evidence.md and docs/wire-format.md alone.

It shares no line with the project: CBOR, SHA-256 and Ed25519 from their libraries, and the rules by
the numbers of the page. That two verifiers agree is what makes the page a specification.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, TypeAlias

import cbor2
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

Item: TypeAlias = Any
"""What a CBOR item decodes to; `has_form` says which."""

FILE_SIZE_MAX = 16 * 1024 * 1024


class Bad(Exception):
    """A rule of the page does not hold."""


@dataclass
class Trust:
    """The validator set now trusted and the last block accepted."""

    genesis_hash: bytes
    epoch: int
    members: list[Item]
    height: int
    time_ms: int
    block_hash: bytes


def rule(*, holds: bool) -> None:
    """Refuse unless a rule holds."""
    if not holds:
        raise Bad


def tagged(tag: str, *parts: bytes) -> bytes:
    """Return H(tag, parts)."""
    return hashlib.sha256(tag.encode() + b"".join(parts)).digest()


def read(data: bytes) -> Item:
    """Decode, encode again, compare."""
    try:
        value = cbor2.loads(data)
    except Exception as error:
        raise Bad from error
    rule(holds=only_allowed(value) and cbor2.dumps(value) == data)
    return value


def only_allowed(value: Item) -> bool:
    if isinstance(value, list):
        return all(only_allowed(item) for item in value)
    return value is None or type(value) in {bool, int, bytes, str}


def has_form(value: Item, form: Item) -> bool:
    """Compare a value with a form: a type, a length of bytes, a list of forms, or [form, ...]."""
    if isinstance(form, type):
        return type(value) is form and (not isinstance(value, int) or 0 <= value < 2**64)
    if isinstance(form, int):
        return type(value) is bytes and len(value) == form
    if type(value) is not list:
        return False
    if len(form) == 2 and form[1] is ...:
        return all(has_form(item, form[0]) for item in value)
    return len(value) == len(form) and all(map(has_form, value, form))


HEADER = [int, 32, int, int, 32, int, 32, 32, 32, 32, 32, 32, int, 32, 32, 32]
CERTIFICATE = [int, int, 32, [[int, 65], ...]]
BLOCK = [HEADER, CERTIFICATE]
VALIDATORS = [int, [[33, 32], ...]]
INCLUSION = [int, int, [32, ...]]
UNSIGNED = [int, 32, str, 16, int, [33, ...], list]


def signed(key: bytes, message: bytes, signature: bytes) -> bool:
    if key[0] != 1 or signature[0] != 1:
        return False
    try:
        VerifyKey(key[1:]).verify(message, signature[1:])
    except BadSignatureError:
        return False
    return True


def tree_root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    children = tree_root(leaves[:split]) + tree_root(leaves[split:])
    return hashlib.sha256(b"\x01" + children).digest()


def path_root(leaf: bytes, index: int, count: int, path: list[bytes]) -> bytes:
    """Climb from a leaf by halving the list: the sibling of the topmost split comes last."""
    if count == 1:
        rule(holds=not path)
        return hashlib.sha256(b"\x00" + leaf).digest()
    rule(holds=0 <= index < count and bool(path))
    split = 1 << (count - 1).bit_length() - 1
    if index < split:
        pair = path_root(leaf, index, split, path[:-1]) + path[-1]
    else:
        pair = path[-1] + path_root(leaf, index - split, count - split, path[:-1])
    return hashlib.sha256(b"\x01" + pair).digest()


def included(tag: str, root: bytes, leaf: bytes, proof: list[Item]) -> bool:
    index, count, path = proof
    rule(holds=0 <= index < count and len(path) <= 64)
    return tagged(tag, count.to_bytes(8, "big"), path_root(leaf, index, count, path)) == root


def set_hash(members: list[Item]) -> bytes:
    leaves = [cbor2.dumps(member) for member in members]
    return tagged("qc/validators/v1", len(members).to_bytes(4, "big"), tree_root(leaves))


def block_hash(header: list[Item]) -> bytes:
    return tagged("qc/header/v1", cbor2.dumps(header))


def require_set(validators: Item) -> None:
    rule(holds=has_form(validators, VALIDATORS))
    keys = [key for key, _ in validators[1]]
    rule(holds=keys == sorted(set(keys)) and 0 < len(keys) <= 256)


def follow(trust: Trust, header: list[Item], certificate: list[Item]) -> None:
    """Rule 3."""
    rule(holds=header[0] == 1 and header[1] == trust.genesis_hash)
    rule(holds=header[2] > trust.height and header[3] > trust.time_ms)
    rule(holds=header[2] > trust.height + 1 or header[4] == trust.block_hash)
    rule(holds=header[12] == trust.epoch and header[13] == set_hash(trust.members))
    rule(holds=header[5] < len(trust.members))
    rule(holds=bytes(32) not in (header[6], header[9], header[10], header[11]))
    height, view, voted, rows = certificate
    rule(holds=height == header[2] and voted == block_hash(header) and view < 2**32)
    indices = [index for index, _ in rows]
    rule(holds=indices == sorted(set(indices)) and indices[-1:] < [len(trust.members)])
    rule(holds=2 * len(trust.members) // 3 + 1 <= len(rows) <= len(trust.members))
    slot = b"qc/commit/v1".ljust(16, b"\0") + b"\x04" + trust.genesis_hash
    message = slot + height.to_bytes(8, "big") + view.to_bytes(4, "big") + voted
    rule(holds=all(signed(trust.members[index][0], message, item) for index, item in rows))


def accept(trust: Trust, header: list[Item], validators: Item = None) -> None:
    """Rules 4 and 5: take over a block, and the next set where it changes."""
    if validators is None:
        rule(holds=header[14] == header[13])
    else:
        require_set(validators)
        rule(holds=header[14] != header[13] and header[14] == set_hash(validators[1]))
        rule(holds=validators[0] == trust.epoch + 1)
        trust.epoch, trust.members = validators
    trust.height, trust.time_ms, trust.block_hash = header[2], header[3], block_hash(header)


def verify_by_the_page(data: bytes, genesis: bytes, anchor: tuple[int, bytes] | None) -> bytes:
    """Return the tx_id that a file proves, or raise Bad."""
    document = read(genesis)
    genesis_hash = tagged("qc/genesis/v1", genesis)
    trust = Trust(genesis_hash, 0, document[8], 0, document[3], genesis_hash)  # rule 1
    rule(holds=len(data) <= FILE_SIZE_MAX)
    file = read(data)  # rule 2
    rule(holds=type(file) is list and len(file) == 10 and has_form(file[0], int) and file[0] == 1)
    changes, block, validators, item, item_path, after, receipt, receipt_path, link = file[1:]
    rule(holds=has_form(changes, [[HEADER, CERTIFICATE, VALIDATORS], ...]))
    rule(holds=has_form([block, after], [BLOCK, BLOCK]))
    rule(holds=has_form([item_path, receipt_path], [INCLUSION, INCLUSION]))
    rule(holds=has_form([item, receipt], [bytes, bytes]))
    for header, certificate, following in changes:  # rule 4
        follow(trust, header, certificate)
        accept(trust, header, following)
    follow(trust, *block)  # rule 5
    accept(trust, block[0], validators)
    tx_id = transaction_id(item, genesis_hash)  # rule 6
    tx_hash = tagged("qc/tx-bytes/v1", item)
    rule(holds=included("qc/transactions/v1", block[0][6], tx_hash, item_path))
    rule(holds=after[0][4] == trust.block_hash)  # rule 7
    follow(trust, *after)
    outcome = read(receipt)  # rule 8
    rule(holds=has_form(outcome, [32, int, [[str, [32, ...], [int, ...]], ...]]))
    rule(holds=outcome[0] == tx_id)
    rule(holds=included("qc/receipts/v1", after[0][10], receipt, receipt_path))
    check_anchor(after[0], link, anchor)
    return tx_id


def transaction_id(data: bytes, genesis_hash: bytes) -> bytes:
    value = read(data)
    rule(holds=has_form(value, [UNSIGNED, [65, ...]]))
    unsigned, signatures = value
    rule(holds=unsigned[0] == 1 and unsigned[1] == genesis_hash)
    rule(holds=0 < len(unsigned[5]) == len(set(unsigned[5])) == len(signatures))
    tx_id = tagged("qc/tx/v1", cbor2.dumps(unsigned))
    message = b"qc/tx-sign/v1" + tx_id
    rule(holds=all(map(signed, unsigned[5], [message] * len(signatures), signatures)))
    return tx_id


def check_anchor(last: list[Item], link: Item, anchor: tuple[int, bytes] | None) -> None:
    """Rules 9 and 10."""
    offered = (last[2], block_hash(last))
    if link is not None:
        rule(holds=has_form(link, [32, HEADER, [32, ...]]))
        named, header, path = link
        rule(holds=header[0] == 1 and block_hash(header) == named and header[1] == last[1])
        rule(holds=header[2] > last[2] and header[3] > last[3])
        proof = [last[2] - 1, header[2] - 1, path]
        rule(holds=included("qc/history/v1", header[11], offered[1], proof))
        offered = (header[2], named)
    rule(holds=anchor is None or anchor == offered)
