"""Audit opening: a member makes its share for an inspector; the inspector joins t of them.

The chain checks every share and learns nothing; see `chaincode.supervision.audits`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from chaincode.supervision.audits import audit_context
from chaincode.supervision.committees import confirmation_context
from ledger import suites, threshold
from ledger.envelope_header import EnvelopeHeader
from ledger.refusal import Code, Refused, require
from ledger.threshold import SHARE_SIZE, ShareStatement
from quancheng.dealing import random_scalar
from quancheng.envelope_supervision import ephemeral_of, open_supervision_wrap


@dataclass(frozen=True, slots=True)
class Opening:
    """Which envelope is opened under which case, and for whom."""

    genesis_hash: bytes
    case: bytes
    asset: bytes
    wrap: bytes
    inspector_key: bytes

    def statement(self, share_key: bytes) -> ShareStatement:
        """Return what a member's share is proven against."""
        return ShareStatement(
            context=audit_context(self.genesis_hash, self.case, self.asset),
            share_key=share_key,
            ephemeral=ephemeral_of(self.wrap),
            inspector=self.inspector_key,
        )


def new_inspector_secret() -> bytes:
    """Return a fresh secret scalar of an inspector, for one case."""
    return random_scalar()


def inspector_key_of(secret: bytes) -> bytes:
    """Return the key Q that a case names."""
    return suites.base_times(secret)


def confirm_share(genesis_hash: bytes, epoch: int, joint_key: bytes, share: bytes) -> bytes:
    """Return the proof of `committee.confirm`."""
    bound = confirmation_context(genesis_hash, epoch, joint_key)
    return threshold.prove_knowledge(bound, share, random_scalar())


def make_audit_share(opening: Opening, share: bytes) -> bytes:
    """Return the body's `share` of `audit.share`, made with a member's secret share."""
    statement = opening.statement(suites.base_times(share))
    nonces = (random_scalar(), random_scalar())
    return threshold.seal_share(statement, share, random_scalar(), nonces).encoded()


def joined_shares(
    opening: Opening, shares: Mapping[int, bytes], share_keys: tuple[bytes, ...], secret: bytes
) -> bytes:
    """Return K from shares by member number (from 1); refuse (E703) one that is not proven.

    `secret` is the inspector's. With fewer shares than the threshold K is another point, and the
    wrap does not open.
    """
    require(bool(shares), Code.BAD_SHARE, "shares")
    indices = sorted(shares)
    points = []
    for index in indices:
        require(0 < index <= len(share_keys), Code.BAD_SHARE, f"shares[{index}]")
        require(len(shares[index]) == SHARE_SIZE, Code.BAD_SHARE, f"shares[{index}]")
        sealed = threshold.decode_share(shares[index])
        proven = threshold.is_share(opening.statement(share_keys[index - 1]), sealed)
        require(proven, Code.BAD_SHARE, f"shares[{index}]")
        mask = suites.point_times(secret, sealed.masked_base)
        share = suites.point_difference(sealed.masked_share, mask)
        points.append(suites.point_times(threshold.weight_at_zero(indices, index), share))
    return threshold.sum_of_points(points)


def open_for_inspector(
    header: EnvelopeHeader,
    opening: Opening,
    shares: Mapping[int, bytes],
    committee: tuple[bytes, tuple[bytes, ...]],
    secret: bytes,
) -> bytes:
    """Return the content key; refuse too few shares (E506) and a stranger's secret (E106).

    `committee` is its joint key and its members' share keys, as the chain keeps them.
    """
    joint_key, share_keys = committee
    require(inspector_key_of(secret) == opening.inspector_key, Code.BAD_KEY, "secret")
    try:
        shared = joined_shares(opening, shares, share_keys, secret)
    except suites.NoPoint as error:
        raise Refused(Code.BAD_SHARE, "shares") from error
    return open_supervision_wrap(header, opening.wrap, joint_key, shared)
