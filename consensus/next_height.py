"""Messages for the height after the current one, kept until it starts.

Validators finish a height at different moments, and the fast ones already vote on the next. Its
validator set is known (a change takes effect two heights later), so only messages with valid
signatures are kept, in a bounded number of places for each validator: nobody can fill another's
place or the memory.
"""

from typing import TypeAlias

from consensus.messages import PrePrepare, ViewChange, Vote
from consensus.primary import candidates
from consensus.verification import Verifier
from ledger.refusal import Code, Refusal
from ledger.vote import VoteKind

Kept: TypeAlias = Vote | PrePrepare | ViewChange

VIEWS_KEPT = 2
"""Prepares and commits of views 0 and 1 are kept."""


class NextHeight:
    """At most f + 1 pre-prepares, and for each validator four votes and one view-change."""

    __slots__ = ("_candidates", "_kept", "height", "verifier")

    def __init__(self, height: int, verifier: Verifier) -> None:
        self.height = height
        self.verifier = verifier
        self._candidates = candidates(height, verifier.validators.size)
        self._kept: dict[tuple[VoteKind, int, int], tuple[bytes, Kept]] = {}

    def keep(self, peer: bytes, message: Kept) -> Refusal | None:
        """Keep a message of this height if it has a place.

        1. A pre-prepare is for view 0 and by one of the f + 1 validators who may be its primary; a
           prepare or commit is for view 0 or 1.
        2. Its place is empty; a view-change takes the place of one for a lower view.
        3. Its signature is valid. All else is checked when the height starts.
        """
        vote = message if isinstance(message, Vote) else message.vote
        place = (VoteKind.VIEW_CHANGE, 0, vote.signer)
        if isinstance(vote, Vote):
            views = 1 if isinstance(message, PrePrepare) else VIEWS_KEPT
            may_propose = vote.kind is not VoteKind.PRE_PREPARE or vote.signer in self._candidates
            if vote.view >= views or not may_propose:  # 1
                return None
            place = (vote.kind, vote.view, vote.signer)
        held = self._kept.get(place)
        if held is not None:  # 2
            newer = isinstance(held[1], ViewChange) and vote.view > held[1].vote.view
            if not newer:
                return None
        if not self.verifier.is_signed(vote):  # 3
            return Refusal(Code.BAD_SIGNATURE, "vote.signature")
        self._kept[place] = (peer, message)
        return None

    def release(self) -> tuple[tuple[bytes, Kept], ...]:
        """Return what was kept, in order of arrival, each with the peer that brought it."""
        kept = tuple(self._kept.values())
        self._kept.clear()
        return kept

    def __len__(self) -> int:
        """Return how many messages are held."""
        return len(self._kept)
