"""Golden bytes of every message between replicas, for this implementation to keep.

`python -m tests.unit.consensus.golden_messages` writes them once: a change is a change of the wire
format, and nodes of two versions no longer understand each other.
"""

import json
from pathlib import Path

from consensus.codec import encode_message, encode_record
from consensus.messages import Message, PayloadRequest, PayloadResponse, Status, ViewStatus
from tests.unit.consensus.bench import BLOCK, HASH, Bench

FILE = Path(__file__).parents[2] / "vectors" / "consensus_messages.json"


def golden_messages() -> dict[str, Message]:
    """Return a message of each type; signatures are keyed hashes of the bench."""
    bench = Bench()
    lock = bench.prepared()
    return {
        "pre_prepare in view 0": bench.pre_prepare(),
        "pre_prepare with a justification": bench.pre_prepare(2),
        "pre_prepare of a locked block": bench.pre_prepare(1, BLOCK, bench.justification(1, lock)),
        "prepare": bench.prepare(1),
        "commit": bench.commit(2, view=300),
        "view_change": bench.view_change(3, 1),
        "view_change with a lock": bench.view_change(3, 1, lock),
        "decided": bench.decided(),
        "status": Status(
            70_000,
            1,
            (ViewStatus(0, None, b"\x07", b"\x00"), ViewStatus(1, HASH, b"", b"")),
            (1, 0),
        ),
        "payload_request": PayloadRequest(1, HASH),
        "payload_response": PayloadResponse(1, BLOCK),
    }


def golden_bytes() -> dict[str, str]:
    """Return the hexadecimal bytes of all messages and of the record that is no message."""
    found = {name: encode_message(item).hex() for name, item in golden_messages().items()}
    return {**found, "record: prepared_certificate": encode_record(Bench().prepared()).hex()}


if __name__ == "__main__":
    FILE.write_text(json.dumps(golden_bytes(), indent=1) + "\n", encoding="utf-8")
