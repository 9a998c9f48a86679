"""From which height on a validator may sign, given what it knows of its own past votes.

A vote store that holds votes speaks for itself. Without one, the key may have signed anything that
is not yet decided, so the node stays silent until the chain has left all of that behind.

- LOST: the chain here has blocks, or a peer proves that it has, but the votes are gone. The node
  collects proven tips of a quorum of other validators. Whoever signed at height h knew that h - 1
  was decided: a quorum had sent commits for h - 1, and its correct members had h - 2 durable. That
  quorum and the answering one share a correct validator, so D, the highest proven tip, is at least
  h - 2. Nothing up to D + 2 is signed.
- FOUNDING: nothing is known at all and no block exists. As soon as enough others for a quorum show
  that they have no block either, the chain begins here and the node signs.
"""

from collections.abc import Sequence
from enum import Enum, auto, unique

from ledger.quorum import quorum

HEIGHT_MAX = 2**63 - 1
SILENT_ABOVE_PROVEN_TIP = 2


@unique
class Past(Enum):
    """What a validator knows of its own votes."""

    KNOWN = auto()
    FOUNDING = auto()
    LOST = auto()


class VotingPast:
    """Collects what other validators show. `silent_up_to` is the last height not to be signed."""

    def __init__(self, past: Past, own_key: bytes) -> None:
        self._past = past
        self._own_key = own_key
        self._shown: dict[bytes, int] = {}
        self.silent_up_to = 0 if past is Past.KNOWN else HEIGHT_MAX

    @property
    def past(self) -> Past:
        """What is known now."""
        return self._past

    @property
    def is_settled(self) -> bool:
        """True when nothing that peers show can change the answer any more."""
        return self.silent_up_to < HEIGHT_MAX

    def show(self, validator_key: bytes, height: int, validators: Sequence[bytes]) -> None:
        """Take note of the proven tip of another validator, 0 for none, under the present set."""
        if self.is_settled or validator_key == self._own_key or validator_key not in validators:
            return
        if height > 0:
            self._past = Past.LOST
        self._shown[validator_key] = max(height, self._shown.get(validator_key, 0))
        self.settle(validators)

    def settle(self, validators: Sequence[bytes]) -> None:
        """Draw the conclusion, if enough of the validators have shown their tips."""
        if self.is_settled:
            return
        shown = [self._shown[key] for key in validators if key in self._shown]
        needed = quorum(len(validators))
        if self._past is Past.FOUNDING and len(shown) >= needed - 1:
            self._past = Past.KNOWN
            self.silent_up_to = 0
        elif self._past is Past.LOST and len(shown) >= needed:
            self.silent_up_to = max(shown) + SILENT_ABOVE_PROVEN_TIP

    def see_block(self) -> None:
        """Take note that others made a block while this node was silent."""
        if self._past is Past.FOUNDING:
            self._past = Past.LOST

    def trust_operator(self, from_height: int) -> None:
        """Take the operator's word that this key has signed nothing from a height on."""
        if from_height > 0 and self._past is Past.LOST:
            self.silent_up_to = from_height - 1
