"""Checks of one header: its certificate under a validator set, its parent, its age.

Clocks are arguments. A chain that hosts a client passes its block time, never a wall clock.
"""

from dataclasses import dataclass

from ledger.certificate import CommitCertificate, verify_certificate
from ledger.header import Header
from ledger.refusal import Code, Refused, require
from ledger.suites import ZERO_HASH
from ledger.validators import ValidatorSet


@dataclass(frozen=True, slots=True)
class Bounds:
    """How old trust may become and how far ahead a header may be, in milliseconds."""

    trusting_period_ms: int
    """How long a removed validator's key may still be dangerous."""
    clock_drift_ms_max: int
    """Drift of both clocks plus the longest block interval of the host."""


def require_certified(
    validators: ValidatorSet, header: Header, certificate: CommitCertificate
) -> None:
    """Refuse a header of another set (E803) and one that its certificate does not prove (E901)."""
    require(header.validator_epoch == validators.epoch, Code.BAD_FOREIGN_HEADER, "validator_epoch")
    is_set = header.validators_hash == validators.hash()
    require(is_set, Code.BAD_FOREIGN_HEADER, "validators_hash")
    require(header.proposer < validators.size, Code.BAD_FOREIGN_HEADER, "proposer")
    # A root of zeros is no hash; trusting one by default has cost a bridge its funds (Nomad, 2022).
    roots = (header.state_root, header.receipt_root, header.history_root, header.transaction_root)
    require(ZERO_HASH not in roots, Code.BAD_FOREIGN_HEADER, "root")
    require(certificate.height == header.height, Code.BAD_CERTIFICATE, "certificate.height")
    is_block = certificate.block_hash == header.hash()
    require(is_block, Code.BAD_CERTIFICATE, "certificate.block_hash")
    refusal = verify_certificate(certificate, validators, header.genesis_hash)
    if refusal is not None:
        raise Refused(refusal.code, refusal.field)


def require_linked(parent_hash: bytes, header: Header) -> None:
    """Refuse (E803) a header that does not follow the block of a hash."""
    require(header.parent_hash == parent_hash, Code.BAD_FOREIGN_HEADER, "parent_hash")


def require_timely(trusted_time_ms: int, header: Header, bounds: Bounds, now_ms: int) -> None:
    """Refuse trust that is too old (E804) and a header that claims to be of the future (E803)."""
    is_fresh = now_ms < trusted_time_ms + bounds.trusting_period_ms
    require(is_fresh, Code.TRUST_EXPIRED, "trusting_period")
    is_past = header.time_ms < now_ms + bounds.clock_drift_ms_max
    require(is_past, Code.BAD_FOREIGN_HEADER, "time_ms")
