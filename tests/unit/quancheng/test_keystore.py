"""A secret key is on disk only encrypted, whole, and for its owner alone."""

import os
import stat
from pathlib import Path

import pytest

from ledger import suites
from ledger.encoding import decode, encode
from quancheng import passphrase
from quancheng.keystore import (
    BadKeyName,
    DerivationCost,
    KeyExists,
    KeyFileDamaged,
    KeyKind,
    KeyMissing,
    Keystore,
    WrongPassphrase,
)

CHEAP = DerivationCost(operations=1, memory=8_192)
SECRET = bytes(range(32))


@pytest.fixture
def keystore(tmp_path: Path) -> Keystore:
    """Return a keystore with one signing key under the passphrase `open`."""
    result = Keystore(tmp_path / "party", CHEAP)
    result.add("sign", KeyKind.SIGN, SECRET, "open")
    return result


def key_file(keystore: Keystore) -> Path:
    """Return the file of the one key."""
    return keystore.folder / "sign.key"


@pytest.mark.parametrize("kind", list(KeyKind))
def test_a_key_comes_back_with_its_passphrase(tmp_path: Path, kind: KeyKind) -> None:
    """Every kind of secret is stored and found; its public part is readable without passphrase."""
    keystore = Keystore(tmp_path, CHEAP)
    made = keystore.create("key", kind, "密码 passphrase")
    secret = keystore.secret("key", "密码 passphrase")
    assert kind.public_key_of(secret) == made.public_key
    assert keystore.public_key("key") == made
    assert keystore.names() == ("key",)


def test_the_secret_is_not_on_disk(keystore: Keystore) -> None:
    """Neither the secret nor its hexadecimal stands in the file, which is private."""
    data = key_file(keystore).read_bytes()
    assert SECRET not in data
    assert SECRET.hex().encode() not in data
    assert stat.S_IMODE(key_file(keystore).stat().st_mode) == 0o600
    assert stat.S_IMODE(keystore.folder.stat().st_mode) == 0o700


def test_a_wrong_passphrase_opens_nothing(keystore: Keystore) -> None:
    """A passphrase must match in every character; only its Unicode form may differ."""
    for wrong in ("", "Open", "open ", "ope"):
        with pytest.raises(WrongPassphrase):
            keystore.secret("sign", wrong)
    assert keystore.secret("sign", "ｏｐｅｎ") == SECRET


def test_every_altered_byte_is_noticed(keystore: Keystore) -> None:
    """No byte of a key file, the public key included, can change unnoticed."""
    path = key_file(keystore)
    data = path.read_bytes()
    for position in range(len(data)):
        altered = bytearray(data)
        altered[position] ^= 1
        path.write_bytes(altered)
        with pytest.raises((KeyFileDamaged, WrongPassphrase)):
            keystore.secret("sign", "open")


def test_a_public_key_cannot_be_exchanged(keystore: Keystore) -> None:
    """A well-formed file with another public key does not open, so nobody is tricked to use it."""
    path = key_file(keystore)
    fields = decode(path.read_bytes(), size_max=512)
    assert isinstance(fields, list)
    fields[2] = suites.public_key_of(b"\x09" * 32)
    path.write_bytes(encode(fields))
    assert keystore.public_key("sign").public_key == fields[2]
    with pytest.raises(WrongPassphrase):
        keystore.secret("sign", "open")


@pytest.mark.parametrize(("position", "value"), [(3, 17), (3, 0), (4, 2**40), (4, 1), (0, 2)])
def test_a_hostile_cost_or_version_is_refused(
    keystore: Keystore, position: int, value: int
) -> None:
    """A key file cannot make its reader spend unbounded time or memory."""
    path = key_file(keystore)
    fields = decode(path.read_bytes(), size_max=512)
    assert isinstance(fields, list)
    fields[position] = value
    path.write_bytes(encode(fields))
    with pytest.raises(KeyFileDamaged):
        keystore.secret("sign", "open")


def test_truncated_foreign_and_oversized_files_are_refused(keystore: Keystore) -> None:
    """Whatever stands in the file, the reader says that it is damaged."""
    path = key_file(keystore)
    data = path.read_bytes()
    for bad in (b"", data[:-1], data + b"\0", b"-----BEGIN KEY-----", bytes(100_000)):
        path.write_bytes(bad)
        with pytest.raises(KeyFileDamaged):
            keystore.public_key("sign")


def test_keys_are_never_overwritten(keystore: Keystore) -> None:
    """A second key of the same name is refused and leaves the first, and no scratch file."""
    with pytest.raises(KeyExists):
        keystore.create("sign", KeyKind.SIGN, "open")
    assert keystore.secret("sign", "open") == SECRET
    assert [path.name for path in keystore.folder.iterdir()] == ["sign.key"]


def test_names_stay_inside_the_folder(keystore: Keystore) -> None:
    """No name reaches another folder."""
    for name in ("../sign", "", ".hidden", "a/b", "A", "x" * 64):
        with pytest.raises(BadKeyName):
            keystore.secret(name, "open")
    with pytest.raises(KeyMissing):
        keystore.secret("other", "open")


def test_a_passphrase_can_be_changed(keystore: Keystore) -> None:
    """The new one opens, the old one does not, the key is the same."""
    keystore.change_passphrase("sign", "open", "new")
    assert keystore.secret("sign", "new") == SECRET
    with pytest.raises(WrongPassphrase):
        keystore.secret("sign", "open")
    with pytest.raises(WrongPassphrase):
        keystore.change_passphrase("sign", "open", "third")


def test_a_service_gets_its_passphrase_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the environment, which forgets it, or from a descriptor; an empty one is an error."""
    monkeypatch.setenv(passphrase.VARIABLE, "open")
    assert passphrase.from_environment() == "open"
    with pytest.raises(passphrase.PassphraseMissing):
        passphrase.from_environment()
    for written, expected in ((b"open\nrest", "open"), (b"", None), (b"\xff\n", None)):
        reading, writing = os.pipe()
        os.write(writing, written)
        os.close(writing)
        if expected is None:
            with pytest.raises(passphrase.PassphraseMissing):
                passphrase.from_descriptor(reading)
        else:
            assert passphrase.from_descriptor(reading) == expected
