"""The tree of purposes as permissions read it: each covers a purpose and all below it."""

from collections.abc import Iterator

from chaincode.membership.purpose import DEPTH_MAX
from chaincode.membership.records import PURPOSES
from chaincode.state import StateReader
from ledger.refusal import Code, require


def require_purpose(state: StateReader, code: int, where: str) -> None:
    """Refuse (E010) a purpose that is not defined."""
    PURPOSES.require(state, code, where)


def ancestry(state: StateReader, code: int) -> Iterator[int]:
    """Yield a purpose and the wider ones above it, the narrowest first. One look-up a level."""
    current: int | None = code
    for _ in range(DEPTH_MAX):
        if current is None:
            return
        yield current
        purpose = PURPOSES.get(state, current)
        current = None if purpose is None else purpose.parent


def is_within(state: StateReader, code: int, wider: int) -> bool:
    """Say whether a purpose is `wider` itself or stands anywhere below it."""
    return wider in ancestry(state, code)


def require_within(state: StateReader, code: int, wider: int, where: str) -> None:
    """Refuse (E308) a purpose outside the subtree of another."""
    require(is_within(state, code, wider), Code.WRONG_PURPOSE, where)
