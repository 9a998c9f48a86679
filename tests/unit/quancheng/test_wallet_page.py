"""A wallet can be written from docs/wallet-bytes.md: its formulas give the vectors."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from nacl.bindings import crypto_scalarmult_base
from nacl.signing import SigningKey

from chaincode.ids import key_id
from tests.unit.node.small_node import pseudonym, small_node
from tests.unit.node.test_rpc_websocket import call, open_socket, receive

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "wallet-bytes.md").read_text(encoding="utf-8")
VECTORS: dict[str, Any] = json.loads(
    (ROOT / "tests" / "vectors" / "wallet.json").read_text(encoding="utf-8")
)
SUITE = b"\x01"


def label(name: str) -> bytes:
    """Return the label that the page gives for a line of its table of keys."""
    found = re.search(rf"^    {name} .*?\"(qc/[a-z0-9/-]+)\"", PAGE, re.MULTILINE)
    assert found is not None, name
    return found[1].encode()


def keyed(key: bytes, data: bytes) -> bytes:
    """Return B of the page."""
    return hashlib.blake2b(data, digest_size=32, key=key).digest()


def test_keys_follow_from_the_page() -> None:
    """Every vector is what the page says."""
    seed = bytes.fromhex(VECTORS["seed"])
    for row in VECTORS["matters"]:
        number = row["index"].to_bytes(8, "big")
        sign_seed = keyed(seed, label(r"sign seed \(n\)") + number)
        kem_secret = keyed(seed, label(r"envelope secret \(n\)") + number)
        salt = keyed(seed, label(r"salt \(n\)") + number)
        commitment = keyed(salt, label("identity commitment") + VECTORS["identity"].encode())
        assert (SUITE + bytes(SigningKey(sign_seed).verify_key)).hex() == row["sid"]
        assert (SUITE + crypto_scalarmult_base(kem_secret)).hex() == row["kem_key"]
        assert salt.hex() == row["salt"]
        assert commitment.hex() == row["identity_commitment"]
    notice = hashlib.sha256(label("notice hash") + VECTORS["notice"].encode()).hexdigest()
    assert notice == VECTORS["notice_hash"]


async def test_the_calls_of_the_page_exist() -> None:
    """A pseudonym's requests are listed by the key that the page names; its subject by itself."""
    sid = pseudonym(1)
    assert hashlib.sha256(b"qc/key/v1" + sid).digest() == key_id(sid)
    assert 'H("qc/key/v1", sid)' in PAGE
    async with small_node(produces=True) as node, open_socket(node) as socket:
        await call(socket, 1, "tx_submit", transactions=[node.binding(1).data.hex()])
        await receive(socket)
        await call(socket, 2, "entity_get", kind="subject", id=sid.hex())
        assert "result" in await receive(socket)
        prefix = key_id(sid).hex()
        await call(socket, 3, "entity_list", kind="consent_of_subject", prefix=prefix)
        assert (await receive(socket))["result"]["entities"] == []
