"""Keystore: one encrypted file for each secret key of a party, readable only with the passphrase.

File: canonical CBOR [version, kind, public key, operations, memory, salt, nonce, box]. The
passphrase goes through argon2id (RFC 9106) with the stated cost and salt; the box is the secret
under XChaCha20-Poly1305 with all fields before it as associated data, so that a public key cannot
be exchanged under an honest secret. Public keys are read without passphrase. Python cannot wipe
memory: a secret stays in the process that asked for it until that process ends.
"""

import re
import secrets
from dataclasses import dataclass
from enum import IntEnum, unique
from pathlib import Path

from nacl import bindings, exceptions

from ledger import shape, suites
from ledger.encoding import Value, decode, encode
from ledger.refusal import Code, Refused, require
from quancheng.bounded_files import read_bounded
from quancheng.kem import kem_key_of
from quancheng.passphrase import passphrase_bytes
from quancheng.private_files import (
    create_private_file,
    make_private_folder,
    replace_private_file,
)

VERSION = 1
SECRET_SIZE = 32
KEY_FILE_SIZE_MAX = 512
SUFFIX = ".key"

# A key file is input like any other: its stated cost must not exhaust the machine that opens it.
OPERATIONS_MAX = 16
MEMORY_MAX = 1024 * 1024 * 1024

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
_SALT_SIZE = bindings.crypto_pwhash_SALTBYTES
_NONCE_SIZE = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_BOX_SIZE = SECRET_SIZE + bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES
_BOX_KEY_SIZE = bindings.crypto_aead_xchacha20poly1305_ietf_KEYBYTES


@unique
class KeyKind(IntEnum):
    """What a secret is for; no key serves two purposes."""

    SIGN = 1
    KEM = 2
    WALLET_SEED = 3
    SHARE = 4
    INSPECTOR = 5
    """An inspector's, for the envelopes of one case."""
    VOTE = 6

    def public_key_of(self, secret: bytes) -> bytes:
        """Return the 33-byte public key of a secret of this kind; a wallet's seed has none."""
        match self:
            case KeyKind.SIGN | KeyKind.VOTE:
                return suites.public_key_of(secret)
            case KeyKind.KEM:
                return kem_key_of(secret)
            case KeyKind.WALLET_SEED:
                return b""
            case KeyKind.SHARE | KeyKind.INSPECTOR:
                return suites.base_times(secret)


@dataclass(frozen=True, slots=True)
class DerivationCost:
    """How dear one guess of a passphrase is: argon2id passes and bytes of memory."""

    operations: int
    memory: int


CAREFUL = DerivationCost(
    bindings.crypto_pwhash_argon2id_OPSLIMIT_MODERATE,
    bindings.crypto_pwhash_argon2id_MEMLIMIT_MODERATE,
)
"""For keys of people and organisations: 256 MiB, about half a second."""

QUICK = DerivationCost(
    bindings.crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE,
    bindings.crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE,
)
"""For services of a test network whose passphrase is random: 64 MiB, about a tenth of a second."""


class KeystoreError(Exception):
    """A key cannot be had; `name` says which one."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"key {name!r}: {reason}")
        self.name = name


class KeyMissing(KeystoreError):
    """The keystore has no key of this name."""


class KeyExists(KeystoreError):
    """A key of this name stands already and is not overwritten."""


class BadKeyName(KeystoreError):
    """The name is not one to three and sixty small letters, digits, dots and hyphens."""


class KeyFileDamaged(KeystoreError):
    """The file is not a key file of this version, or was altered."""


class WrongPassphrase(KeystoreError):
    """The passphrase does not open the file; an altered file cannot be told from that."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What a key file says without its passphrase."""

    name: str
    kind: KeyKind
    public_key: bytes


@dataclass(frozen=True, slots=True)
class _KeyFile:
    kind: KeyKind
    public_key: bytes
    cost: DerivationCost
    salt: bytes
    nonce: bytes
    box: bytes = b""

    def fields(self) -> list[Value]:
        return [
            VERSION,
            int(self.kind),
            self.public_key,
            self.cost.operations,
            self.cost.memory,
            self.salt,
            self.nonce,
        ]

    def box_key(self, passphrase: str) -> bytes:
        return bindings.crypto_pwhash_alg(
            _BOX_KEY_SIZE,
            passphrase_bytes(passphrase),
            self.salt,
            self.cost.operations,
            self.cost.memory,
            bindings.crypto_pwhash_ALG_ARGON2ID13,
        )


class Keystore:
    """The keys of one party in one folder that only its owner may enter."""

    def __init__(self, folder: Path, cost: DerivationCost = CAREFUL) -> None:
        self.folder = folder
        self._cost = cost

    def names(self) -> tuple[str, ...]:
        """Return the names of all keys, in order."""
        paths = self.folder.glob(f"*{SUFFIX}")
        return tuple(sorted(path.stem for path in paths if not path.name.startswith(".")))

    def public_key(self, name: str) -> PublicKey:
        """Return what a key file says openly; it is proven only when the secret is opened."""
        file = self._read(name)
        return PublicKey(name, file.kind, file.public_key)

    def create(self, name: str, kind: KeyKind, passphrase: str) -> PublicKey:
        """Make a fresh key and return its public part."""
        return self.add(name, kind, secrets.token_bytes(SECRET_SIZE), passphrase)

    def add(self, name: str, kind: KeyKind, secret: bytes, passphrase: str) -> PublicKey:
        """Store a secret that was made elsewhere; an existing key is never overwritten."""
        path = self._path(name)
        make_private_folder(self.folder)
        public_key = kind.public_key_of(secret)
        try:
            create_private_file(path, sealed_key_file(kind, secret, passphrase, self._cost))
        except FileExistsError as error:
            raise KeyExists(name, "stands already and is not overwritten") from error
        return PublicKey(name, kind, public_key)

    def secret(self, name: str, passphrase: str) -> bytes:
        """Return the 32 secret bytes of a key. Costs one argon2id derivation."""
        file = self._read(name)
        try:
            secret = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
                file.box, encode(file.fields()), file.nonce, file.box_key(passphrase)
            )
        except exceptions.CryptoError as error:
            raise WrongPassphrase(name, "wrong passphrase, or an altered file") from error
        if file.kind.public_key_of(secret) != file.public_key:
            raise KeyFileDamaged(name, "the public key does not belong to the secret")
        return secret

    def change_passphrase(self, name: str, old: str, new: str) -> None:
        """Seal a key anew under another passphrase; a crash leaves the old file or the new one."""
        kind = self._read(name).kind
        secret = self.secret(name, old)
        replace_private_file(self._path(name), sealed_key_file(kind, secret, new, self._cost))

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise BadKeyName(name, "use small letters, digits, dots and hyphens, at most 63")
        return self.folder / f"{name}{SUFFIX}"

    def _read(self, name: str) -> _KeyFile:
        path = self._path(name)
        try:
            data = read_bounded(path, KEY_FILE_SIZE_MAX)
        except FileNotFoundError as error:
            raise KeyMissing(name, f"not in {self.folder}") from error
        try:
            return _decode_key_file(data)
        except Refused as error:
            raise KeyFileDamaged(name, f"not a key file: {error.refusal.field}") from error


def sealed_key_file(kind: KeyKind, secret: bytes, passphrase: str, cost: DerivationCost) -> bytes:
    """Return the bytes of a key file. Costs one argon2id derivation."""
    assert len(secret) == SECRET_SIZE
    file = _KeyFile(
        kind,
        kind.public_key_of(secret),
        cost,
        secrets.token_bytes(_SALT_SIZE),
        secrets.token_bytes(_NONCE_SIZE),
    )
    box = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        secret, encode(file.fields()), file.nonce, file.box_key(passphrase)
    )
    return encode([*file.fields(), box])


def _decode_key_file(data: bytes) -> _KeyFile:
    version, kind, public_key, operations, memory, salt, nonce, box = shape.array(
        decode(data, size_max=KEY_FILE_SIZE_MAX), 8, "key file"
    )
    shape.constant(version, VERSION, "version")
    number = shape.unsigned(kind, "kind")
    require(number in set(KeyKind), Code.SCHEMA, "kind")
    cost = DerivationCost(
        shape.unsigned(operations, "operations", OPERATIONS_MAX),
        shape.unsigned(memory, "memory", MEMORY_MAX),
    )
    require(
        cost.operations >= bindings.crypto_pwhash_argon2id_OPSLIMIT_MIN, Code.SCHEMA, "operations"
    )
    require(cost.memory >= bindings.crypto_pwhash_argon2id_MEMLIMIT_MIN, Code.SCHEMA, "memory")
    return _KeyFile(
        KeyKind(number),
        shape.byte_string_up_to(public_key, "public key", suites.PUBLIC_KEY_SIZE),
        cost,
        shape.byte_string(salt, "salt", _SALT_SIZE),
        shape.byte_string(nonce, "nonce", _NONCE_SIZE),
        shape.byte_string(box, "box", _BOX_SIZE),
    )
