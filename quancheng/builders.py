"""Building transactions from their declarations: by keyword, or from JSON.

A field that is missing, unknown or of the wrong form is refused here (E006) with its path, before
anything is signed.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields

from chaincode.catalogue import TYPES
from chaincode.declaration import AnyDeclaration
from chaincode.fields import Json
from ledger import suites
from ledger.encoding import Value
from ledger.refusal import Code, Refused, require
from ledger.transaction import SALT_SIZE, Transaction, UnsignedTransaction, sign_transaction

VALIDITY_MS = 5 * 60_000
"""How long a transaction may wait for its block unless the caller says otherwise."""


def fresh_salt() -> bytes:
    """Return 16 random bytes: they keep two equal orders from being one transaction."""
    return secrets.token_bytes(SALT_SIZE)


def build(
    type_name: str,
    *,
    genesis_hash: bytes,
    valid_until_ms: int,
    signers: Sequence[bytes],
    salt: bytes | None = None,
    **body: object,
) -> UnsignedTransaction:
    """Return an unsigned transaction; the body's fields are keywords: bytes, integers, records.

    `signers` are public keys in signing order; the first one is charged. Without a salt a fresh
    one is drawn.
    """
    return UnsignedTransaction(
        genesis_hash=genesis_hash,
        type=type_name,
        salt=fresh_salt() if salt is None else salt,
        valid_until_ms=valid_until_ms,
        signers=tuple(signers),
        body=_body_value(declaration_of(type_name), body),
    )


def build_from_json(
    type_name: str,
    body: Json,
    *,
    genesis_hash: bytes,
    valid_until_ms: int,
    signers: Sequence[bytes],
) -> UnsignedTransaction:
    """Return an unsigned transaction whose body is a JSON object as `tx_get` shows it."""
    declaration = declaration_of(type_name)
    return UnsignedTransaction(
        genesis_hash=genesis_hash,
        type=type_name,
        salt=fresh_salt(),
        valid_until_ms=valid_until_ms,
        signers=tuple(signers),
        body=declaration.write(declaration.read_json(body)),
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
    """Return the canonical array of a body's fields, read back as the chain itself will read it."""
    declared = fields(declaration.body)
    names = {field.name for field in declared}
    for name in body:
        require(name in names, Code.SCHEMA, f"body.{name}")
    for field in declared:
        is_optional = field.default is not MISSING
        require(is_optional or field.name in body, Code.SCHEMA, f"body.{field.name}")
    try:
        value = declaration.write(declaration.body(**body))
    except (AttributeError, AssertionError, TypeError, KeyError):
        # A writer trusts its types; a caller's wrong type surfaces as one of these.
        raise Refused(Code.SCHEMA, "body") from None
    declaration.read(value)
    return value
