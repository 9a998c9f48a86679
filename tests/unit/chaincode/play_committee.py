"""Supervisors whose secrets follow from names, so that a history is the same each time.

Two of three open an envelope. Real committees generate their key jointly; here a polynomial is
written down.
"""

from chaincode.membership.parameter import ParameterSet
from chaincode.parameters import ParameterName
from chaincode.supervision.audits import audit_context
from chaincode.supervision.committees import (
    CommitteeConfirm,
    CommitteeSet,
    confirmation_context,
)
from ledger import suites, threshold
from tests.unit.chaincode.city import City
from tests.unit.chaincode.world import Actor, salted

ORDER = 2**252 + 27742317777372353535851937790883648493
THRESHOLD = 2


def scalar(name: str) -> bytes:
    """Return a scalar that belongs to a name."""
    return (int.from_bytes(salted(f"scalar of {name}"), "big") % ORDER).to_bytes(32, "little")


COEFFICIENTS = (scalar("joint secret"), scalar("slope"))
INSPECTOR_KEY = suites.base_times(scalar("inspector"))
EPHEMERAL = suites.base_times(scalar("envelope"))
WATCHED_WRAP = EPHEMERAL[1:] + b"\x05" * 80
"""A wrap as the chain sees it: a point, and what only the supervisors together can read."""


def share_of(index: int) -> bytes:
    """Return the secret share of a member, from 1."""
    secret, slope = (int.from_bytes(item, "little") for item in COEFFICIENTS)
    return ((secret + index * slope) % ORDER).to_bytes(32, "little")


def install(city: City, members: tuple[Actor, ...]) -> None:
    """Put a committee into force, and demand its wrap of every envelope."""
    commitments = tuple(suites.base_times(item) for item in COEFFICIENTS)
    ids = tuple(member.id for member in members)
    city.world.govern(CommitteeSet(1, THRESHOLD, ids, commitments))
    bound = confirmation_context(city.world.genesis_hash, 1, commitments[0])
    for index, member in enumerate(members, start=1):
        proof = threshold.prove_knowledge(bound, share_of(index), scalar(f"nonce {index}"))
        city.world.do(CommitteeConfirm(1, proof), member)
    city.world.govern(ParameterSet(ParameterName.SUPERVISOR_WRAP, 1, 0))
    city.world.wait(1_000)


def proven_share(city: City, case: bytes, asset: bytes, index: int) -> bytes:
    """Return the share that a member posts for an envelope."""
    statement = threshold.ShareStatement(
        context=audit_context(city.world.genesis_hash, case, asset),
        share_key=suites.base_times(share_of(index)),
        ephemeral=EPHEMERAL,
        inspector=INSPECTOR_KEY,
    )
    nonces = (scalar(f"first nonce {index}"), scalar(f"second nonce {index}"))
    sealed = threshold.seal_share(statement, share_of(index), scalar(f"mask {index}"), nonces)
    return sealed.encoded()
