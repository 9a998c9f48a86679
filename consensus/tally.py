"""Votes to thresholds: block votes of one kind, counted per view and block hash (R13).

A validator that signed two hashes in one view counts once for each, two at most: keeping only the
first would make correct nodes disagree about whether a quorum exists.
"""

from consensus.messages import Vote

HASHES_PER_VIEW_MAX = 2
"""How many different hashes of one validator, kind and view are kept."""


class VoteTally:
    """The admitted votes of one kind at one height."""

    __slots__ = ("_by_signer", "_by_view")

    def __init__(self) -> None:
        self._by_view: dict[int, dict[bytes, dict[int, Vote]]] = {}
        self._by_signer: dict[tuple[int, int], tuple[Vote, ...]] = {}

    def holds(self, vote: Vote) -> bool:
        """Say whether this signer's vote for this hash in this view is counted."""
        return vote.signer in self._by_view.get(vote.view, {}).get(vote.block_hash, {})

    def is_full(self, view: int, signer: int) -> bool:
        """Say whether no further hash of this signer is kept in this view."""
        return len(self._by_signer.get((view, signer), ())) >= HASHES_PER_VIEW_MAX

    def add(self, vote: Vote) -> Vote | None:
        """Count a verified vote; return an earlier one that it contradicts, if any."""
        earlier = self._by_signer.get((vote.view, vote.signer), ())
        if self.holds(vote) or len(earlier) >= HASHES_PER_VIEW_MAX:
            return None
        self._by_signer[vote.view, vote.signer] = (*earlier, vote)
        self._by_view.setdefault(vote.view, {}).setdefault(vote.block_hash, {})[vote.signer] = vote
        return earlier[0] if earlier else None

    def count(self, view: int, block_hash: bytes) -> int:
        """Return how many validators voted for a hash in one view. Never a sum over views."""
        return len(self._by_view.get(view, {}).get(block_hash, {}))

    def signatures(self, view: int, block_hash: bytes) -> tuple[tuple[int, bytes], ...]:
        """Return the (signer, signature) of all votes for a hash in one view, signers ascending."""
        votes = self._by_view.get(view, {}).get(block_hash, {})
        return tuple((signer, votes[signer].signature) for signer in sorted(votes))

    def votes(self, view: int) -> tuple[Vote, ...]:
        """Return all votes of a view, in the order of their signers."""
        found = [vote for votes in self._by_view.get(view, {}).values() for vote in votes.values()]
        return tuple(sorted(found, key=lambda vote: (vote.signer, vote.block_hash)))

    def votes_of(self, signer: int) -> tuple[Vote, ...]:
        """Return all votes of a signer, views ascending."""
        return tuple(
            vote for view in self.views() for vote in self._by_signer.get((view, signer), ())
        )

    def views(self) -> tuple[int, ...]:
        """Return the views that have votes, ascending."""
        return tuple(sorted(self._by_view))

    def forget_below(self, view: int, *, kept: int | None) -> None:
        """Drop the votes of views lower than `view`, except those of the view `kept`."""
        for old in self.views():
            if old < view and old != kept:
                for vote in self.votes(old):
                    self._by_signer.pop((old, vote.signer), None)
                del self._by_view[old]

    def __len__(self) -> int:
        """Return how many votes are held."""
        return sum(len(votes) for votes in self._by_signer.values())
