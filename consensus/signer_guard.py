"""The last gate before the key. It knows nothing of the protocol but the order of votes.

Inside a view the order is view-change, pre-prepare, prepare, commit (the numbers of `VoteKind`).
Whatever goes wrong above it, a key behind this guard never signs two different votes for one slot,
nor a vote below one that it has given. The same idea is `safety-rules` of Diem and `privval` of
CometBFT.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from consensus.errors import SignatureRefused
from ledger.vote import VoteKind

Sign: TypeAlias = Callable[[bytes], bytes]
"""`sign(message)` with the validator's key."""


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A position in the order in which one validator signs; at most one vote fills it."""

    height: int
    view: int
    kind: VoteKind


class SignerGuard:
    """Signs at ascending slots; the same bytes at the last slot may be signed again."""

    __slots__ = ("_last", "_sign")

    def __init__(self, sign: Sign) -> None:
        self._sign = sign
        self._last: tuple[Slot, bytes] | None = None

    def record(self, slot: Slot, message: bytes) -> None:
        """Remember a vote that was signed before a restart; records may come in any order."""
        if self._last is None or slot > self._last[0]:
            self._last = (slot, message)

    def sign(self, slot: Slot, message: bytes) -> bytes:
        """Return the signature, or raise SignatureRefused before the key is touched."""
        if self._last is not None:
            last, last_message = self._last
            if slot < last or (slot == last and message != last_message):
                raise SignatureRefused(repr(slot), repr(last))
        self._last = (slot, message)
        return self._sign(message)
