"""Inputs that were found, kept as tests: the shortest of each outcome, and every defect's."""

import json
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "vectors" / "fuzz"
INPUTS_MAX = 200
"""Kept inputs of a target."""


def kept_inputs(name: str) -> list[bytes]:
    """Return what is kept for a target."""
    path = _path(name)
    if not path.exists():
        return []
    return [bytes.fromhex(text) for text in json.loads(path.read_text(encoding="ascii"))]


def keep(name: str, found: list[bytes]) -> None:
    """Keep inputs beside those that are kept already, up to INPUTS_MAX; the oldest stay."""
    known = kept_inputs(name)
    new = sorted((item for item in found if item not in known), key=len)
    texts = [item.hex() for item in [*known, *new][:INPUTS_MAX]]
    _path(name).write_text(json.dumps(texts, indent=1) + "\n", encoding="ascii")


def _path(name: str) -> Path:
    return FOLDER / f"{name.replace(' ', '_')}.json"
