"""A block's body is the one its header names, and its hash covers the header alone."""

from dataclasses import replace

import pytest
from hypothesis import given

from ledger import shape
from ledger.block import (
    EVIDENCE_MAX,
    EVIDENCE_SIZE_MAX,
    TRANSACTIONS_MAX,
    Block,
    decode_block,
    require_matching_body,
)
from ledger.certificate import CommitCertificate
from ledger.encoding import Value
from ledger.header import Header, header_from_value
from ledger.receipt import sweep_id
from ledger.refusal import Code, Refusal, Refused
from ledger.suites import ZERO_HASH
from ledger.transaction import TRANSACTION_SIZE_MAX
from tests.unit.ledger.strategies import CERTIFICATES, HEADERS, blocks


def code_of(block: Block) -> Code:
    try:
        require_matching_body(block)
    except Refused as refused:
        return refused.refusal.code
    return Code.OK


@given(blocks())
def test_a_body_cannot_be_changed(block: Block) -> None:
    """Transactions and evidence added, dropped, doubled or swapped are refused."""
    assert code_of(block) is Code.OK
    items, evidence = block.transactions, block.evidence
    others = [
        replace(block, transactions=(*items, b"x")),
        replace(block, evidence=(*evidence, b"x")),
    ]
    if items:
        others += [
            replace(block, transactions=items[:-1]),
            replace(block, transactions=(*items, items[-1])),
        ]
    if items != items[::-1]:
        others.append(replace(block, transactions=items[::-1]))
    for other in others:
        assert code_of(other) is Code.BAD_BODY
        with pytest.raises(Refused):
            decode_block(other.encoded())


@given(blocks(), CERTIFICATES)
def test_the_last_certificate_is_bound(block: Block, other: CommitCertificate) -> None:
    """Another certificate for the parent, or none, is another body."""
    if other != block.last_certificate:
        assert code_of(replace(block, last_certificate=other)) is Code.BAD_BODY
    if block.last_certificate is not None:
        assert code_of(replace(block, last_certificate=None)) is Code.BAD_BODY


@given(HEADERS)
def test_every_field_is_in_the_block_hash(header: Header) -> None:
    """Changing any field of a header changes the hash that is voted on."""
    values = list(shape.array(header.to_value(), 16, "header"))
    for position, value in enumerate(values[1:], start=1):
        other: Value = value ^ 1 if isinstance(value, int) else bytes(32)
        if other != value:
            changed = [*values[:position], other, *values[position + 1 :]]
            assert header_from_value(changed).hash() != header.hash()


EMPTY = header_from_value([1, ZERO_HASH, 1, 1, ZERO_HASH, 0, *[ZERO_HASH] * 6, 0, *[ZERO_HASH] * 3])


@pytest.mark.parametrize(
    ("block", "field"),
    [
        (Block(EMPTY, None, (b"",) * (TRANSACTIONS_MAX + 1)), "transactions"),
        (Block(EMPTY, None, (), (b"",) * (EVIDENCE_MAX + 1)), "evidence"),
        (Block(EMPTY, None, (bytes(TRANSACTION_SIZE_MAX + 1),)), "transactions"),
        (Block(EMPTY, None, (), (bytes(EVIDENCE_SIZE_MAX + 1),)), "evidence"),
    ],
)
def test_a_body_has_bounds(block: Block, field: str) -> None:
    """More or larger items than a block may hold are refused before anything is hashed."""
    with pytest.raises(Refused) as caught:
        decode_block(block.encoded())
    assert caught.value.refusal == Refusal(Code.SCHEMA, field)


def test_sweeps_have_ids_of_their_own() -> None:
    """Height and position make the id of a sweep."""
    ids = {sweep_id(height, position) for height in range(5) for position in range(5)}
    assert len(ids) == 25
