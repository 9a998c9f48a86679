"""What the host tells a replica. Each event is one call of `Replica.step`, one at a time."""

from dataclasses import dataclass
from enum import Enum, IntFlag, auto, unique
from typing import TypeAlias

from consensus.context import HeightContext
from consensus.messages import Message
from consensus.recovery import Recovered
from consensus.timing import Timer


class Work(IntFlag):
    """Reasons to make a block."""

    NONE = 0
    TRANSACTIONS = auto()
    """The mempool holds executable transactions."""
    PROOF = auto()
    """The last block changed the state root or made receipts, which only the next header proves."""
    DUE = auto()
    """A due item of the state or a backlog of sweeps waits."""
    EVIDENCE = auto()
    """Evidence of a contradiction waits for a block."""
    HEARTBEAT = auto()
    """A foreign client or an observer needs a recent header."""


@unique
class Verdict(Enum):
    """What the host found about a block whose payload hashes to its block hash."""

    VALID = auto()
    """Valid, and where freshness was asked for, fresh."""
    STALE = auto()
    """Valid for ever, but not as a new block of this view: wrong proposer or clock rule broken."""
    INVALID = auto()
    """Breaks a deterministic rule, which every correct validator sees alike."""


@dataclass(frozen=True, slots=True)
class HeightStarted:
    """Block `context.height - 1` is durable. First event of a replica, and again after each commit.

    The block may have come from a `Decide` or from block sync; the replica drops what it knew of
    lower heights. Stale or repeated starts are ignored.
    """

    context: HeightContext
    build_at_ms: int
    """When, on the clock of `step`, a block of this height may be built (`timing.build_time`)."""
    recovered: Recovered | None = None
    """What this node had signed at this height before it restarted (`recovery.recover`)."""


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """A decoded message from a connected peer (an opaque id that `Send` takes back)."""

    peer: bytes
    message: Message


@dataclass(frozen=True, slots=True)
class PeerConnected:
    """A channel to a peer is open, perhaps again; what was queued before may be lost."""

    peer: bytes


@dataclass(frozen=True, slots=True)
class TimerExpired:
    """A timer that `SetTimer` asked for; late and cancelled ones do no harm."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class WorkChanged:
    """The reasons to make a block now. Holds until the next WorkChanged, across heights."""

    work: Work


@dataclass(frozen=True, slots=True)
class BlockBuilt:
    """The answer to `BuildBlock`."""

    height: int
    view: int
    block_hash: bytes
    payload: bytes


@dataclass(frozen=True, slots=True)
class BlockChecked:
    """The answer to `CheckBlock` with the same height, view and block hash."""

    height: int
    view: int
    block_hash: bytes
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class SilenceSet:
    """Sign nothing at heights up to and including this one (observer mode after a lost vote store).

    The latest one counts, so the host lifts a silence by a lower height.
    """

    up_to_height: int


Event: TypeAlias = (
    HeightStarted
    | MessageReceived
    | PeerConnected
    | TimerExpired
    | WorkChanged
    | BlockBuilt
    | BlockChecked
    | SilenceSet
)
