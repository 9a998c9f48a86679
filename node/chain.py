"""The chain as this node keeps it: the one place where a block is built, checked and committed.

A chain is plain synchronous code without a clock, so that the simulator drives the same object as a
node. In a node it belongs to one thread (`node.executor`): `build`, `check`, `commit` and `dry_run`
run there one after another, and the event loop is never held by them. Any thread may read: `tip`
and `facts` are immutable values that are replaced when a block is durable, and an engine read sees
each batch whole or not at all. Whoever needs several reads of one moment takes a `snapshot`.

A block is executed once, after it became final; its header carries the results of its parent. A
commit is one synced batch. Idle, a chain holds the replay window, a few blocks it has checked and a
bounded memory of state and tree; everything else is in the engine.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from chaincode.context import BlockContext
from chaincode.execution import Outcome, check
from chaincode.parameters import PARAMETERS, ParameterName
from chaincode.state import StateReader
from chaincode.validators import set_of_epoch
from chaincode.versions import VERSION_KNOWN
from consensus.context import HeightContext
from consensus.events import Verdict
from ledger.block import Block, require_matching_body
from ledger.certificate import CommitCertificate, verify_certificate
from ledger.genesis import Genesis
from ledger.refusal import Code, Refusal, Refused, require
from ledger.transaction import Transaction, has_valid_signatures
from ledger.validators import ValidatorSet
from node.block_application import apply_block
from node.block_builder import BuiltBlock, Offered, ProposalSlot, build_block
from node.block_validation import (
    FindDecoded,
    Judges,
    ValidBlock,
    VerifySignatures,
    nothing_decoded,
    validate_block,
)
from node.chain_memory import ChainMemory
from node.chain_view import ChainView
from node.door import Door
from node.errors import ChainDiverged, VersionUnknown
from node.evidence_rules import EvidenceRules
from node.founding import found_if_empty
from node.height_facts import HeightFacts, facts_after
from node.proposed_blocks import ProposedBlocks
from node.pruning import KEPT_VERSIONS, KEPT_VERSIONS_MIN, Pruner
from node.repair import undo_torn_block
from node.replay_window import ReplayWindow
from node.store import schema
from node.store.engine import KeyValueEngine
from node.store.records import Tip, decode_tip
from node.store.sealing import SealedReader, put_sealed
from node.tip_verification import TipReport, rebuilt_window, verify_tip

CHECKED_BLOCKS_MAX = 8
"""Blocks of the next height that are remembered as valid, the oldest forgotten first."""


@dataclass(frozen=True, slots=True)
class OpeningReport:
    """What opening a store found, for the log."""

    founded: bool
    undone: int | None
    """Height of a block that was written in part and taken back."""
    tip: Tip
    verified: TipReport
    replay_ids: int


@dataclass(frozen=True, slots=True)
class Freshness:
    """What a new block is held against: the primary of its view and when it came, by wall clock."""

    proposer: int
    received_ms: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A verdict, with the rule that was broken unless it is VALID."""

    verdict: Verdict
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """A block that is durable. Where it was so before (`is_new` false) its parts are left out."""

    tip: Tip
    is_new: bool
    transactions: tuple[Transaction, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    """Sweeps first, then one for each transaction."""


def _verify_inline(transactions: Sequence[Transaction]) -> list[bool]:
    return [has_valid_signatures(transaction) for transaction in transactions]


@dataclass(frozen=True, slots=True)
class ChainOptions:
    """How this node keeps its chain; none of it changes what the chain is."""

    verify: VerifySignatures = _verify_inline
    """Says which transactions are signed (`SignatureVerifier.verify`)."""
    version_known: int = VERSION_KNOWN
    """The newest protocol version whose rules this software has."""
    kept_versions: int = KEPT_VERSIONS
    """How many past versions of the world state stay readable and provable."""


class Chain(ChainView):
    """The committed chain and its growth. Reading is inherited from the view of the live engine."""

    def __init__(
        self, engine: KeyValueEngine, tip: Tip, window: ReplayWindow, options: ChainOptions
    ) -> None:
        assert options.kept_versions >= KEPT_VERSIONS_MIN
        super().__init__(engine, tip, options.kept_versions)
        self._engine = engine
        self._verify = options.verify
        self._window = window
        self._memory = ChainMemory(self)
        self._pruner = Pruner(self)
        self._proposed = ProposedBlocks(engine)
        self._checked: dict[bytes, ValidBlock] = {}
        self.genesis_hash = tip.block_hash if tip.height == 0 else self.header(1).genesis_hash
        certificate = self.certificate(tip.height) if tip.height else None
        self.facts: HeightFacts = facts_after(tip, certificate, self.state, self.genesis_hash)
        self.door = self._new_door()
        """The door of the next height for the event loop; blocks are judged at their own."""
        self._version_known = options.version_known
        self._require_known_version()

    @classmethod
    def open(
        cls, engine: KeyValueEngine, genesis: Genesis, options: ChainOptions | None = None
    ) -> "tuple[Chain, OpeningReport]":
        """Found the chain of a genesis, or open it and verify its tip.

        Raise StoreFailure; VersionUnknown where the next block is under rules unknown here.
        """
        options = options or ChainOptions()
        founded = found_if_empty(engine, genesis)
        undone = undo_torn_block(engine)
        tip = decode_tip(SealedReader(engine).require(schema.TIP_KEY))
        view = ChainView(engine, tip, options.kept_versions)
        verified = verify_tip(view, genesis)
        window = rebuilt_window(view, longest_window_ms(view.state))
        report = OpeningReport(founded, undone, tip, verified, len(window))
        return cls(engine, tip, window, options), report

    @contextmanager
    def snapshot(self) -> Iterator[ChainView]:
        """Give a view of this moment that later blocks do not move, for one thread."""
        snapshot = self._engine.snapshot()
        try:
            tip = decode_tip(SealedReader(snapshot).require(schema.TIP_KEY))
            yield ChainView(snapshot, tip, self.kept_versions)
        finally:
            snapshot.close()

    def height_context(self) -> HeightContext:
        """Return what consensus must know about the next height."""
        facts = self.facts
        return HeightContext(
            height=facts.height,
            genesis_hash=self.genesis_hash,
            validators=facts.validators,
            next_validators=facts.next_validators,
            parent_time_ms=facts.parent.time_ms,
            embedded_views=facts.parent.embedded_views,
        )

    def build(
        self,
        transactions: Sequence[Transaction],
        *,
        time_ms: int,
        proposer: int,
        evidence: Sequence[bytes] = (),
    ) -> BuiltBlock:
        """Build the next block of what may stand in it, in its order.

        Its time is `time_ms`, or just above the parent's where the clock is behind. The block is
        durable on return, like one that `check` finds VALID: it may be voted for.
        """
        slot = ProposalSlot(proposer, time_ms)
        built = build_block(self.facts, Offered(transactions, evidence), slot, self._judges())
        self._proposed.keep(built.block)
        return built

    def check(
        self,
        block: Block,
        fresh: Freshness | None = None,
        find_decoded: FindDecoded = nothing_decoded,
    ) -> Checked:
        """Judge a block of the next height; with `fresh` as a new one, else as one vouched for."""
        try:
            if self._known(block) is None:
                require_matching_body(block)
                self._validate(block, find_decoded)
        except Refused as refused:
            return Checked(Verdict.INVALID, refused.refusal)
        refusal = None if fresh is None else self._refuse_stale(block, fresh)
        if refusal is not None:
            return Checked(Verdict.STALE, refusal)
        self._proposed.keep(block)
        return Checked(Verdict.VALID)

    def commit(self, block: Block, certificate: CommitCertificate) -> Committed:
        """Make a final block durable: the one path for consensus and for sync.

        Refused (E901, E902, E903): the certificate does not prove this block, or the body is not
        its header's; whoever sent it is to blame. ChainDiverged: a quorum decided what this node
        finds invalid. VersionUnknown: the block is durable, and the next one is under rules that
        this software does not have. The same block again is no error.
        """
        if block.header.height <= self.tip.height:
            return self._committed_before(block, certificate)
        require(block.header.height == self.facts.height, Code.BAD_HEADER, "header.height")
        _require_final(certificate, block, self.facts.validators, self.genesis_hash)
        valid = self._known(block)
        if valid is None:
            require_matching_body(block)
            valid = self._vouched_for(block)
        return self._write(valid, certificate)

    def proposed_blocks(self) -> list[Block]:
        """Return the blocks of the next height that were under vote when the node stopped."""
        return self._proposed.of_height(self.facts.height)

    def dry_run(self, transaction: Transaction, *, time_ms: int) -> Outcome:
        """Say what a transaction would come to if it stood alone in a block now; keeps nothing."""
        time_ms = max(time_ms, self.tip.time_ms + 1)
        return check(
            self.state,
            BlockContext(self.facts.height, time_ms, self.genesis_hash),
            transaction,
        )

    def _known(self, block: Block) -> ValidBlock | None:
        """Return a block that was found valid before: the whole block, not only its header."""
        known = self._checked.get(block.header.hash())
        return known if known is not None and known.block == block else None

    def _validate(self, block: Block, find_decoded: FindDecoded) -> ValidBlock:
        """Judge a block whose body fits its header, and remember it where it is valid."""
        valid = validate_block(self.facts, block, self._judges(), find_decoded)
        if len(self._checked) == CHECKED_BLOCKS_MAX:
            del self._checked[next(iter(self._checked))]
        self._checked[valid.block_hash] = valid
        return valid

    def _vouched_for(self, block: Block) -> ValidBlock:
        """Judge a block that a quorum decided: to find it invalid is to have diverged."""
        try:
            return self._validate(block, nothing_decoded)
        except Refused as refused:
            reason = str(refused)
            raise ChainDiverged(self.facts.height, block.header.hash(), reason) from refused

    def _refuse_stale(self, block: Block, fresh: Freshness) -> Refusal | None:
        if block.header.proposer != fresh.proposer:
            return Refusal(Code.BAD_HEADER, "header.proposer")
        if block.header.time_ms > fresh.received_ms + self.facts.drift_ms:
            return Refusal(Code.BAD_HEADER, "header.time_ms")
        return None

    def _require_known_version(self) -> None:
        facts, known = self.facts, self._version_known
        if facts.protocol_version > known:
            raise VersionUnknown(facts.protocol_version, facts.height, known)

    def evidence_rules(self) -> EvidenceRules:
        """Return what evidence the next block may hold."""
        return EvidenceRules(self.facts, self.state)

    def _judges(self) -> Judges:
        return Judges(self._new_door(), self.evidence_rules(), self._verify)

    def _new_door(self) -> Door:
        return Door(self.facts, self.state, self._window)

    def _write(self, valid: ValidBlock, certificate: CommitCertificate) -> Committed:
        applied = apply_block(self._memory, self.facts, valid, certificate)
        self._pruner.prune(applied.batch, applied.tip.height)
        self._proposed.forget(applied.batch)
        put_sealed(applied.batch, schema.TIP_KEY, applied.tip.encoded())
        self._engine.write_batch(applied.batch, sync=True)
        # Durable from here on. Whoever sees the new tip finds the new facts and ids as well.
        self._memory.adopt(applied.execution, applied.pages)
        self._window.add(valid.transactions)
        self._window.forget(applied.tip.time_ms)
        self._checked.clear()
        self.facts = facts_after(applied.tip, certificate, self.state, self.genesis_hash)
        self.door = self._new_door()
        self.tip = applied.tip
        self._require_known_version()
        outcomes = applied.execution.outcomes
        return Committed(applied.tip, True, valid.transactions, outcomes)

    def _committed_before(self, block: Block, certificate: CommitCertificate) -> Committed:
        """Answer for a height that is taken: by this block, or by another one."""
        height = block.header.height
        own = self.header(height)
        if own == block.header:
            return Committed(self.tip, is_new=False)
        voters = set_of_epoch(self.state, own.validator_epoch)
        _require_final(certificate, block, voters, self.genesis_hash)
        reason = f"{own.hash().hex()} is final at this height"
        raise ChainDiverged(height, block.header.hash(), reason)


def _require_final(
    certificate: CommitCertificate, block: Block, voters: ValidatorSet, genesis_hash: bytes
) -> None:
    """Refuse (E901) a certificate that does not prove a block final. 47 µs for each signature."""
    named = (certificate.height, certificate.block_hash)
    of_block = (block.header.height, block.header.hash())
    require(named == of_block, Code.BAD_CERTIFICATE, "certificate.block_hash")
    refusal = verify_certificate(certificate, voters, genesis_hash)
    if refusal is not None:
        raise Refused(refusal.code, refusal.field)


def longest_window_ms(state: StateReader) -> int:
    """Return the longest that the window of transactions may ever have been."""
    record = PARAMETERS.get(state, ParameterName.TRANSACTION_WINDOW_MS)
    assert record is not None
    return record.maximum
