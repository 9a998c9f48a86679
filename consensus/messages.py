"""The messages of the protocol as values. Votes are signed; all else is proven by votes it carries.

A `signer` is the index of a validator in the set of the message's height. A `payload` is the block
as the host ships it, opaque here; it is bound to its block hash by the host's `hash_payload`.
"""

from dataclasses import dataclass
from typing import TypeAlias

from ledger.certificate import CommitCertificate
from ledger.vote import Prepared, VoteKind, block_vote_bytes, view_change_bytes

PAYLOAD_SIZE_MAX = 512 * 1024
"""Header, last certificate, hashes of 5,000 transactions and evidence, with room to spare."""


@dataclass(frozen=True, slots=True)
class Vote:
    """A signed pre-prepare, prepare or commit for one block in one view."""

    kind: VoteKind
    height: int
    view: int
    block_hash: bytes
    signer: int
    signature: bytes

    def signed_bytes(self, genesis_hash: bytes) -> bytes:
        """Return the bytes under the signature."""
        return block_vote_bytes(self.kind, genesis_hash, self.height, self.view, self.block_hash)


@dataclass(frozen=True, slots=True)
class ViewChangeVote:
    """The signed part of a view-change: the sender left all lower views, locked on `prepared`."""

    height: int
    view: int
    prepared: Prepared | None
    signer: int
    signature: bytes

    def signed_bytes(self, genesis_hash: bytes) -> bytes:
        """Return the bytes under the signature."""
        return view_change_bytes(genesis_hash, self.height, self.view, self.prepared)


SignedVote: TypeAlias = Vote | ViewChangeVote


@dataclass(frozen=True, slots=True)
class PreparedCertificate:
    """A quorum of prepares of one view for one block: (validator index, signature), ascending."""

    height: int
    view: int
    block_hash: bytes
    signatures: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class Justification:
    """Why a primary may propose in a view above 0: view-changes and their highest lock."""

    view_changes: tuple[ViewChangeVote, ...]
    certificate: PreparedCertificate | None


@dataclass(frozen=True, slots=True)
class PrePrepare:
    """A primary's proposal. The justification is absent in view 0 and only there."""

    vote: Vote
    payload: bytes
    justification: Justification | None


@dataclass(frozen=True, slots=True)
class ViewChange:
    """A view-change with the certificate of the lock it claims."""

    vote: ViewChangeVote
    certificate: PreparedCertificate | None


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision of a height, for a peer that still works on it."""

    certificate: CommitCertificate
    payload: bytes


@dataclass(frozen=True, slots=True)
class ViewStatus:
    """Which votes of one view the sender holds.

    The bitmaps have bit i of byte i // 8 set where the sender holds the vote of validator i for
    `block_hash`, the block it accepted in that view; where it accepted none (None), for any block.
    """

    view: int
    block_hash: bytes | None
    prepares: bytes
    commits: bytes


@dataclass(frozen=True, slots=True)
class Status:
    """Where the sender stands, so that a peer can send what it lacks. A hint, never a proof.

    `view_changes[i]` is the view of the latest view-change held of validator i, 0 for none.
    """

    height: int
    view: int
    views: tuple[ViewStatus, ...]
    view_changes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PayloadRequest:
    """Asks for the payload of a block that a certificate or a lock names."""

    height: int
    block_hash: bytes


@dataclass(frozen=True, slots=True)
class PayloadResponse:
    """The payload that was asked for."""

    height: int
    payload: bytes


Message: TypeAlias = (
    PrePrepare | Vote | ViewChange | Decided | Status | PayloadRequest | PayloadResponse
)
"""What travels between replicas. A `Vote` travelling alone is a prepare or a commit."""

Proving: TypeAlias = PrePrepare | Vote | ViewChange | Decided
"""Messages that prove themselves by signatures, whoever relays them."""

Record: TypeAlias = PrePrepare | Vote | ViewChange | PreparedCertificate
"""What a replica makes durable: its own signed messages, the proposals it accepted, its locks."""
