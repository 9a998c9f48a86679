"""Whether grants cover what somebody wants to do now: the institutional half of every delivery."""

from collections.abc import Sequence
from dataclasses import dataclass

from chaincode.authorization.purposes import is_within
from chaincode.authorization.records import GRANTS, Grant, GrantStatus
from chaincode.registration.records import ProductClass
from chaincode.rights import Right
from chaincode.state import StateReader
from ledger.refusal import Code, require


@dataclass(frozen=True, slots=True)
class Undertaking:
    """What somebody wants to do: exercise a right on a product's sources, for a purpose if any."""

    kind: Right
    grantee: bytes
    resources: tuple[bytes, ...]
    product_class: ProductClass
    purpose: int | None


def require_covered(
    state: StateReader,
    grant_ids: Sequence[bytes],
    undertaking: Undertaking,
    *,
    now_ms: int,
    where: str,
) -> None:
    """Refuse what the grants together do not permit now.

    Without a grant, or with one of another kind or grantee: E301. With one that has not begun or
    has ended: E302. With a source, class or purpose that no grant covers: E303.
    """
    require(bool(grant_ids), Code.GRANT_MISSING, where)
    grants = []
    for grant_id in grant_ids:
        grant = GRANTS.get(state, grant_id)
        require(grant is not None, Code.GRANT_MISSING, where)
        assert grant is not None
        fits = grant.kind is undertaking.kind and grant.grantee == undertaking.grantee
        require(fits, Code.GRANT_MISSING, where)
        require(is_in_force(grant, now_ms), Code.GRANT_ENDED, where)
        grants.append(grant)
    for resource in undertaking.resources:
        covered = any(covers(state, grant, resource, undertaking) for grant in grants)
        require(covered, Code.OUT_OF_SCOPE, where)


def is_in_force(grant: Grant, now_ms: int) -> bool:
    """Say whether a grant is ACTIVE at a time, swept or not."""
    return grant.status is GrantStatus.ACTIVE and now_ms < grant.until_ms


def covers(state: StateReader, grant: Grant, resource: bytes, undertaking: Undertaking) -> bool:
    """Say whether a grant's scope holds a resource, with the class and purpose in question."""
    if resource not in grant.resources or undertaking.product_class not in grant.classes:
        return False
    purpose = undertaking.purpose
    return purpose is None or any(is_within(state, purpose, wider) for wider in grant.purposes)
