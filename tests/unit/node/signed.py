"""Signed transactions for tests that do not care what is in them."""

from ledger import suites
from ledger.transaction import Transaction, UnsignedTransaction, assemble, sign_transaction

GENESIS_HASH = bytes(31) + b"g"


def seed_of(number: int) -> bytes:
    """Return the seed of test key `number`."""
    return number.to_bytes(suites.SEED_SIZE, "big")


def signed_transaction(
    number: int, *, seed: bytes = seed_of(1), valid_until_ms: int = 60_000, size: int = 0
) -> Transaction:
    """Return a transaction whose salt is `number`, signed by one key, with ballast."""
    unsigned = UnsignedTransaction(
        genesis_hash=GENESIS_HASH,
        type="purpose.define",
        salt=number.to_bytes(16, "big"),
        valid_until_ms=valid_until_ms,
        signers=(suites.public_key_of(seed),),
        body=[bytes(size)],
    )
    return sign_transaction(unsigned, [seed])


def badly_signed(transaction: Transaction) -> Transaction:
    """Return a transaction with one bit of its first signature flipped."""
    first = bytearray(transaction.signatures[0])
    first[-1] ^= 1
    return assemble(transaction.unsigned, [bytes(first), *transaction.signatures[1:]])
