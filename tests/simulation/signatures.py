"""Keys of a simulated validator: keyed hashes by default, Ed25519 where asked for.

A keyed hash stands for a signature because the code of one node is never given another node's
secret.
"""

import hashlib
from dataclasses import dataclass

from consensus.signer_guard import Sign
from consensus.verification import Verify
from ledger import suites
from ledger.validators import Validator, ValidatorSet, validator_set

_SUITE = bytes([suites.ED25519_SHA256])


@dataclass(frozen=True, slots=True)
class Keys:
    """The public keys of a cluster, how each signs, and how all verify."""

    public: tuple[bytes, ...]
    sign: tuple[Sign, ...]
    verify: Verify


def make_keys(size: int, *, real: bool) -> Keys:
    """Return keys whose public parts ascend, so that node i is validator i."""
    seeds = [hashlib.sha256(b"validator %d" % index).digest() for index in range(size)]
    if real:
        seeds.sort(key=suites.public_key_of)
        public = tuple(suites.public_key_of(seed) for seed in seeds)
        return Keys(public, tuple(_real_sign(seed) for seed in seeds), suites.verify)
    public = tuple(_SUITE + bytes([index]) + seed[1:] for index, seed in enumerate(seeds))
    secrets = {key: hashlib.sha256(seed).digest() for key, seed in zip(public, seeds, strict=True)}

    def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
        return signature == _keyed(secrets[public_key], message)

    return Keys(public, tuple(_symbolic_sign(secrets[key]) for key in public), verify)


def _real_sign(seed: bytes) -> Sign:
    return lambda message: suites.sign(seed, message)


def _symbolic_sign(secret: bytes) -> Sign:
    return lambda message: _keyed(secret, message)


def _keyed(secret: bytes, message: bytes) -> bytes:
    return _SUITE + hashlib.blake2b(message, key=secret, digest_size=64).digest()


def validator_set_of(keys: Keys) -> ValidatorSet:
    """Return the set in which node i has index i."""
    return validator_set(0, (Validator(key, key[1:]) for key in keys.public))
