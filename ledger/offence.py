"""An offence: a validator signed two messages of consensus that no correct validator signs both.

Whoever finds one, at any time, names it by the same height, key and kind.
"""

from dataclasses import dataclass
from enum import IntEnum, unique


@unique
class OffenceKind(IntEnum):
    """What contradicts what. The first four are the kinds of votes by their numbers."""

    VIEW_CHANGE = 1
    """Two view-changes for one view claim different locks."""
    PRE_PREPARE = 2
    """Two proposals in one view."""
    PREPARE = 3
    """Two prepares in one view."""
    COMMIT = 4
    """Two commits in one view."""
    LOST_LOCK = 5
    """A commit, and a later view-change that claims no lock of its view or a higher one."""


@dataclass(frozen=True, slots=True)
class Offence:
    """Who contradicted itself, at which height and how; `evidence_id` names the proof of it."""

    height: int
    public_key: bytes
    """The voting key that signed both."""
    organisation: bytes
    """The organisation that ran it at that height."""
    kind: OffenceKind
    evidence_id: bytes
