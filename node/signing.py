"""The validator key of a node, and its file: a hexadecimal seed, or the same sealed.

A sealed file is one of the keystore (argon2id, XChaCha20-Poly1305): whoever copies the disk, or a
backup of it, gets no key. Its public part is read without the passphrase.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from ledger import suites
from node.errors import BadHome, KeySealed
from quancheng.bounded_files import read_bounded
from quancheng.keystore import (
    CAREFUL,
    KEY_FILE_SIZE_MAX,
    DerivationCost,
    KeyKind,
    Keystore,
    KeystoreError,
    WrongPassphrase,
    sealed_key_file,
)
from quancheng.passphrase import PassphraseMissing
from quancheng.private_files import replace_private_file

Unlock: TypeAlias = Callable[[], str]
"""Gives the passphrase of a sealed key, or raises PassphraseMissing."""


@dataclass(frozen=True, slots=True)
class ValidatorKey:
    """A public key and the function that signs with the secret one, which nothing else holds."""

    public_key: bytes
    sign: Callable[[bytes], bytes]


def no_passphrase() -> str:
    """Say that there is none."""
    raise PassphraseMissing("this call")


def load_validator_key(path: Path, unlock: Unlock = no_passphrase) -> ValidatorKey | None:
    """Read a key file, sealed or not; None where there is none: the node only follows.

    Unsealing costs one argon2id derivation, half a second.
    """
    data = _read(path)
    if data is None:
        return None
    seed = _plain_seed(data) or _unsealed_seed(path, unlock)
    return ValidatorKey(suites.public_key_of(seed), partial(suites.sign, seed))


def load_public_key(path: Path) -> ValidatorKey | None:
    """Read the public part of a key file, for whoever looks at a node and never signs."""
    data = _read(path)
    if data is None:
        return None
    seed = _plain_seed(data)
    public_key = _sealed_public_key(path) if seed is None else suites.public_key_of(seed)
    return ValidatorKey(public_key, _never_sign)


def is_sealed(path: Path) -> bool:
    """Say whether a key file is there and needs a passphrase."""
    data = _read(path)
    return data is not None and _plain_seed(data) is None


def require_plain_key(path: Path) -> bytes:
    """Return the seed of a key file that is not sealed; raise BadHome for any other."""
    data = _read(path)
    seed = None if data is None else _plain_seed(data)
    if seed is None:
        problem = "is missing" if data is None else "is sealed already"
        raise BadHome(path, problem, "Only a plain validator key can be sealed.")
    return seed


def seal_validator_key(path: Path, passphrase: str, cost: DerivationCost = CAREFUL) -> bytes:
    """Encrypt a plain key file in its place; return the public key.

    A crash leaves the old file or the new one. The disk may still hold the old bytes somewhere.
    """
    seed = require_plain_key(path)
    replace_private_file(path, sealed_key_file(KeyKind.VOTE, seed, passphrase, cost))
    return suites.public_key_of(seed)


def _read(path: Path) -> bytes | None:
    try:
        return read_bounded(path, KEY_FILE_SIZE_MAX)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadHome(path, f"cannot be read: {error.strerror}", "Mend its permissions.") from error


def _plain_seed(data: bytes) -> bytes | None:
    """Return the seed that a file holds openly, None where it does not."""
    try:
        seed = bytes.fromhex(data.decode("ascii").strip())
    except ValueError:
        return None
    return seed if len(seed) == suites.SEED_SIZE else None


def _sealed_public_key(path: Path) -> bytes:
    try:
        found = Keystore(path.parent).public_key(path.stem)
    except KeystoreError as error:
        raise _no_key(path) from error
    if found.kind is not KeyKind.VOTE:
        raise _no_key(path)
    return found.public_key


def _unsealed_seed(path: Path, unlock: Unlock) -> bytes:
    _sealed_public_key(path)
    try:
        return Keystore(path.parent).secret(path.stem, unlock())
    except PassphraseMissing as error:
        raise KeySealed(path, f"no passphrase came: {error}") from error
    except WrongPassphrase as error:
        raise KeySealed(path, "the passphrase does not open it, or the file was altered") from error
    except KeystoreError as error:
        raise _no_key(path) from error


def _no_key(path: Path) -> BadHome:
    problem = f"holds neither {suites.SEED_SIZE} bytes in hexadecimal nor a sealed validator key"
    return BadHome(path, problem, "Restore the key of this validator.")


def _never_sign(_: bytes) -> bytes:
    raise AssertionError("only the public part of this key was read")
