"""The bytes of the protocol are what they were: a change here forks every chain that exists."""

import json

import pytest

from ledger.block import decode_block
from ledger.certificate import decode_certificate
from ledger.encoding import decode
from ledger.genesis import decode_genesis
from ledger.header import decode_header
from ledger.receipt import decode_receipt
from ledger.state_proof import decode_state_proof, verify
from ledger.transaction import decode_transaction, has_valid_signatures
from ledger.validators import validator_set_from_value
from tests.vectors.golden import FOLDER, Fields, golden

FILES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
GOLDEN = golden()


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_the_bytes_have_not_changed(name: str) -> None:
    """What this code makes today is what was written down, field by field."""
    assert GOLDEN[name] == FILES[name]


def test_every_file_is_asserted() -> None:
    """No golden file is left that nothing compares with."""
    assert FILES.keys() == GOLDEN.keys()


def rows(name: str) -> list[Fields]:
    return list(FILES[name].values())


def test_golden_objects_decode() -> None:
    """Every stored object is read and written again as the same bytes."""
    for row in rows("transactions"):
        item = decode_transaction(bytes.fromhex(row["encoded"]))
        assert (item.tx_id.hex(), item.tx_hash.hex()) == (row["tx_id"], row["tx_hash"])
        assert has_valid_signatures(item)
    for row in rows("blocks"):
        if "block" in row:
            block = decode_block(bytes.fromhex(row["block"]))
            assert block.encoded().hex() == row["block"]
            assert decode_header(bytes.fromhex(row["header"])) == block.header
            certificate = decode_certificate(bytes.fromhex(row["certificate"]))
            assert certificate.block_hash.hex() == row["block_hash"]
    for row in rows("receipts"):
        assert decode_receipt(bytes.fromhex(row["encoded"])).encoded().hex() == row["encoded"]
    for row in rows("genesis"):
        assert decode_genesis(bytes.fromhex(row["encoded"])).hash().hex() == row["genesis_hash"]
    for row in rows("validators"):
        value = decode(bytes.fromhex(row["encoded"]), size_max=10_000)
        assert validator_set_from_value(value).hash().hex() == row["hash"]


def test_golden_proofs_verify() -> None:
    """Stored proofs hold under the stored roots, and only for what they prove."""
    for name, row in FILES["state"].items():
        state_root = bytes.fromhex(row["state root"])
        present = b"value 0" if name.endswith("keys") and name != "0 keys" else None
        proof = decode_state_proof(bytes.fromhex(row["proof of key 0"]))
        assert verify(state_root, proof, b"key 0", present) is None
        absence = decode_state_proof(bytes.fromhex(row["proof of absent"]))
        assert verify(state_root, absence, b"absent", None) is None
        assert verify(state_root, absence, b"absent", b"") is not None
