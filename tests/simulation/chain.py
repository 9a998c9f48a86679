"""The toy application: a chain of tiny blocks, durable once committed."""

from dataclasses import dataclass

from consensus.context import HeightContext
from consensus.primary import SKIP_PERIOD
from ledger.certificate import CommitCertificate
from ledger.encoding import decode, encode
from ledger.refusal import Refused
from ledger.suites import tagged_hash
from ledger.validators import ValidatorSet

BLOCK_SIZE_MAX = 256

GENESIS_HASH = tagged_hash(b"simulation/genesis")


@dataclass(frozen=True, slots=True)
class ToyBlock:
    """What consensus does not look at: parent, proposer, and the view that decided the parent."""

    height: int
    parent_hash: bytes
    proposer: int
    parent_view: int
    content: int

    def payload(self) -> bytes:
        """Return the bytes that travel; all of them are bound by the hash."""
        return encode(
            [self.height, self.parent_hash, self.proposer, self.parent_view, self.content]
        )


def decode_block(payload: bytes) -> ToyBlock | None:
    """Return the block of a payload, None where malformed."""
    try:
        fields = decode(payload, size_max=BLOCK_SIZE_MAX)
    except Refused:
        return None
    match fields:
        case [int(height), bytes(parent_hash), int(proposer), int(parent_view), int(content)]:
            return ToyBlock(height, parent_hash, proposer, parent_view, content)
    return None


def hash_payload(payload: bytes) -> bytes | None:
    """Return the block hash of a payload, as the host of a replica does."""
    return None if decode_block(payload) is None else tagged_hash(b"simulation/block", payload)


@dataclass(frozen=True, slots=True)
class Committed:
    """A committed block with the proof that it is final."""

    block_hash: bytes
    payload: bytes
    certificate: CommitCertificate


class ToyChain:
    """The committed blocks of one node; survives its crashes."""

    def __init__(self, validators: ValidatorSet) -> None:
        self.validators = validators
        self.blocks: list[Committed] = []
        self._embedded_views: list[int] = []

    def append(self, committed: Committed) -> None:
        """Make a final block the tip."""
        block = decode_block(committed.payload)
        assert block is not None
        if self.blocks:
            self._embedded_views.append(block.parent_view)
        self.blocks.append(committed)

    @property
    def height(self) -> int:
        """Height of the tip; 0 for the genesis."""
        return len(self.blocks)

    @property
    def tip_hash(self) -> bytes:
        """Hash of the tip."""
        return self.blocks[-1].block_hash if self.blocks else GENESIS_HASH

    def build(self, proposer: int, content: int) -> ToyBlock:
        """Return a block on the tip."""
        view = self.blocks[-1].certificate.view if self.blocks else 0
        return ToyBlock(self.height + 1, self.tip_hash, proposer, view, content)

    def is_valid(self, payload: bytes) -> bool:
        """Say whether a payload is a block on the tip."""
        block = decode_block(payload)
        if block is None:
            return False
        return (block.height, block.parent_hash) == (self.height + 1, self.tip_hash)

    def context(self) -> HeightContext:
        """Return the facts of the next height; embedded views come from block bodies only."""
        return HeightContext(
            height=self.height + 1,
            genesis_hash=GENESIS_HASH,
            validators=self.validators,
            next_validators=self.validators,
            parent_time_ms=0,
            embedded_views=tuple(self._embedded_views[-SKIP_PERIOD:]),
        )
