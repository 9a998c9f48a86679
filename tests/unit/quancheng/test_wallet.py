"""One seed, unlinkable pseudonyms, and no consent signed unseen."""

import json
from pathlib import Path

import pytest

from ledger.refusal import Code, Refused
from ledger.transaction import UnsignedTransaction, has_valid_signatures
from quancheng.keystore import DerivationCost, WrongPassphrase
from quancheng.notice import ConsentTerms, notice_hash
from quancheng.wallet import (
    RECOVERY_GAP,
    Wallet,
    WalletDamaged,
    create_wallet,
    open_wallet,
)
from quancheng.wallet_keys import matter_keys

VECTORS = Path(__file__).parents[2] / "vectors" / "wallet.json"
CHEAP = DerivationCost(operations=1, memory=8_192)
SEED = bytes(range(32))
TERMS = ConsentTerms(
    (("使用方", "泉城银行"), ("用途", "授信评估")), "本机构将查询您的公积金缴存信息。"
)
REGISTERED = notice_hash(TERMS.notice_text)


@pytest.fixture
def wallet(tmp_path: Path) -> Wallet:
    """Return a wallet of a known seed."""
    return create_wallet(tmp_path / "wallet", "passphrase", SEED, CHEAP)


def unsigned(type_name: str, sid: bytes) -> UnsignedTransaction:
    """Return a transaction that a pseudonym is to sign."""
    return UnsignedTransaction(b"\x01" * 32, type_name, b"\x02" * 16, 1, (sid,), [b"\x03" * 32])


def refusal_code(wallet: Wallet, type_name: str, sid: bytes) -> Code:
    """Sign what must be refused and return the code."""
    with pytest.raises(Refused) as caught:
        wallet.sign(unsigned(type_name, sid))
    return caught.value.refusal.code


def test_golden_vector() -> None:
    """The derivation from the seed never changes: a restored wallet finds its pseudonyms."""
    vector = json.loads(VECTORS.read_text(encoding="utf-8"))
    for row in vector["matters"]:
        keys = matter_keys(bytes.fromhex(vector["seed"]), row["index"])
        assert keys.sid.hex() == row["sid"]
        assert keys.kem_key.hex() == row["kem_key"]
        assert keys.salt.hex() == row["salt"]
        commitment = keys.identity_commitment(vector["identity"])
        assert commitment.hex() == row["identity_commitment"]
    assert notice_hash(vector["notice"]).hex() == vector["notice_hash"]


def test_every_matter_has_keys_of_its_own(wallet: Wallet) -> None:
    """No key, salt or commitment of one matter appears in another one."""
    matters = [wallet.begin_matter(f"matter {index}") for index in range(8)]
    for name in ("sid", "kem_key", "salt", "sign_seed", "kem_secret"):
        assert len({getattr(item, name) for item in matters}) == 8
    assert len({item.identity_commitment("370100000000000000") for item in matters}) == 8


def test_matters_survive_and_are_not_readable(wallet: Wallet, tmp_path: Path) -> None:
    """The list comes back with the passphrase; without it neither notes nor pseudonyms are seen."""
    keys = wallet.begin_matter("贷款申请")
    again = open_wallet(tmp_path / "wallet", "passphrase")
    assert [(item.sid, item.note) for item in again.matters] == [(keys.sid, "贷款申请")]
    stored = b"".join(path.read_bytes() for path in (tmp_path / "wallet").iterdir())
    assert "贷款".encode() not in stored
    assert keys.sid not in stored
    assert keys.sid[1:] not in stored
    with pytest.raises(WrongPassphrase):
        open_wallet(tmp_path / "wallet", "guess")


def test_an_altered_list_is_noticed(wallet: Wallet, tmp_path: Path) -> None:
    """One flipped byte or a missing end is damage, not an empty wallet."""
    wallet.begin_matter("a")
    path = tmp_path / "wallet" / "matters.qc"
    data = path.read_bytes()
    for bad in (data[:-1] + bytes([data[-1] ^ 1]), data[:10], b""):
        path.write_bytes(bad)
        with pytest.raises(WalletDamaged):
            Wallet(tmp_path / "wallet", SEED)


def test_a_grant_is_signed_only_after_the_person_saw_the_registered_notice(wallet: Wallet) -> None:
    """The text reaches the person whole; yes gives a valid signature, no gives nothing."""
    grant = unsigned("consent.grant", wallet.begin_matter("loan").sid)
    seen: list[str] = []

    def yes(text: str) -> bool:
        seen.append(text)
        return True

    signed = wallet.answer(grant, TERMS, REGISTERED, yes)
    assert signed is not None
    assert has_valid_signatures(signed)
    assert TERMS.notice_text in seen[0]
    assert "泉城银行" in seen[0]
    assert wallet.answer(grant, TERMS, REGISTERED, lambda _: False) is None


def test_another_text_than_the_registered_is_not_even_shown(wallet: Wallet) -> None:
    """A notice that differs in one character is refused before anybody is asked."""
    grant = unsigned("consent.grant", wallet.begin_matter("loan").sid)
    altered = ConsentTerms(TERMS.lines, TERMS.notice_text + " ")

    def never(text: str) -> bool:
        raise AssertionError(text)

    with pytest.raises(Refused) as caught:
        wallet.answer(grant, altered, REGISTERED, never)
    assert caught.value.refusal.code is Code.NOTICE_MISSING


def test_no_grant_goes_around_the_notice(wallet: Wallet) -> None:
    """Signing directly works for a revocation, not for a grant, and not as a stranger."""
    sid = wallet.begin_matter("loan").sid
    assert has_valid_signatures(wallet.sign(unsigned("consent.revoke", sid)))
    assert refusal_code(wallet, "consent.grant", sid) is Code.NOTICE_MISSING
    assert refusal_code(wallet, "consent.revoke", b"\x01" + bytes(32)) is Code.NOT_FOUND
    with pytest.raises(Refused):
        wallet.answer(unsigned("consent.revoke", sid), TERMS, REGISTERED, lambda _: True)


def test_a_restored_seed_finds_its_matters(wallet: Wallet, tmp_path: Path) -> None:
    """Recovery passes over gaps shorter than the limit and stops after it."""
    used = {0, 3, 3 + RECOVERY_GAP}
    unreachable = 3 + 2 * RECOVERY_GAP + 1
    bound = {matter_keys(SEED, index).sid for index in used | {unreachable}}
    restored = create_wallet(tmp_path / "restored", "other", SEED, CHEAP)
    assert restored.recover(lambda keys: keys.sid in bound) == len(used)
    assert {item.index for item in restored.matters} == used
    fresh = restored.begin_matter("new")
    assert fresh.sid not in bound
    assert wallet.matters == ()
