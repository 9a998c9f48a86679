"""The bytes between replicas stay what they are."""

import json

from consensus.codec import decode_message
from tests.unit.consensus.golden_messages import FILE, golden_bytes, golden_messages


def test_messages_have_their_golden_bytes() -> None:
    """Encoding gives the bytes of the file, and decoding gives the message back."""
    golden = json.loads(FILE.read_text(encoding="utf-8"))
    assert golden_bytes() == golden
    for name, message in golden_messages().items():
        assert decode_message(bytes.fromhex(golden[name])) == message
