"""The file of the validator key, plain and sealed."""

from pathlib import Path

import pytest

from ledger import suites
from node.errors import BadHome, KeySealed
from node.signing import is_sealed, load_public_key, load_validator_key, seal_validator_key
from quancheng.keystore import DerivationCost, KeyKind, Keystore
from quancheng.passphrase import PassphraseMissing

CHEAP = DerivationCost(operations=1, memory=8_192)
SEED = bytes(range(32))
PUBLIC = suites.public_key_of(SEED)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the file of a plain key."""
    path = tmp_path / "validator.key"
    path.write_text(SEED.hex() + "\n")
    return path


def refuse() -> str:
    """Give no passphrase."""
    raise PassphraseMissing("this test")


def test_a_plain_key_needs_no_passphrase(path: Path) -> None:
    key = load_validator_key(path, refuse)
    assert key is not None
    assert suites.verify(PUBLIC, b"vote", key.sign(b"vote"))
    assert not is_sealed(path)


def test_a_sealed_key_signs_the_same_with_its_passphrase_alone(path: Path) -> None:
    assert seal_validator_key(path, "right", CHEAP) == PUBLIC
    assert is_sealed(path)
    assert SEED not in path.read_bytes()
    key = load_validator_key(path, lambda: "right")
    assert key is not None
    assert suites.verify(PUBLIC, b"vote", key.sign(b"vote"))
    with pytest.raises(KeySealed, match="does not open it"):
        load_validator_key(path, lambda: "wrong")
    with pytest.raises(KeySealed, match="no passphrase came"):
        load_validator_key(path, refuse)


def test_the_public_part_is_read_without_passphrase_and_never_signs(path: Path) -> None:
    plain = load_public_key(path)
    seal_validator_key(path, "right", CHEAP)
    for key in (plain, load_public_key(path)):
        assert key is not None
        assert key.public_key == PUBLIC
        with pytest.raises(AssertionError):
            key.sign(b"vote")


def test_a_missing_file_is_a_node_that_follows(tmp_path: Path) -> None:
    path = tmp_path / "validator.key"
    assert load_validator_key(path, refuse) is None
    assert load_public_key(path) is None
    assert not is_sealed(path)


def test_only_a_plain_key_is_sealed(path: Path, tmp_path: Path) -> None:
    seal_validator_key(path, "right", CHEAP)
    with pytest.raises(BadHome, match="sealed already"):
        seal_validator_key(path, "again", CHEAP)
    with pytest.raises(BadHome, match="missing"):
        seal_validator_key(tmp_path / "none.key", "right", CHEAP)


def test_a_key_for_another_purpose_does_not_vote(tmp_path: Path) -> None:
    """A party's signing key in the place of the validator key is refused, whoever knows it."""
    Keystore(tmp_path, CHEAP).add("validator", KeyKind.SIGN, SEED, "right")
    with pytest.raises(BadHome, match="neither"):
        load_validator_key(tmp_path / "validator.key", lambda: "right")


@pytest.mark.parametrize("data", [b"", b"no key", SEED.hex().encode()[:-2], bytes(600)])
def test_what_is_no_key_is_named(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    for read in (load_validator_key, load_public_key):
        with pytest.raises(BadHome, match="neither"):
            read(path)
