"""Every signature is checked, once, and verdicts come in the order of the question."""

from collections.abc import Iterator

import pytest

from ledger.transaction import Transaction, has_valid_signatures
from node import verification
from node.verification import CHUNK_SIZE, SignatureVerifier
from tests.unit.node.signed import badly_signed, signed_transaction


@pytest.fixture
def verifier() -> Iterator[SignatureVerifier]:
    """Give a verifier with two workers."""
    made = SignatureVerifier(workers=2)
    yield made
    made.close()


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Note the tx_hash of each transaction whose signatures are really checked."""
    hashes: list[bytes] = []

    def noting(transaction: Transaction) -> bool:
        hashes.append(transaction.tx_hash)
        return has_valid_signatures(transaction)

    monkeypatch.setattr(verification, "has_valid_signatures", noting)
    return hashes


def test_verdicts_stand_where_their_transactions_stood(verifier: SignatureVerifier) -> None:
    """Among more transactions than a chunk holds, exactly the badly signed ones are found."""
    transactions = [signed_transaction(number) for number in range(2 * CHUNK_SIZE + 3)]
    bad = {0, CHUNK_SIZE - 1, CHUNK_SIZE, 2 * CHUNK_SIZE + 2}
    for index in bad:
        transactions[index] = badly_signed(transactions[index])
    assert verifier.verify(transactions) == [i not in bad for i in range(len(transactions))]


async def test_both_faces_share_what_they_know(
    verifier: SignatureVerifier, checked: list[bytes]
) -> None:
    """What was checked for gossip is not checked again for a block, whether good or bad."""
    good, bad = signed_transaction(1), badly_signed(signed_transaction(2))
    assert await verifier.verify_soon([good, bad]) == [True, False]
    assert verifier.verify([bad, good, good]) == [False, True, True]
    assert sorted(checked) == sorted([good.tx_hash, bad.tx_hash])


def test_another_signature_is_another_question(verifier: SignatureVerifier) -> None:
    """A verdict belongs to all bytes of a transaction, not to its tx_id."""
    good = signed_transaction(1)
    assert verifier.verify([good]) == [True]
    assert verifier.verify([badly_signed(good)]) == [False]


def test_the_memory_is_bounded(
    verifier: SignatureVerifier, checked: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the bound the oldest verdicts are forgotten, and their transactions checked again."""
    monkeypatch.setattr(verification, "VERDICTS_MAX", 5)
    transactions = [signed_transaction(number) for number in range(8)]
    assert all(verifier.verify(transactions))
    checked.clear()
    assert all(verifier.verify(transactions[3:]))
    assert checked == []
    assert all(verifier.verify(transactions[:3]))
    assert checked == [transaction.tx_hash for transaction in transactions[:3]]
