"""Byzantine nodes as twins: two copies of the real node with one key, each talking to another part of the net.

Twins equivocate, vote twice and forget locks without any code of their own [Twins, arXiv 2004.10617]. On
top of that they deny their locks in some view-changes and keep some votes from some peers.
"""

from consensus.codec import encode_message
from consensus.messages import Message, SignedVote, ViewChange, ViewChangeVote, Vote
from tests.simulation.chain import GENESIS_HASH
from tests.simulation.configuration import Configuration
from tests.simulation.node import Node
from tests.simulation.randomness import stream
from tests.simulation.signatures import Keys

EPOCH_MS = 1_500
"""For how long the net stays divided between two twins in the same way."""
DENIED_LOCKS = 0.5
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

    def distorted(
        self, node: Node, target: Node, message: Message, data: bytes
    ) -> bytes | None:
        """Return what a twin really sends, None where it keeps a message from a peer."""
        if node.index not in self._configuration.byzantine or target.index == node.index:
            return data
        if isinstance(message, Vote) and self._random.random() < WITHHELD_VOTES:
            return None
        own = isinstance(message, ViewChange) and message.vote.signer == node.index
        if own and isinstance(message, ViewChange) and self._random.random() < DENIED_LOCKS:
            return encode_message(self._without_lock(node, message))
        return data

    def _without_lock(self, node: Node, message: ViewChange) -> ViewChange:
        vote = ViewChangeVote(message.vote.height, message.vote.view, None, node.index, b"")
        signature = self._keys.sign[node.index](vote.signed_bytes(GENESIS_HASH))
        return ViewChange(
            ViewChangeVote(vote.height, vote.view, None, node.index, signature), None
        )
