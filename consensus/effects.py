"""What a replica asks of its host. The host carries effects out in their order.

The one law: a `Persist` is durable before any later effect, of the same step or of a later one, is
carried out. Several in a row may share one fsync. A failed write or fsync ends the process.
"""

from dataclasses import dataclass
from typing import TypeAlias

from consensus.messages import Message, SignedVote
from consensus.timing import Timer
from ledger.certificate import CommitCertificate
from ledger.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Persist:
    """Append a record to the vote store, under the height; `recovery.recover` reads it back."""

    height: int
    record: bytes


@dataclass(frozen=True, slots=True)
class Send:
    """Send a message to one peer, if it is connected. May be lost."""

    peer: bytes
    message: Message


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Send a message to every connected peer. May be lost."""

    message: Message


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Report `TimerExpired(timer)` at `at_ms`. Replaces an armed timer of the same kind."""

    timer: Timer
    at_ms: int


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Forget a timer."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class BuildBlock:
    """Build a block of this height and answer with `BlockBuilt`; a later BuildBlock replaces it."""

    height: int
    view: int


@dataclass(frozen=True, slots=True)
class CheckBlock:
    """Check a block, fetching the transactions that the node lacks, and answer with `BlockChecked`.

    Where `fresh`, besides the deterministic rules: header.proposer is `proposer`, and the clock
    rule holds for the time at which this effect came. Otherwise the block carries a proof that
    others found it fresh, and `proposer` says nothing.
    """

    height: int
    view: int
    block_hash: bytes
    payload: bytes
    fresh: bool
    proposer: int


@dataclass(frozen=True, slots=True)
class Decide:
    """The block is final and checked: commit it, then send `HeightStarted` of the next height."""

    height: int
    block_hash: bytes
    payload: bytes
    certificate: CommitCertificate


@dataclass(frozen=True, slots=True)
class EquivocationSeen:
    """Two votes that no correct validator signs both. Reported once per signer and height."""

    first: SignedVote
    second: SignedVote


@dataclass(frozen=True, slots=True)
class OwnKeyElsewhere:
    """A vote under this validator's key that this replica did not sign.

    The vote store is lost or stale, or the key runs twice. The replica falls silent at this height
    and the two above; the host raises an alarm.
    """

    vote: SignedVote


@dataclass(frozen=True, slots=True)
class Rejected:
    """A peer sent something that no correct peer sends. Counted by the host against the peer."""

    peer: bytes
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class PeerAhead:
    """A peer claims a higher height than this replica can follow: a hint for block sync."""

    peer: bytes
    height: int


@dataclass(frozen=True, slots=True)
class PeerBehind:
    """A peer works on a decided `height` that the replica no longer holds: send it `Decided`."""

    peer: bytes
    height: int


@dataclass(frozen=True, slots=True)
class Halt:
    """Agreement or validity is broken beyond tolerance; nothing more will be signed."""

    reason: str


Effect: TypeAlias = (
    Persist
    | Send
    | Broadcast
    | SetTimer
    | CancelTimer
    | BuildBlock
    | CheckBlock
    | Decide
    | EquivocationSeen
    | OwnKeyElsewhere
    | Rejected
    | PeerAhead
    | PeerBehind
    | Halt
)
