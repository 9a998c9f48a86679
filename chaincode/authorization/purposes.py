"""The tree of purposes as authorization reads it: a permission covers a purpose and all below it."""

from chaincode.membership.records import PURPOSES
from chaincode.state import StateReader
from ledger.refusal import Code, require

DEPTH_MAX = 16
"""Levels of the tree that are followed upwards; a purpose is never defined deeper."""


def require_purpose(state: StateReader, code: int, where: str) -> None:
    """Refuse (E010) a purpose that is not defined."""
    PURPOSES.require(state, code, where)


def is_within(state: StateReader, code: int, wider: int) -> bool:
    """Say whether a purpose is `wider` itself or stands anywhere below it. One look-up a level."""
    current: int | None = code
    for _ in range(DEPTH_MAX):
        if current is None:
            return False
        if current == wider:
            return True
        purpose = PURPOSES.get(state, current)
        current = None if purpose is None else purpose.parent
    return False


def require_within(state: StateReader, code: int, wider: int, where: str) -> None:
    """Refuse (E308) a purpose outside the subtree of another."""
    require(is_within(state, code, wider), Code.WRONG_PURPOSE, where)
