"""docs/wire-format.md suffices to write a transaction, and its bounds and tags are the code's.

The example is rebuilt from the document's bytes with a hash function and an Ed25519 library alone;
only then is it compared with what this project makes of it.
"""

import hashlib
import re
from pathlib import Path

import pytest
from nacl.signing import SigningKey, VerifyKey

from chaincode.authorization.matters import MatterOpen
from chaincode.catalogue import TYPES
from ledger import (
    block,
    certificate,
    genesis,
    header,
    receipt,
    roots,
    transaction,
    validators,
    vote,
)
from ledger.transaction import decode_transaction, has_valid_signatures

DOCUMENT = (Path(__file__).parents[3] / "docs" / "wire-format.md").read_text(encoding="utf-8")
EXAMPLE = DOCUMENT.partition("## A transaction, byte by byte")[2]


def named(name: str) -> bytes:
    """Return the bytes of a line `name = hexadecimal` of the example."""
    found = re.search(rf"^    {name} *= ([0-9a-f]+)$", EXAMPLE, re.MULTILINE)
    assert found is not None, name
    return bytes.fromhex(found[1])


UNSIGNED = bytes.fromhex("".join(re.findall(r"^\| `([0-9a-f]+)` \|", EXAMPLE, re.MULTILINE)))


def test_the_example_is_rebuilt_from_the_document_alone() -> None:
    """Pieces, id, signed bytes, signature and whole transaction follow from one another."""
    tx_id = hashlib.sha256(b"qc/tx/v1" + UNSIGNED).digest()
    assert tx_id == named("tx_id")
    assert named("signed") == b"qc/tx-sign/v1" + tx_id
    assert f"({len(named('signed'))} bytes)" in DOCUMENT
    signature = SigningKey(named("seed")).sign(named("signed")).signature
    assert named("signature") == b"\x01" + signature
    data = b"\x82" + UNSIGNED + b"\x81\x58\x41\x01" + signature
    assert named("transaction") == data
    assert named("tx_hash") == hashlib.sha256(b"qc/tx-bytes/v1" + data).digest()


def test_the_example_is_a_transaction() -> None:
    """What the document builds, this project reads, with a body that its type declares."""
    item = decode_transaction(named("transaction"))
    assert has_valid_signatures(item)
    assert (item.tx_id, item.tx_hash) == (named("tx_id"), named("tx_hash"))
    key = bytes(SigningKey(named("seed")).verify_key)
    assert item.signers == (b"\x01" + key,)
    assert VerifyKey(key).verify(named("signed"), named("signature")[1:]) == named("signed")
    body = TYPES[item.type].read(item.unsigned.body)
    assert isinstance(body, MatterOpen)
    assert (body.purpose, body.max_uses) == (11, 3)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("genesis", genesis.GENESIS_SIZE_MAX),
        ("transaction", transaction.TRANSACTION_SIZE_MAX),
        ("header", header.HEADER_SIZE_MAX),
        ("block", block.BLOCK_SIZE_MAX),
        ("receipt", receipt.RECEIPT_SIZE_MAX),
    ],
)
def test_bounds_are_those_of_the_code(name: str, size: int) -> None:
    """The table of sizes."""
    assert f"| {name} | {size:,} |" in DOCUMENT


def test_counts_are_those_of_the_code() -> None:
    """The sentence below the table of sizes."""
    assert (
        f"At most {transaction.SIGNERS_MAX} signers, {transaction.TYPE_NAME_SIZE_MAX} bytes of type"
        f" name, {validators.VALIDATORS_MAX} validators, {block.TRANSACTIONS_MAX:,} transactions"
        f" and {block.EVIDENCE_MAX} items of evidence in a block."
    ) in DOCUMENT


def test_every_tag_is_documented() -> None:
    """No object is hashed or signed under a tag that the document does not name."""
    sources = [Path(module.__file__ or "") for module in (
        block, certificate, genesis, header, receipt, roots, transaction, validators, vote,
    )]  # fmt: skip
    text = "".join(source.read_text(encoding="utf-8") for source in sources)
    tags = set(re.findall(r"qc/[a-z-]+/v1", text))
    assert len(tags) >= 18
    assert {tag for tag in tags if f"`{tag}`" not in DOCUMENT} == set()


def test_every_field_of_a_header_is_documented() -> None:
    """The header's array in the document has the code's fields in the code's order."""
    found = re.search(r"header = \[1, ([^\]]*)\]", DOCUMENT)
    assert found is not None
    assert [item.strip() for item in found[1].split(",")] == list(header.Header.__slots__)
