"""Transactions as bytes: `[unsigned, signatures]`, canonical CBOR arrays.

    unsigned = [version, genesis_hash, type, salt, valid_until_ms, [signer public key …], body […]]
    tx_id    = H(qc/tx/v1, unsigned bytes)   for people, replay protection and events
    tx_hash  = H(qc/tx-bytes/v1, all bytes)  leaf of transaction_root, key of every pool and cache

Signature i is made by signer i over qc/tx-sign/v1 ‖ tx_id.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger import shape, suites
from ledger.encoding import Value, decode, encode
from ledger.refusal import Code, Refused, require

VERSION = 1
TRANSACTION_SIZE_MAX = 65_536
SIGNERS_MAX = 8
TYPE_NAME_SIZE_MAX = 32
SALT_SIZE = 16

_ID_TAG = b"qc/tx/v1"
_HASH_TAG = b"qc/tx-bytes/v1"
_SIGN_TAG = b"qc/tx-sign/v1"
_ARRAY_OF_TWO = b"\x82"


@dataclass(frozen=True, slots=True)
class UnsignedTransaction:
    """What the signers sign.

    `body` is the array of the type's fields, checked by the chaincode's declaration.
    """

    genesis_hash: bytes
    type: str
    salt: bytes
    valid_until_ms: int
    signers: tuple[bytes, ...]
    body: Sequence[Value]

    def encoded(self) -> bytes:
        """Return the canonical bytes of the unsigned part."""
        return encode(
            [
                VERSION,
                self.genesis_hash,
                self.type,
                self.salt,
                self.valid_until_ms,
                list(self.signers),
                list(self.body),
            ]
        )

    def tx_id(self) -> bytes:
        """Return the id that people and events use."""
        return suites.tagged_hash(_ID_TAG, self.encoded())


@dataclass(frozen=True, slots=True)
class Transaction:
    """A decoded transaction together with the opaque bytes it came in.

    Signatures are not checked by decoding.
    """

    unsigned: UnsignedTransaction
    signatures: tuple[bytes, ...]
    tx_id: bytes
    tx_hash: bytes
    data: bytes

    @property
    def type(self) -> str:
        """Name of the type, for instance `consent.grant`."""
        return self.unsigned.type

    @property
    def signers(self) -> tuple[bytes, ...]:
        """Public keys in signing order; the first one is charged for the transaction."""
        return self.unsigned.signers


def signing_bytes(tx_id: bytes) -> bytes:
    """Return the bytes that each signer signs."""
    return _SIGN_TAG + tx_id


def sign_transaction(unsigned: UnsignedTransaction, seeds: Sequence[bytes]) -> Transaction:
    """Sign with one seed for each signer, in order, and return the finished transaction."""
    assert [suites.public_key_of(seed) for seed in seeds] == list(unsigned.signers)
    message = signing_bytes(unsigned.tx_id())
    return assemble(unsigned, [suites.sign(seed, message) for seed in seeds])


def assemble(unsigned: UnsignedTransaction, signatures: Sequence[bytes]) -> Transaction:
    """Join an unsigned part and its signatures, for instance collected from several machines."""
    encoded = unsigned.encoded()
    data = _ARRAY_OF_TWO + encoded + encode(list(signatures))
    return Transaction(
        unsigned=unsigned,
        signatures=tuple(signatures),
        tx_id=suites.tagged_hash(_ID_TAG, encoded),
        tx_hash=transaction_hash(data),
        data=data,
    )


def transaction_hash(data: bytes) -> bytes:
    """Return the hash of all bytes of a transaction."""
    return suites.tagged_hash(_HASH_TAG, data)


def decode_transaction(data: bytes) -> Transaction:
    """Return the transaction of strict canonical bytes, or refuse with E006. About 10 µs."""
    parts = shape.array(decode(data, size_max=TRANSACTION_SIZE_MAX), 2, "transaction")
    unsigned = unsigned_from_value(parts[0])
    signatures = tuple(
        shape.byte_string(signature, "signatures", suites.SIGNATURE_SIZE)
        for signature in shape.array(parts[1], len(unsigned.signers), "signatures")
    )
    # The unsigned part stands between the head of the outer array and the signatures.
    encoded = data[len(_ARRAY_OF_TWO) : len(data) - len(encode(parts[1]))]
    return Transaction(
        unsigned=unsigned,
        signatures=signatures,
        tx_id=suites.tagged_hash(_ID_TAG, encoded),
        tx_hash=transaction_hash(data),
        data=data,
    )


def unsigned_from_value(value: Value) -> UnsignedTransaction:
    """Return the unsigned part of a decoded canonical value, or refuse with E006."""
    version, genesis_hash, type_name, salt, valid_until_ms, signers, body = shape.array(
        value, 7, "unsigned"
    )
    shape.constant(version, VERSION, "version")
    keys = tuple(
        shape.byte_string(key, "signers", suites.PUBLIC_KEY_SIZE)
        for key in shape.array_up_to(signers, SIGNERS_MAX, "signers")
    )
    require(0 < len(keys) == len(set(keys)), Code.SCHEMA, "signers")
    if not isinstance(body, list):
        raise Refused(Code.SCHEMA, "body")
    return UnsignedTransaction(
        genesis_hash=shape.hash32(genesis_hash, "genesis_hash"),
        type=shape.text(type_name, "type", TYPE_NAME_SIZE_MAX),
        salt=shape.byte_string(salt, "salt", SALT_SIZE),
        valid_until_ms=shape.unsigned(valid_until_ms, "valid_until_ms"),
        signers=keys,
        body=body,
    )


def has_valid_signatures(transaction: Transaction) -> bool:
    """Say whether every signer signed. About 47 µs for each signature."""
    message = signing_bytes(transaction.tx_id)
    return all(
        suites.verify(key, message, signature)
        for key, signature in zip(transaction.signers, transaction.signatures, strict=True)
    )
