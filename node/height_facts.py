"""What the committed chain fixes about the next block, whoever proposes it.

The same facts serve to build a block and to check one: a header is right exactly where it equals
the one that these facts and the block's own choices give.
"""

from dataclasses import dataclass

from chaincode import parameters, validators
from chaincode.due import next_due_ms
from chaincode.parameters import ParameterName
from chaincode.state import StateReader
from chaincode.versions import version_at
from ledger.certificate import CommitCertificate
from ledger.header import Header
from ledger.validators import ValidatorSet
from node.mempool import BlockLimits
from node.store.records import Tip


@dataclass(frozen=True, slots=True)
class HeightFacts:
    """The facts of height `parent.height + 1`. Durations are milliseconds."""

    genesis_hash: bytes
    parent: Tip
    parent_certificate: CommitCertificate | None
    """The certificate with which this node committed the parent; None above genesis."""
    parent_validators: ValidatorSet
    """The set that voted on the parent; of genesis, the founding one."""
    validators: ValidatorSet
    next_validators: ValidatorSet
    params_hash: bytes
    protocol_version: int
    limits: BlockLimits
    window_ms: int
    drift_ms: int
    interval_ms: int
    evidence_age_blocks: int
    next_due_ms: int | None
    """When the next item of the due-queue falls due."""

    @property
    def height(self) -> int:
        """The height that these facts are about."""
        return self.parent.height + 1


@dataclass(frozen=True, slots=True)
class BodyRoots:
    """The three fields by which a header binds its body."""

    transaction_root: bytes
    last_certificate_hash: bytes
    evidence_root: bytes


def facts_after(
    tip: Tip, certificate: CommitCertificate | None, state: StateReader, genesis_hash: bytes
) -> HeightFacts:
    """Return the facts of the height above a tip, whose state is given. About 0.3 ms."""
    height = tip.height + 1

    def parameter(name: ParameterName) -> int:
        return parameters.value_at(state, name, height)

    return HeightFacts(
        genesis_hash=genesis_hash,
        parent=tip,
        parent_certificate=certificate,
        parent_validators=validators.set_of_epoch(state, tip.validator_epoch),
        validators=validators.set_at(state, height),
        next_validators=validators.set_at(state, height + 1),
        params_hash=parameters.params_hash(state, height),
        protocol_version=version_at(state, height),
        limits=BlockLimits(
            transactions=parameter(ParameterName.BLOCK_TRANSACTIONS_MAX),
            size_bytes=parameter(ParameterName.BLOCK_SIZE_MAX),
            per_organisation=parameter(ParameterName.ORGANISATION_TRANSACTIONS_MAX),
            protective_per_organisation=parameter(ParameterName.ORGANISATION_PROTECTIVE_MAX),
        ),
        window_ms=parameter(ParameterName.TRANSACTION_WINDOW_MS),
        drift_ms=parameter(ParameterName.BLOCK_DRIFT_MS),
        interval_ms=parameter(ParameterName.BLOCK_INTERVAL_MS),
        evidence_age_blocks=parameter(ParameterName.EVIDENCE_AGE_BLOCKS),
        next_due_ms=next_due_ms(state),
    )


def header_above(facts: HeightFacts, roots: BodyRoots, *, time_ms: int, proposer: int) -> Header:
    """Return the one right header for a body, a time and a proposer."""
    parent = facts.parent
    return Header(
        genesis_hash=facts.genesis_hash,
        height=facts.height,
        time_ms=time_ms,
        parent_hash=parent.block_hash,
        proposer=proposer,
        transaction_root=roots.transaction_root,
        last_certificate_hash=roots.last_certificate_hash,
        evidence_root=roots.evidence_root,
        state_root=parent.tree.state_root(),
        receipt_root=parent.receipt_root,
        history_root=parent.history_root,
        validator_epoch=facts.validators.epoch,
        validators_hash=facts.validators.hash(),
        next_validators_hash=facts.next_validators.hash(),
        params_hash=facts.params_hash,
    )
