"""Generating the supervisors' key without a dealer: each member deals, each checks, all add up.

Member i draws a polynomial f_i of degree t − 1, publishes the images of its coefficients with a
proof that it knows f_i(0), and seals f_i(j) to every member j (Pedersen 1991; the proof, which
keeps anyone from choosing a key in answer to others', is that of Komlo and Goldberg, FROST 2020).
The joint polynomial is the sum; nobody ever holds f(0). A member who receives a wrong share refuses
and names who dealt it; the generation then begins anew, best without them.

Form: [[version, context, dealer, [commitment …], proof, [sealed share …]], signature]. `context` is
what the key is for: a chain and an epoch. The signature is the dealer party's own.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from ledger import shape, suites, threshold
from ledger.encoding import Value, decode, encode
from ledger.refusal import Code, Refused, require
from ledger.suites import POINT_SIZE, SCALAR_SIZE
from ledger.threshold import KNOWLEDGE_SIZE, MEMBERS_MAX

VERSION = 1
DEALING_SIZE_MAX = 16 * 1024
SEALED_SHARE_SIZE = SCALAR_SIZE + 48
"""A libsodium sealed box of a scalar."""

_TAG = b"qc/dealing/v1"
_SIGN_TAG = b"qc/dealing-sign/v1"
_CONTEXT_TAG = b"qc/dealing-context/v1"
_RANDOM_TAG = b"qc/random-scalar/v1"


@dataclass(frozen=True, slots=True)
class Member:
    """A supervisor's public keys: the party's signing key and its envelope key."""

    sign_key: bytes
    kem_key: bytes


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What the members agreed on before dealing; shares are numbered in the members' order."""

    context: bytes
    threshold: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Dealing:
    """What one member publishes. `dealer` counts from 1."""

    context: bytes
    dealer: int
    commitments: tuple[bytes, ...]
    proof: bytes
    shares: tuple[bytes, ...]
    signature: bytes = b""

    def encoded(self) -> bytes:
        """Return the canonical bytes of the dealing's file."""
        return encode([self._unsigned_value(), self.signature])

    def signing_bytes(self) -> bytes:
        """Return what the dealer signs."""
        return _SIGN_TAG + suites.tagged_hash(_TAG, encode(self._unsigned_value()))

    def _unsigned_value(self) -> Value:
        return [
            VERSION,
            self.context,
            self.dealer,
            list(self.commitments),
            self.proof,
            list(self.shares),
        ]


def ceremony_context(genesis_hash: bytes, epoch: int) -> bytes:
    """Return the context of the generation for an epoch of a chain."""
    return suites.tagged_hash(_CONTEXT_TAG, genesis_hash, epoch.to_bytes(4, "big"))


def random_scalar() -> bytes:
    """Return a fresh secret scalar."""
    return suites.hash_to_scalar(_RANDOM_TAG, secrets.token_bytes(2 * SCALAR_SIZE))


def deal(ceremony: Ceremony, sign_seed: bytes) -> Dealing:
    """Return the dealing of the member whose signing seed this is; its polynomial is forgotten."""
    dealer = _index_of(ceremony, suites.public_key_of(sign_seed))
    coefficients = [random_scalar() for _ in range(ceremony.threshold)]
    unsigned = Dealing(
        context=ceremony.context,
        dealer=dealer,
        commitments=tuple(map(suites.base_times, coefficients)),
        proof=threshold.prove_knowledge(
            _proof_context(ceremony, dealer), coefficients[0], random_scalar()
        ),
        shares=tuple(
            SealedBox(PublicKey(member.kem_key[1:])).encrypt(_value_at(coefficients, index + 1))
            for index, member in enumerate(ceremony.members)
        ),
    )
    return replace(unsigned, signature=suites.sign(sign_seed, unsigned.signing_bytes()))


def decode_dealing(data: bytes) -> Dealing:
    """Return the dealing of strict canonical bytes, or refuse with E006; nothing is proven yet."""
    unsigned, signature = shape.array(decode(data, size_max=DEALING_SIZE_MAX), 2, "dealing")
    version, context, dealer, commitments, proof, shares = shape.array(unsigned, 6, "dealing")
    shape.constant(version, VERSION, "dealing.version")
    return Dealing(
        context=shape.hash32(context, "context"),
        dealer=shape.unsigned(dealer, "dealer", MEMBERS_MAX),
        commitments=tuple(
            shape.byte_string(item, "commitments", POINT_SIZE)
            for item in shape.array_up_to(commitments, MEMBERS_MAX, "commitments")
        ),
        proof=shape.byte_string(proof, "proof", KNOWLEDGE_SIZE),
        shares=tuple(
            shape.byte_string(item, "shares", SEALED_SHARE_SIZE)
            for item in shape.array_up_to(shares, MEMBERS_MAX, "shares")
        ),
        signature=shape.byte_string(signature, "signature", suites.SIGNATURE_SIZE),
    )


def joint_commitments(ceremony: Ceremony, dealings: Sequence[Dealing]) -> tuple[bytes, ...]:
    """Return the joint polynomial's images from exactly one sound dealing of every member."""
    ordered = sorted(dealings, key=lambda item: item.dealer)
    dealers = [item.dealer for item in ordered]
    everyone = list(range(1, len(ceremony.members) + 1))
    require(dealers == everyone, Code.NOT_FOUND, "dealings")
    for dealing in ordered:
        _require_sound(ceremony, dealing)
    return tuple(
        threshold.sum_of_points(points)
        for points in zip(*(item.commitments for item in ordered), strict=True)
    )


def receive_share(
    ceremony: Ceremony, dealings: Sequence[Dealing], index: int, kem_secret: bytes
) -> bytes:
    """Return one's own share of the joint key, as member `index` from 1.

    Refuse (E703) a share that does not lie on its dealer's polynomial, naming the dealer.
    """
    joint_commitments(ceremony, dealings)
    total = bytes(SCALAR_SIZE)
    for dealing in dealings:
        where = f"dealings[{dealing.dealer}]"
        try:
            share = SealedBox(PrivateKey(kem_secret)).decrypt(dealing.shares[index - 1])
        except CryptoError as error:
            raise Refused(Code.BAD_SHARE, where) from error
        fits = suites.is_scalar(share) and suites.base_times(share) == threshold.share_key(
            dealing.commitments, index
        )
        require(fits, Code.BAD_SHARE, where)
        total = suites.scalar_sum(total, share)
    return total


def _require_sound(ceremony: Ceremony, dealing: Dealing) -> None:
    """Refuse another ceremony (E002), other counts (E006), bad signature (E001), proof (E703)."""
    where = f"dealings[{dealing.dealer}]"
    require(dealing.context == ceremony.context, Code.WRONG_CHAIN, f"{where}.context")
    counts = (len(dealing.commitments), len(dealing.shares))
    expected = (ceremony.threshold, len(ceremony.members))
    require(counts == expected, Code.SCHEMA, where)
    key = ceremony.members[dealing.dealer - 1].sign_key
    signed = suites.verify(key, dealing.signing_bytes(), dealing.signature)
    require(signed, Code.BAD_SIGNATURE, where)
    require(all(map(suites.is_admissible_key, dealing.commitments)), Code.BAD_KEY, where)
    bound = _proof_context(ceremony, dealing.dealer)
    known = threshold.knows(bound, dealing.commitments[0], dealing.proof)
    require(known, Code.BAD_SHARE, f"{where}.proof")


def _proof_context(ceremony: Ceremony, dealer: int) -> bytes:
    return ceremony.context + dealer.to_bytes(4, "big")


def _index_of(ceremony: Ceremony, sign_key: bytes) -> int:
    keys = [member.sign_key for member in ceremony.members]
    require(sign_key in keys, Code.NO_RIGHT, "members")
    return keys.index(sign_key) + 1


def _value_at(coefficients: Sequence[bytes], index: int) -> bytes:
    number = suites.scalar_of(index)
    value = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        value = suites.scalar_sum(suites.scalar_product(number, value), coefficient)
    return value
