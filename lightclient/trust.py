"""What a light client trusts: the validator set that signs the blocks after a certain one.

Trust starts at a genesis document and moves from epoch to epoch: each validator-set change is
certified by the set already trusted (the epoch change proofs of Diem). A change of more than one
epoch at once, vouched for by a third of the old set, would let two stolen keys of four name any
successor they like; so there is no such step.
"""

from dataclasses import dataclass

from ledger.certificate import CommitCertificate
from ledger.genesis import Genesis
from ledger.header import Header
from ledger.refusal import Code, require
from ledger.validators import ValidatorSet
from lightclient.verification import require_certified, require_linked


@dataclass(frozen=True, slots=True)
class TrustedState:
    """A final block (genesis at height 0) and the set that votes on the block after it."""

    genesis_hash: bytes
    height: int
    time_ms: int
    block_hash: bytes
    validators: ValidatorSet


@dataclass(frozen=True, slots=True)
class ValidatorChange:
    """The last header of an epoch, its certificate, and the set that the header hands over to."""

    header: Header
    certificate: CommitCertificate
    validators: ValidatorSet


def trust_genesis(genesis: Genesis) -> TrustedState:
    """Return the trust that a genesis document gives to whoever has it from a safe place."""
    genesis_hash = genesis.hash()
    return TrustedState(genesis_hash, 0, genesis.time_ms, genesis_hash, genesis.validator_set())


def require_final(trusted: TrustedState, header: Header, certificate: CommitCertificate) -> None:
    """Refuse a header (E801, E803) or certificate (E901) that the trusted set has not made final.

    The header is of the trusted set's epoch, at any distance. One signature check per validator.
    """
    require(header.genesis_hash == trusted.genesis_hash, Code.BAD_FOREIGN_CHAIN, "genesis_hash")
    require(header.height > trusted.height, Code.BAD_FOREIGN_HEADER, "height")
    require(header.time_ms > trusted.time_ms, Code.BAD_FOREIGN_HEADER, "time_ms")
    if header.height == trusted.height + 1:
        require_linked(trusted.block_hash, header)
    require_certified(trusted.validators, header, certificate)


def advance(trusted: TrustedState, header: Header, certificate: CommitCertificate) -> TrustedState:
    """Return the trust after a later block of the same epoch; refuse one that ends the epoch."""
    require_final(trusted, header, certificate)
    unchanged = header.next_validators_hash == header.validators_hash
    require(unchanged, Code.BAD_FOREIGN_HEADER, "next_validators_hash")
    return _after(header, trusted.validators)


def change_validators(trusted: TrustedState, change: ValidatorChange) -> TrustedState:
    """Return the trust after the last block of an epoch; refuse (E803) a set it does not name."""
    header, validators = change.header, change.validators
    require_final(trusted, header, change.certificate)
    named = header.next_validators_hash
    require(named != header.validators_hash, Code.BAD_FOREIGN_HEADER, "next_validators_hash")
    require(validators.hash() == named, Code.BAD_FOREIGN_HEADER, "validators")
    next_epoch = trusted.validators.epoch + 1
    require(validators.epoch == next_epoch, Code.BAD_FOREIGN_HEADER, "validators.epoch")
    return _after(header, validators)


def _after(header: Header, validators: ValidatorSet) -> TrustedState:
    return TrustedState(
        header.genesis_hash, header.height, header.time_ms, header.hash(), validators
    )
