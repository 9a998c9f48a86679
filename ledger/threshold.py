"""Keys that only t of n members use together: shares, what proves them, and how they join.

A joint polynomial f of degree t − 1 has the coefficients' images C_k = f_k·B in public. The joint
key is C_0; member i (from 1) has the share f(i), whose image anyone computes from the C_k. The
group is the prime-order one of Ed25519, the proofs are Schnorr's and Chaum and Pedersen's, made
non-interactive by a hash (Fiat and Shamir) that binds the whole statement and its context.

    knowledge     c ‖ z            of s with S = s·B
    share         u ‖ v ‖ c ‖ x ‖ y   u = k·B, v = s·E + k·Q; the same s is behind S = s·B

A share is sealed to the inspector's key Q: k·Q hides s·E from all but who knows the secret of Q.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger import suites
from ledger.suites import SCALAR_SIZE, NoPoint

MEMBERS_MAX = 16
"""Most members of a committee: its key images are computed in one transaction."""
KNOWLEDGE_SIZE = 2 * SCALAR_SIZE
SHARE_SIZE = 5 * SCALAR_SIZE

_KNOWLEDGE_TAG = b"qc/proof-of-key/v1"
_SHARE_TAG = b"qc/audit-share/v1"


@dataclass(frozen=True, slots=True)
class ShareStatement:
    """What a share is proven against: 33-byte points, and 32 bytes of context.

    `share_key` is the member's S, `ephemeral` the wrap's E, `inspector` the case's Q.
    """

    context: bytes
    share_key: bytes
    ephemeral: bytes
    inspector: bytes


@dataclass(frozen=True, slots=True)
class SealedShare:
    """One member's share of one wrap, sealed to the inspector, with its proof."""

    masked_base: bytes
    """u, a point."""
    masked_share: bytes
    """v, a point."""
    challenge: bytes
    share_answer: bytes
    mask_answer: bytes

    def encoded(self) -> bytes:
        """Return u ‖ v ‖ c ‖ x ‖ y, each of 32 bytes: the suite is that of the statement's keys."""
        scalars = self.challenge + self.share_answer + self.mask_answer
        return self.masked_base[1:] + self.masked_share[1:] + scalars


def decode_share(data: bytes) -> SealedShare:
    """Return the parts of SHARE_SIZE bytes; whether they prove anything is not checked here."""
    assert len(data) == SHARE_SIZE
    suite = bytes([suites.ED25519_SHA256])
    parts = [data[start : start + SCALAR_SIZE] for start in range(0, SHARE_SIZE, SCALAR_SIZE)]
    return SealedShare(suite + parts[0], suite + parts[1], parts[2], parts[3], parts[4])


def share_key(commitments: Sequence[bytes], index: int) -> bytes:
    """Return S_i, the image of member i's share (Horner's rule); raise NoPoint.

    About 60 µs for each commitment.
    """
    assert index > 0
    number = suites.scalar_of(index)
    image = commitments[-1]
    for commitment in reversed(commitments[:-1]):
        image = suites.point_sum(suites.point_times(number, image), commitment)
    return image


def sum_of_points(points: Sequence[bytes]) -> bytes:
    """Return the sum of at least one point; raise NoPoint."""
    total = points[0]
    for point in points[1:]:
        total = suites.point_sum(total, point)
    return total


def weight_at_zero(indices: Sequence[int], index: int) -> bytes:
    """Return Lagrange's weight of member `index` among distinct `indices` for the value f(0)."""
    upper = lower = suites.scalar_of(1)
    own = suites.scalar_of(index)
    for other in indices:
        if other != index:
            number = suites.scalar_of(other)
            upper = suites.scalar_product(upper, number)
            lower = suites.scalar_product(lower, suites.scalar_difference(number, own))
    return suites.scalar_product(upper, suites.scalar_inverse(lower))


def prove_knowledge(context: bytes, secret: bytes, nonce: bytes) -> bytes:
    """Return c ‖ z that proves knowledge of a secret scalar.

    `nonce` is a fresh secret scalar of which nothing else is made; used twice it gives the secret
    away.
    """
    image, mask = suites.base_times(secret), suites.base_times(nonce)
    challenge = suites.hash_to_scalar(_KNOWLEDGE_TAG, context, image, mask)
    return challenge + _answer(nonce, challenge, secret)


def knows(context: bytes, image: bytes, proof: bytes) -> bool:
    """Say whether a proof shows knowledge of the secret behind an image; total."""
    challenge, answer = proof[:SCALAR_SIZE], proof[SCALAR_SIZE:]
    if not (suites.is_scalar(challenge) and suites.is_scalar(answer)):
        return False
    if not suites.is_admissible_key(image):
        return False
    mask = _mask(suites.base_times(answer), challenge, image)
    return suites.hash_to_scalar(_KNOWLEDGE_TAG, context, image, mask) == challenge


def seal_share(
    statement: ShareStatement, share: bytes, mask: bytes, nonces: tuple[bytes, bytes]
) -> SealedShare:
    """Return a share of a wrap sealed to the inspector; `mask` and `nonces` are fresh scalars."""
    masked_base = suites.base_times(mask)
    masked_share = suites.point_sum(
        suites.point_times(share, statement.ephemeral),
        suites.point_times(mask, statement.inspector),
    )
    images = (
        suites.base_times(nonces[0]),
        suites.base_times(nonces[1]),
        suites.point_sum(
            suites.point_times(nonces[0], statement.ephemeral),
            suites.point_times(nonces[1], statement.inspector),
        ),
    )
    challenge = _share_challenge(statement, (masked_base, masked_share, *images))
    return SealedShare(
        masked_base,
        masked_share,
        challenge,
        _answer(nonces[0], challenge, share),
        _answer(nonces[1], challenge, mask),
    )


def is_share(statement: ShareStatement, sealed: SealedShare) -> bool:
    """Say whether a sealed share is the member's own of this wrap, for this inspector; total.

    About 0.5 ms.
    """
    points = (
        statement.share_key,
        statement.ephemeral,
        statement.inspector,
        sealed.masked_base,
        sealed.masked_share,
    )
    scalars = (sealed.challenge, sealed.share_answer, sealed.mask_answer)
    if not all(map(suites.is_admissible_key, points)) or not all(map(suites.is_scalar, scalars)):
        return False
    try:
        images = _share_images(statement, sealed)
    except NoPoint:
        return False
    parts = (sealed.masked_base, sealed.masked_share, *images)
    return _share_challenge(statement, parts) == sealed.challenge


def _share_images(statement: ShareStatement, sealed: SealedShare) -> tuple[bytes, bytes, bytes]:
    challenge = sealed.challenge
    both = suites.point_sum(
        suites.point_times(sealed.share_answer, statement.ephemeral),
        suites.point_times(sealed.mask_answer, statement.inspector),
    )
    return (
        _mask(suites.base_times(sealed.share_answer), challenge, statement.share_key),
        _mask(suites.base_times(sealed.mask_answer), challenge, sealed.masked_base),
        _mask(both, challenge, sealed.masked_share),
    )


def _share_challenge(statement: ShareStatement, parts: tuple[bytes, ...]) -> bytes:
    return suites.hash_to_scalar(
        _SHARE_TAG,
        statement.context,
        statement.share_key,
        statement.ephemeral,
        statement.inspector,
        *parts,
    )


def _answer(nonce: bytes, challenge: bytes, secret: bytes) -> bytes:
    return suites.scalar_sum(nonce, suites.scalar_product(challenge, secret))


def _mask(answer_image: bytes, challenge: bytes, image: bytes) -> bytes:
    """Return answer·B − challenge·image, which is the prover's mask where the proof is sound."""
    return suites.point_difference(answer_image, suites.point_times(challenge, image))
