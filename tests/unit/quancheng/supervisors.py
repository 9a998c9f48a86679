"""Supervisors who generated a joint key, with the secrets a real party keeps to itself."""

from dataclasses import dataclass

from ledger.suites import public_key_of
from quancheng.dealing import (
    Ceremony,
    Dealing,
    Member,
    ceremony_context,
    deal,
    joint_commitments,
    receive_share,
)
from quancheng.kem import kem_key_of


@dataclass(frozen=True, slots=True)
class Supervisors:
    """Commitments are public; share i belongs to member i + 1 alone."""

    ceremony: Ceremony
    dealings: tuple[Dealing, ...]
    commitments: tuple[bytes, ...]
    shares: tuple[bytes, ...]


def seed_of(number: int) -> bytes:
    """Return the signing seed of a member."""
    return bytes([number]) * 32


def kem_secret_of(number: int) -> bytes:
    """Return the envelope secret of a member."""
    return bytes([100 + number]) * 32


def agreed(threshold: int, members: int, genesis_hash: bytes = bytes(32)) -> Ceremony:
    """Return what some members agreed on before dealing."""
    rows = tuple(
        Member(public_key_of(seed_of(number)), kem_key_of(kem_secret_of(number)))
        for number in range(1, members + 1)
    )
    return Ceremony(ceremony_context(genesis_hash, 1), threshold, rows)


def generated(threshold: int, members: int, genesis_hash: bytes = bytes(32)) -> Supervisors:
    """Return supervisors after a generation in which everybody was honest."""
    ceremony = agreed(threshold, members, genesis_hash)
    numbers = range(1, members + 1)
    dealings = tuple(deal(ceremony, seed_of(number)) for number in numbers)
    return Supervisors(
        ceremony,
        dealings,
        joint_commitments(ceremony, dealings),
        tuple(
            receive_share(ceremony, dealings, number, kem_secret_of(number)) for number in numbers
        ),
    )
