"""A payload is bound by its header, has one encoding, and is refused in every other form."""

from contextlib import suppress
from dataclasses import replace

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.block import EVIDENCE_MAX, Block
from ledger.certificate import CommitCertificate, last_certificate_hash
from ledger.refusal import Code, Refused
from ledger.roots import EVIDENCE_TAG, TRANSACTIONS_TAG, list_root
from ledger.suites import HASH_SIZE, SIGNATURE_SIZE, ZERO_HASH
from node.payload import PAYLOAD_SIZE_MAX, compact_block, decode_payload
from tests.unit.node.chain_world import World
from tests.unit.node.signed import signed_transaction

HEADER = World().proposed().header
CERTIFICATE = CommitCertificate(7, 0, ZERO_HASH, ((0, bytes(SIGNATURE_SIZE)),))


def block_of(
    count: int, *, certificate: CommitCertificate | None = CERTIFICATE, evidence: int = 0
) -> Block:
    """Return a block of some transactions whose header fits its body."""
    transactions = [signed_transaction(number) for number in range(count)]
    items = tuple(bytes([number]) for number in range(evidence))
    hashes = [transaction.tx_hash for transaction in transactions]
    header = replace(
        HEADER,
        transaction_root=list_root(TRANSACTIONS_TAG, hashes),
        evidence_root=list_root(EVIDENCE_TAG, items),
        last_certificate_hash=last_certificate_hash(certificate),
    )
    return Block(header, certificate, tuple(item.data for item in transactions), items)


@pytest.mark.parametrize("count", [0, 1, 5])
@pytest.mark.parametrize("certificate", [None, CERTIFICATE])
def test_a_payload_becomes_the_block_again(
    count: int, certificate: CommitCertificate | None
) -> None:
    """With all transactions at hand the block is whole; what is missing is named in its order."""
    block = block_of(count, certificate=certificate, evidence=2)
    compact = decode_payload(compact_block(block).encoded())
    pool = dict(zip(compact.transaction_hashes, block.transactions, strict=True))

    def find(tx_hash: bytes) -> bytes | None:
        return pool.get(tx_hash)

    assert compact.missing(find) == []
    assert compact.assemble(find) == block
    assert compact.missing(lambda _: None) == list(compact.transaction_hashes)
    assert compact.assemble(lambda _: None) == (block if count == 0 else None)


def test_a_payload_that_does_not_fit_its_header_is_refused() -> None:
    """Other transactions, evidence or another certificate than the header names give E903."""
    compact = compact_block(block_of(2, evidence=1))
    for other in (
        replace(compact, transaction_hashes=compact.transaction_hashes[::-1]),
        replace(compact, evidence=()),
        replace(compact, last_certificate=None),
        replace(compact, last_certificate=replace(CERTIFICATE, view=1)),
    ):
        with pytest.raises(Refused) as refused:
            decode_payload(other.encoded())
        assert refused.value.refusal.code is Code.BAD_BODY


def test_another_encoding_of_the_same_payload_is_refused() -> None:
    """Longer forms of MessagePack and trailing bytes give E006."""
    data = compact_block(block_of(1)).encoded()
    longer = b"\xdc\x00\x04" + data[1:]
    assert msgpack.unpackb(longer) == msgpack.unpackb(data)
    for other in (longer, data + b"\xc0", data[:-1]):
        with pytest.raises(Refused) as refused:
            decode_payload(other)
        assert refused.value.refusal.code is Code.SCHEMA


@pytest.mark.parametrize(
    "parts",
    [
        [b"", b"", b""],
        {"header": b""},
        ["text", b"", b"", []],
        [b"", b"", bytes(HASH_SIZE + 1), []],
        [b"", b"", b"", [b""] * (EVIDENCE_MAX + 1)],
        [b"", b"", b"", ["text"]],
        7,
    ],
)
def test_other_shapes_are_refused(parts: object) -> None:
    """Whatever is no payload gives E006."""
    with pytest.raises(Refused) as refused:
        decode_payload(msgpack.packb(parts))
    assert refused.value.refusal.code is Code.SCHEMA


def test_a_payload_beyond_the_bound_is_not_decoded() -> None:
    """Size is checked before anything else."""
    with pytest.raises(Refused) as refused:
        decode_payload(bytes(PAYLOAD_SIZE_MAX + 1))
    assert refused.value.refusal.field == "payload.size"


@given(st.binary(max_size=200), st.integers(0, 199))
def test_any_bytes_are_refused_or_another_block(noise: bytes, place: int) -> None:
    """Noise alone is refused; written over a good payload it is refused or is another block."""
    good = compact_block(block_of(1))
    data = good.encoded()
    mixed = data[:place] + noise + data[place + len(noise) :]
    with pytest.raises(Refused):
        decode_payload(noise)
    if mixed != data:
        with suppress(Refused):
            other = decode_payload(mixed)
            assert other.header.hash() != good.header.hash()
            assert other.encoded() == mixed
