"""Proofs of shares hold for what they were made for, and any bytes get an answer."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import suites
from ledger.threshold import (
    KNOWLEDGE_SIZE,
    SHARE_SIZE,
    ShareStatement,
    decode_share,
    is_share,
    knows,
    prove_knowledge,
    seal_share,
    share_key,
    weight_at_zero,
)

VECTOR = json.loads(
    (Path(__file__).parents[2] / "vectors" / "supervision.json").read_text(encoding="utf-8")
)


def scalar(number: int) -> bytes:
    """Return a scalar that looks like a secret."""
    return suites.hash_to_scalar(b"test", number.to_bytes(4, "big"))


STATEMENT = ShareStatement(bytes(32), *(suites.base_times(scalar(n)) for n in (1, 2, 3)))
SEALED = seal_share(STATEMENT, scalar(1), scalar(4), (scalar(5), scalar(6)))


def test_a_share_proves_its_whole_statement() -> None:
    """No part of the statement and of the share can be exchanged."""
    assert is_share(STATEMENT, SEALED)
    assert decode_share(SEALED.encoded()) == SEALED
    other = suites.base_times(scalar(9))
    for name in ("share_key", "ephemeral", "inspector"):
        assert not is_share(replace(STATEMENT, **{name: other}), SEALED)
    assert not is_share(replace(STATEMENT, context=b"\x01" * 32), SEALED)
    for position in range(0, SHARE_SIZE, 3):
        altered = bytearray(SEALED.encoded())
        altered[position] ^= 1
        assert not is_share(STATEMENT, decode_share(bytes(altered)))


@given(st.binary(min_size=SHARE_SIZE, max_size=SHARE_SIZE))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    assert not is_share(STATEMENT, decode_share(data))
    assert not knows(bytes(32), data[:33], data[:KNOWLEDGE_SIZE])


def test_a_scalar_has_one_form() -> None:
    """A scalar above the order would be a second form of the same proof."""
    order = 2**252 + 27742317777372353535851937790883648493
    answer = int.from_bytes(SEALED.share_answer, "little") + order
    assert not suites.is_scalar(answer.to_bytes(32, "little"))
    assert not is_share(STATEMENT, replace(SEALED, share_answer=answer.to_bytes(32, "little")))
    assert not suites.is_scalar(bytes(32))
    assert not suites.is_scalar(b"")


def test_the_neutral_element_is_no_point() -> None:
    """Points that cancel each other, and zero, stop a computation instead of giving a key."""
    image = suites.base_times(scalar(1))
    negative = suites.scalar_difference(bytes(32), scalar(1))
    neutral = suites.point_sum(image, suites.base_times(negative))
    assert not suites.is_admissible_key(neutral)
    with pytest.raises(suites.NoPoint):
        suites.point_times(scalar(2), neutral)
    with pytest.raises(suites.NoPoint):
        suites.base_times(bytes(32))
    with pytest.raises(suites.NoPoint):
        share_key((neutral, neutral), 1)


def test_weights_give_the_value_at_zero() -> None:
    """f(x) = 7 + 3x + 2x²: weighted values at 1, 4 and 5 give 7."""
    values = {x: 7 + 3 * x + 2 * x * x for x in (1, 4, 5)}
    total = bytes(32)
    for x, value in values.items():
        part = suites.scalar_product(weight_at_zero((1, 4, 5), x), suites.scalar_of(value))
        total = suites.scalar_sum(total, part)
    assert total == suites.scalar_of(7)


def test_golden_vector() -> None:
    """The bytes of a share and of a proof of a key hold."""
    part = {name: bytes.fromhex(text) for name, text in VECTOR.items() if name != "note"}
    ephemeral = b"\x01" + part["wrap"][:32]
    statement = ShareStatement(part["context"], part["joint_key"], ephemeral, part["inspector_key"])
    nonces = (part["share_nonce"], part["mask_nonce"])
    sealed = seal_share(statement, part["joint_secret"], part["mask"], nonces)
    assert sealed.encoded() == part["share"]
    assert is_share(statement, sealed)
    context = part["knowledge_context"]
    proof = prove_knowledge(context, part["joint_secret"], part["knowledge_nonce"])
    assert proof == part["knowledge_proof"]
    assert knows(context, part["joint_key"], proof)
