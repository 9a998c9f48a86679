"""The validator set: who votes at a height, in the order that gives every validator its index."""

from collections.abc import Iterable
from dataclasses import dataclass

from ledger import shape, suites
from ledger.encoding import Value, encode
from ledger.merkle import merkle_root
from ledger.quorum import quorum
from ledger.refusal import Code, require

VALIDATORS_MAX = 256

_TAG = b"qc/validators/v1"


@dataclass(frozen=True, slots=True, order=True)
class Validator:
    """One voting key and the organisation (32-byte id) that runs it."""

    public_key: bytes
    organisation: bytes


@dataclass(frozen=True, slots=True)
class ValidatorSet:
    """Validators in ascending order of their public keys.

    Equal epochs of one chain mean equal sets.
    """

    epoch: int
    members: tuple[Validator, ...]

    @property
    def size(self) -> int:
        """How many validators vote."""
        return len(self.members)

    @property
    def quorum(self) -> int:
        """How many of them decide."""
        return quorum(len(self.members))

    def index_of(self, public_key: bytes) -> int | None:
        """Return the index of a key, or None for a key that does not vote."""
        for index, member in enumerate(self.members):
            if member.public_key == public_key:
                return index
        return None

    def hash(self) -> bytes:
        """Return H(qc/validators/v1, n as u32 ‖ RFC 6962 root of [public key, organisation])."""
        leaves = [encode([member.public_key, member.organisation]) for member in self.members]
        return suites.tagged_hash(_TAG, len(leaves).to_bytes(4, "big"), merkle_root(leaves))

    def to_value(self) -> Value:
        """Return the set as a canonical value: [epoch, [[public key, organisation] …]]."""
        return [self.epoch, [[member.public_key, member.organisation] for member in self.members]]


def validator_set(epoch: int, members: Iterable[Validator]) -> ValidatorSet:
    """Return a set in canonical order; refuse an empty, too large or repeating one."""
    ordered = tuple(sorted(members))
    keys = [member.public_key for member in ordered]
    require(0 < len(keys) == len(set(keys)) <= VALIDATORS_MAX, Code.SCHEMA, "validators")
    return ValidatorSet(epoch, ordered)


def validator_set_from_value(value: Value) -> ValidatorSet:
    """Return the set of a decoded canonical value; refuse another order than the canonical one."""
    epoch, rows = shape.array(value, 2, "validators")
    members = []
    for row in shape.array_up_to(rows, VALIDATORS_MAX, "validators"):
        public_key, organisation = shape.array(row, 2, "validators")
        members.append(
            Validator(
                shape.byte_string(public_key, "validators.public_key", suites.PUBLIC_KEY_SIZE),
                shape.hash32(organisation, "validators.organisation"),
            )
        )
    result = validator_set(shape.unsigned(epoch, "validators.epoch"), members)
    require(list(result.members) == members, Code.SCHEMA, "validators")
    return result
