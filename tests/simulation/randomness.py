"""Seeded randomness in independent streams: removing one fault shifts no other."""

import hashlib
from random import Random


def stream(seed: int, *purpose: str | int) -> Random:
    """Return the generator of one purpose; it does not depend on hash randomisation."""
    label = "/".join(str(part) for part in (seed, *purpose))
    return Random(int.from_bytes(hashlib.sha256(label.encode()).digest()[:8], "big"))
