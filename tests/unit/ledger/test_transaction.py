"""Transactions: what is signed, what identifies, and what no second form exists of."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import shape, suites
from ledger.encoding import Value, decode, encode
from ledger.refusal import Code, Refused
from ledger.transaction import (
    SIGNERS_MAX,
    TRANSACTION_SIZE_MAX,
    Transaction,
    UnsignedTransaction,
    assemble,
    decode_transaction,
    has_valid_signatures,
    sign_transaction,
    signing_bytes,
    transaction_hash,
)
from tests.unit.ledger.strategies import public_key, seed, transactions

UNSIGNED = UnsignedTransaction(
    genesis_hash=bytes(32),
    type="purpose.define",
    salt=bytes(16),
    valid_until_ms=1_000,
    signers=(public_key(1), public_key(2)),
    body=["name", 1],
)
SIGNED = sign_transaction(UNSIGNED, [seed(1), seed(2)])


def spoilt(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


@given(transactions())
def test_hashes_are_over_the_bytes_that_came(item: Transaction) -> None:
    """tx_id covers the unsigned part, tx_hash all bytes; both as the definition says."""
    decoded = decode_transaction(item.data)
    unsigned = item.unsigned.encoded()
    assert decoded.tx_id == suites.tagged_hash(b"qc/tx/v1", unsigned) == item.unsigned.tx_id()
    assert decoded.tx_hash == suites.tagged_hash(b"qc/tx-bytes/v1", item.data)
    assert item.data == encode([decode(unsigned, size_max=len(unsigned)), list(item.signatures)])


def test_all_signers_must_sign() -> None:
    """Each signature is checked against the signer at its place."""
    assert has_valid_signatures(SIGNED)
    first, second = SIGNED.signatures
    for signatures in [(second, first), (first, first), (spoilt(first), second)]:
        assert not has_valid_signatures(assemble(UNSIGNED, signatures))
    assert not has_valid_signatures(assemble(UNSIGNED, (first, spoilt(second))))


@pytest.mark.parametrize(
    "changed",
    [
        replace(UNSIGNED, genesis_hash=b"x" * 32),
        replace(UNSIGNED, type="purpose.defined"),
        replace(UNSIGNED, salt=b"x" * 16),
        replace(UNSIGNED, valid_until_ms=1_001),
        replace(UNSIGNED, signers=(public_key(1), public_key(3))),
        replace(UNSIGNED, body=["name", 2]),
    ],
)
def test_every_field_is_signed(changed: UnsignedTransaction) -> None:
    """No field can be changed under the signatures, the chain's genesis included."""
    assert changed.tx_id() != UNSIGNED.tx_id()
    assert not has_valid_signatures(assemble(changed, SIGNED.signatures))


def test_a_signature_for_another_purpose_does_not_count() -> None:
    """Signers sign the tagged id; a signature over the bare id, or the bytes, is none."""
    messages = [UNSIGNED.tx_id(), UNSIGNED.encoded(), b"qc/tx/v1" + UNSIGNED.tx_id()]
    for message in messages:
        signatures = [suites.sign(seed(number), message) for number in (1, 2)]
        assert not has_valid_signatures(assemble(UNSIGNED, signatures))
    assert signing_bytes(UNSIGNED.tx_id()) == b"qc/tx-sign/v1" + UNSIGNED.tx_id()


def test_other_signatures_make_another_hash_and_the_same_id() -> None:
    """The id is that of what was signed; the hash is that of the bytes with the signatures."""
    other = assemble(UNSIGNED, [spoilt(item) for item in SIGNED.signatures])
    assert other.tx_id == SIGNED.tx_id
    assert other.tx_hash != SIGNED.tx_hash
    assert transaction_hash(other.data) == other.tx_hash


def test_signing_with_the_wrong_key_stops_at_once() -> None:
    """Our own code never makes a transaction that its signers did not sign."""
    with pytest.raises(AssertionError):
        sign_transaction(UNSIGNED, [seed(1), seed(3)])


def parts() -> tuple[list[Value], list[Value]]:
    """Return the items of the unsigned part, and the signatures."""
    encoded = UNSIGNED.encoded()
    return list(shape.array(decode(encoded, size_max=1_000), 7, "unsigned")), [*SIGNED.signatures]


@pytest.mark.parametrize(
    ("position", "value"),
    [
        (0, 2),
        (0, True),
        (1, bytes(31)),
        (2, "x" * 33),
        (2, b"purpose.define"),
        (3, bytes(15)),
        (4, -1),
        (4, True),
        (5, []),
        (5, [public_key(1), public_key(1)]),
        (5, [public_key(1)[1:]]),
        (5, [public_key(number) for number in range(SIGNERS_MAX + 1)]),
        (6, None),
        (6, b""),
    ],
)
def test_a_field_of_another_form_is_refused(position: int, value: Value) -> None:
    """Version, sizes, ranges and the number of distinct signers are checked by decoding."""
    unsigned, signatures = parts()
    unsigned[position] = value
    if position == 5 and isinstance(value, list):
        signatures = signatures[:1] * len(value)
    with pytest.raises(Refused) as caught:
        decode_transaction(encode([unsigned, signatures]))
    assert caught.value.refusal.code is Code.SCHEMA


@given(st.integers(0, 4).filter(lambda count: count != 2))
def test_missing_and_extra_signatures_are_refused(count: int) -> None:
    """There is one signature for each signer, no more and no less."""
    unsigned, signatures = parts()
    with pytest.raises(Refused):
        decode_transaction(encode([unsigned, (signatures * 2)[:count]]))


def test_the_largest_transaction() -> None:
    """A transaction of exactly the bound is read; one byte more is refused by its size."""
    empty = sign_transaction(replace(UNSIGNED, body=[bytes(60_000)]), [seed(1), seed(2)])
    room = TRANSACTION_SIZE_MAX - len(empty.data)
    full = sign_transaction(replace(UNSIGNED, body=[bytes(60_000 + room)]), [seed(1), seed(2)])
    assert len(full.data) == TRANSACTION_SIZE_MAX
    assert decode_transaction(full.data) == full
    over = sign_transaction(replace(UNSIGNED, body=[bytes(60_001 + room)]), [seed(1), seed(2)])
    with pytest.raises(Refused) as caught:
        decode_transaction(over.data)
    assert caught.value.refusal.field == "size"
