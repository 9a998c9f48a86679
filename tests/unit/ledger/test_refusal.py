"""Refusals are stable numbers that travel as values."""

import pytest

from ledger.refusal import Code, Refusal, Refused, require


def test_labels_are_e_and_three_digits() -> None:
    """People see E307, the same in every place."""
    assert Code.CONSENT_EXHAUSTED.label == "E307"
    assert Code.BAD_SIGNATURE.label == "E001"
    assert all(len(code.label) == 4 for code in Code)


def test_the_codes_that_others_rely_on_keep_their_numbers() -> None:
    """Receipts of old blocks carry these numbers; a number never changes its meaning."""
    numbers = {
        Code.OK: 0,
        Code.BAD_SIGNATURE: 1,
        Code.WRONG_CHAIN: 2,
        Code.EXPIRED: 4,
        Code.DUPLICATE: 5,
        Code.SCHEMA: 6,
        Code.NO_RIGHT: 7,
        Code.FROZEN: 9,
        Code.CONSENT_EXHAUSTED: 307,
        Code.WRONG_PURPOSE: 308,
        Code.NOT_RECEIVER: 513,
        Code.BAD_PROOF: 805,
        Code.BAD_CERTIFICATE: 901,
        Code.BAD_EVIDENCE_FILE: 904,
    }
    assert {code: int(code) for code in numbers} == numbers


def test_a_rule_that_holds_is_silent_and_one_that_does_not_says_which() -> None:
    """`require` raises a refusal with code and field, or nothing."""
    require(condition=True, code=Code.SCHEMA, field="field")
    with pytest.raises(Refused, match="E006 SCHEMA lines") as caught:
        require(condition=False, code=Code.SCHEMA, field="lines[0]")
    assert caught.value.refusal == Refusal(Code.SCHEMA, "lines[0]")
