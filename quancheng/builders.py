"""Building transactions from their declarations.

A field is given as its typed value (bytes, integer, enumeration, record) or in its JSON form
(hexadecimal, decimal string, name), as documents and `tx_get` show it. A field that is missing,
unknown or of the wrong form is refused here (E006) with its path, before anything is signed.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, cast

from chaincode.catalogue import TYPES
from chaincode.codec import record_codec
from chaincode.containers import below
from chaincode.declaration import AnyDeclaration
from chaincode.fields import Codec, Json
from ledger import suites
from ledger.encoding import Value
from ledger.refusal import Code, Refused, require
from ledger.transaction import SALT_SIZE, Transaction, UnsignedTransaction, sign_transaction

VALIDITY_MS = 5 * 60_000
"""How long a transaction may wait for its block unless the caller says otherwise."""


def fresh_salt() -> bytes:
    """Return 16 random bytes: they keep two equal orders from being one transaction."""
    return secrets.token_bytes(SALT_SIZE)


@dataclass(frozen=True, slots=True)
class Terms:
    """For which chain, until when and by whom a transaction is signed.

    `signers` are public keys in signing order; the first one is charged. Without a salt a fresh one
    is drawn.
    """

    genesis_hash: bytes
    valid_until_ms: int
    signers: Sequence[bytes]
    salt: bytes | None = None


def build(type_name: str, terms: Terms, /, **body: object) -> UnsignedTransaction:
    """Return an unsigned transaction; the fields of its body are keywords."""
    return UnsignedTransaction(
        genesis_hash=terms.genesis_hash,
        type=type_name,
        salt=fresh_salt() if terms.salt is None else terms.salt,
        valid_until_ms=terms.valid_until_ms,
        signers=tuple(terms.signers),
        body=_body_value(declaration_of(type_name), body),
    )


def body_to_json(transaction: UnsignedTransaction) -> Json:
    """Return the fields of a body by name; refuse (E006, E019) what is not declared."""
    declaration = declaration_of(transaction.type)
    return declaration.write_json(declaration.read(transaction.body))


def sign(unsigned: UnsignedTransaction, *seeds: bytes) -> Transaction:
    """Sign with one 32-byte seed for each signer, in order; refuse (E001) seeds of other keys."""
    keys = [suites.public_key_of(seed) for seed in seeds]
    require(keys == list(unsigned.signers), Code.BAD_SIGNATURE, "signers")
    return sign_transaction(unsigned, seeds)


def declaration_of(type_name: str) -> AnyDeclaration:
    """Return the declaration of a type, or refuse with E019."""
    declaration = TYPES.get(type_name)
    if declaration is None:
        raise Refused(Code.UNKNOWN_TYPE, "type")
    return declaration


def _body_value(declaration: AnyDeclaration, body: Mapping[str, object]) -> list[Value]:
    """Return the canonical array of a body's fields, each read back as the chain will read it."""
    codec = record_codec(declaration.body)
    for name in body:
        require(name in codec.names, Code.SCHEMA, f"body.{name}")
    defaults = {field.name: field.default for field in fields(declaration.body)}
    values: list[Value] = []
    for name, kind in zip(codec.names, codec.codecs, strict=True):
        item = body.get(name, defaults[name])
        require(item is not MISSING, Code.SCHEMA, f"body.{name}")
        try:
            values.append(_field_value(kind, item))
        except Refused as refused:
            raise below(f"body.{name}", refused) from None
    return values


def _field_value(kind: Codec[Any], item: object) -> Value:
    try:
        value = kind.write(item)
        kind.read(value)
    except (Refused, AttributeError, AssertionError, TypeError, KeyError):
        # A writer trusts its types: what is not of the type is read as the JSON form of one.
        return kind.write(kind.read_json(cast(Json, item)))
    return value
