"""What every RPC handler works with: the node behind its interface, the hub, and a short memory."""

from collections import OrderedDict
from dataclasses import dataclass, field

from ledger.refusal import Refusal
from node.event_hub import EventHub
from node.rpc.backend import Backend
from node.rpc.block_cache import BlockCache
from node.rpc.limits import SUBMISSIONS_REMEMBERED_MAX
from node.rpc.sessions import Sessions


@dataclass(frozen=True, slots=True)
class RememberedSubmission:
    """What this server learned of a transaction when it was handed in."""

    valid_until_ms: int
    refusal: Refusal | None


class SubmissionMemory:
    """The last submissions by tx_id, so that tx_wait can say rejected or expired. Bounded."""

    def __init__(self, size_max: int = SUBMISSIONS_REMEMBERED_MAX) -> None:
        self._size_max = size_max
        self._by_id: OrderedDict[bytes, RememberedSubmission] = OrderedDict()

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._by_id)

    def remember(self, tx_id: bytes, submission: RememberedSubmission) -> None:
        """Keep the newest word on a transaction; the oldest one is forgotten at the bound."""
        self._by_id[tx_id] = submission
        self._by_id.move_to_end(tx_id)
        if len(self._by_id) > self._size_max:
            self._by_id.popitem(last=False)

    def recall(self, tx_id: bytes) -> RememberedSubmission | None:
        """Return what is known of a transaction."""
        return self._by_id.get(tx_id)


@dataclass(frozen=True, slots=True)
class Services:
    """The world of a handler."""

    backend: Backend
    blocks: BlockCache
    hub: EventHub
    names: frozenset[str]
    """By which callers may know this node."""
    submissions: SubmissionMemory = field(default_factory=SubmissionMemory)
    sessions: Sessions = field(default_factory=Sessions)
