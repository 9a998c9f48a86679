"""Evidence that waits for a block: found by this node's consensus, or told by peers.

Each offence waits once. What is new here goes on to all peers, and to each that connects.
"""

import logging
from collections.abc import Callable

from consensus.evidence import evidence_of
from consensus.messages import SignedVote
from ledger.block import EVIDENCE_MAX, Block
from ledger.offence import Offence
from ledger.refusal import Refusal
from node.chain import Chain, Committed
from node.network.lanes import Lane
from node.network.link import Link
from node.network.messages import Evidence
from node.network.peers import Peers

WAITING_MAX = 256
"""Offences that wait; beyond it new ones are dropped, and others still hold them."""

_log = logging.getLogger(__name__)


class EvidencePool:
    """Waiting evidence by offence. `changed` is called when what may stand in a block changes."""

    def __init__(self, chain: Chain, peers: Peers, changed: Callable[[], None]) -> None:
        self._chain = chain
        self._peers = peers
        self._changed = changed
        self._waiting: dict[tuple[int, bytes, int], tuple[Offence, bytes]] = {}

    def __len__(self) -> int:
        """Return how many offences wait."""
        return len(self._waiting)

    @property
    def is_ready(self) -> bool:
        """True where the next block may hold some of it."""
        height = self._chain.facts.height
        return any(offence.height < height for offence, _ in self._waiting.values())

    def take(self) -> tuple[bytes, ...]:
        """Return what the next block may hold, the oldest first, at most what fits into one."""
        height = self._chain.facts.height
        ready = [(key, data) for key, (_, data) in self._waiting.items() if key[0] < height]
        return tuple(data for _, data in sorted(ready)[:EVIDENCE_MAX])

    def note(self, first: SignedVote, second: SignedVote) -> None:
        """Take in what this node's consensus saw."""
        evidence = evidence_of(first, second)
        assert evidence is not None
        refusal = self._add(evidence.encoded(), None)
        assert refusal is None, refusal

    def receive(self, link: Link, message: Evidence) -> None:
        """Take in what a peer tells; count what proves nothing against it."""
        for data in message.items:
            refusal = self._add(data, link)
            if refusal is not None:
                link.count_invalid(f"evidence: {refusal.code.label} {refusal.field}")

    def greet(self, link: Link) -> None:
        """Tell a new peer everything that waits here."""
        items = tuple(data for _, data in self._waiting.values())
        for start in range(0, len(items), EVIDENCE_MAX):
            link.send(Evidence(items[start : start + EVIDENCE_MAX]), Lane.GOSSIP)

    def committed(self, _block: Block, _committed: Committed) -> None:
        """Forget what is recorded now, or too old."""
        if not self._waiting:
            return
        rules = self._chain.evidence_rules()
        for key, (offence, _) in list(self._waiting.items()):
            if rules.is_settled(offence):
                del self._waiting[key]

    def _add(self, data: bytes, source: Link | None) -> Refusal | None:
        """Keep and pass on what is news; return why bytes are no evidence at all."""
        rules = self._chain.evidence_rules()
        offence = rules.proven(data)
        if isinstance(offence, Refusal):
            # Of a height that only others have reached: they will tell it on when this node is.
            return None if offence.field == "height" else offence
        key = (offence.height, offence.public_key, offence.kind)
        if key in self._waiting or len(self._waiting) >= WAITING_MAX or rules.is_settled(offence):
            return None
        self._waiting[key] = (offence, data)
        fields = {"height": offence.height, "kind": offence.kind.name, "by": offence.public_key}
        _log.error("a validator contradicts itself; the evidence goes on chain", extra=fields)
        message = Evidence((data,))
        for link in self._peers.links():
            if link is not source:
                link.send(message, Lane.GOSSIP)
        self._changed()
        return None
