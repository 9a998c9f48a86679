"""What a wallet seed gives for its n-th matter: pseudonym key, envelope key and salt.

Each is BLAKE2b(key = seed, label ‖ n as u64); for the key of a carried envelope the line's id
stands behind it. Two pseudonyms of one person look like two strangers, to the chain and to the
parties; the seed alone brings all of them back.
"""

import hashlib
from dataclasses import dataclass

from ledger import suites
from quancheng.kem import kem_key_of

SEED_SIZE = 32

_SIGN_LABEL = b"qc/wallet-sign/v1"
_KEM_LABEL = b"qc/wallet-kem/v1"
_SALT_LABEL = b"qc/wallet-salt/v1"
_RECORDS_LABEL = b"qc/wallet-records/v1"
_CARRY_LABEL = b"qc/wallet-carry/v1"
_IDENTITY_LABEL = b"qc/identity/v1"


@dataclass(frozen=True, slots=True)
class MatterKeys:
    """The secrets of one matter."""

    index: int
    sign_seed: bytes
    kem_secret: bytes
    salt: bytes

    @property
    def sid(self) -> bytes:
        """The 33-byte pseudonym key that signs consents."""
        return suites.public_key_of(self.sign_seed)

    @property
    def kem_key(self) -> bytes:
        """The 33-byte envelope key for the person's own copy."""
        return kem_key_of(self.kem_secret)

    def identity_commitment(self, identity: str) -> bytes:
        """Return the commitment to an identity number under this matter's salt."""
        return identity_commitment(self.salt, identity)


def identity_commitment(salt: bytes, identity: str) -> bytes:
    """Return the commitment to an identity number, which only the identity authority can check.

    Salted afresh for each matter: unsalted, a city's identity numbers are guessed in minutes.
    """
    data = _IDENTITY_LABEL + identity.encode()
    return hashlib.blake2b(data, digest_size=32, key=salt).digest()


def matter_keys(seed: bytes, index: int) -> MatterKeys:
    """Return the keys of the matter of an index from 0."""
    number = index.to_bytes(8, "big")
    return MatterKeys(
        index,
        _derived(seed, _SIGN_LABEL + number),
        _derived(seed, _KEM_LABEL + number),
        _derived(seed, _SALT_LABEL + number),
    )


def carry_key(seed: bytes, index: int, line_id: bytes) -> bytes:
    """Return the content key of what is carried to a line in the matter of an index.

    It can be had again for the release, which comes later, and serves one envelope: a line has one.
    """
    return _derived(seed, _CARRY_LABEL + index.to_bytes(8, "big") + line_id)


def records_key(seed: bytes) -> bytes:
    """Return the key under which the wallet notes which matters it has, itself a secret."""
    return _derived(seed, _RECORDS_LABEL)


def _derived(seed: bytes, data: bytes) -> bytes:
    assert len(seed) == SEED_SIZE
    return hashlib.blake2b(data, digest_size=32, key=seed).digest()
