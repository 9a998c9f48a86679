"""Byzantine nodes as twins: two real nodes with one key, each talking to a part of the net.

Twins equivocate, vote twice and forget locks without any code of their own [Twins, arXiv
2004.10617]. On top of that they deny locks, their own in view-changes and those of others in
proposals, and keep some votes from some peers.
"""

from dataclasses import replace

from consensus.codec import encode_message
from consensus.messages import (
    Justification,
    Message,
    PrePrepare,
    SignedVote,
    ViewChange,
    ViewChangeVote,
    Vote,
)
from tests.simulation.chain import GENESIS_HASH, decode_block, hash_payload
from tests.simulation.configuration import Configuration
from tests.simulation.node import Node
from tests.simulation.randomness import stream
from tests.simulation.signatures import Keys

EPOCH_MS = 1_500
"""For how long the net stays divided between two twins in the same way."""
DENIED_LOCKS = 0.6
WITHHELD_VOTES = 0.2


class TwinLinks:
    """Which instance of a Byzantine node talks to whom, and what it does to its messages."""

    def __init__(self, configuration: Configuration, keys: Keys) -> None:
        self._configuration = configuration
        self._keys = keys
        self._random = stream(configuration.seed, "byzantine")
        self._sides: dict[tuple[int, int, int], int] = {}

    def linked(self, node: Node, other: Node, now_ms: int) -> bool:
        """Say whether two nodes talk now; a correct node talks to one of two twins at a time."""
        for twin, peer in ((node, other), (other, node)):
            if twin.index in self._configuration.byzantine:
                key = (twin.index, peer.index, now_ms // EPOCH_MS)
                if key not in self._sides:
                    self._sides[key] = stream(self._configuration.seed, "side", *key).randint(0, 1)
                if self._sides[key] != twin.instance:
                    return False
        return True

    def hides(self, target: Node, vote: SignedVote | None) -> bool:
        """Keep a twin from the votes of its twin, which would make it fall silent."""
        twin = target.index in self._configuration.byzantine
        return twin and vote is not None and vote.signer == target.index

    def distorted(self, node: Node, target: Node, message: Message, data: bytes) -> bytes | None:
        """Return what a twin really sends, None where it keeps a message from a peer."""
        if node.index not in self._configuration.byzantine or target.index == node.index:
            return data
        if isinstance(message, Vote) and self._random.random() < WITHHELD_VOTES:
            return None
        match message:
            case ViewChange(vote) if vote.signer == node.index:
                denies = self._random.random() < DENIED_LOCKS
                return encode_message(self._without_lock(node, message)) if denies else data
            case PrePrepare(vote) if vote.signer == node.index:
                return self._denied(node, message) or data
        return data

    def _denied(self, node: Node, message: PrePrepare) -> bytes | None:
        """Return a proposal that denies the lock which this one honours, the same to every peer."""
        vote, justification = message.vote, message.justification
        if justification is None or justification.certificate is None:
            return None
        slot = (node.index, vote.height, vote.view)
        if stream(self._configuration.seed, "deny", *slot).random() >= DENIED_LOCKS:
            return None
        return encode_message(self._other_block(node, message, justification))

    def _without_lock(self, node: Node, message: ViewChange) -> ViewChange:
        vote = ViewChangeVote(message.vote.height, message.vote.view, None, node.index, b"")
        signature = self._keys.sign[node.index](vote.signed_bytes(GENESIS_HASH))
        return ViewChange(replace(vote, signature=signature), None)

    def _other_block(
        self, node: Node, message: PrePrepare, justification: Justification
    ) -> PrePrepare:
        """Propose a fresh block despite a lock, hiding the view-changes that report it."""
        block = decode_block(message.payload)
        assert block is not None
        payload = replace(block, proposer=node.index, content=block.content + 1).payload()
        block_hash = hash_payload(payload)
        assert block_hash is not None
        vote = replace(message.vote, block_hash=block_hash, signature=b"")
        signature = self._keys.sign[node.index](vote.signed_bytes(GENESIS_HASH))
        claims = tuple(item for item in justification.view_changes if item.prepared is None)
        return PrePrepare(replace(vote, signature=signature), payload, Justification(claims, None))
