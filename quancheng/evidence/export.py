"""Building an evidence file from pieces that any node serves; its builder need not be trusted."""

import asyncio
from typing import Protocol

from ledger.certificate import decode_certificate
from ledger.header import Header, decode_header
from ledger.merkle import InclusionProof, prove_inclusion
from ledger.refusal import Code, require
from ledger.validators import Validator, ValidatorSet, validator_set
from lightclient.trust import ValidatorChange
from quancheng.api.chain import CertificateResult, HeaderResult, ValidatorsResult
from quancheng.api.transactions import CertifiedHeader, InclusionPath, TransactionProof
from quancheng.evidence.file import AnchorLink, CertifiedBlock, EvidenceFile

FETCHES_AT_ONCE_MAX = 64


class EvidenceSource(Protocol):
    """What the export asks of a node: the part of `quancheng.client.Client` that it needs.

    Answers are not trusted; the finished file is verified like any other.
    """

    async def proof(self, tx_id: bytes) -> TransactionProof:
        """Return a transaction, its receipt, both paths and the two certified headers."""
        ...

    async def header(self, height: int) -> HeaderResult:
        """Return the header of a height."""
        ...

    async def certificate(self, height: int) -> CertificateResult:
        """Return a certificate for the block of a height."""
        ...

    async def validators(self, height: int) -> ValidatorsResult:
        """Return the set that votes on a height."""
        ...


async def export(
    source: EvidenceSource, tx_id: bytes, *, anchor_height: int | None = None
) -> bytes:
    """Return the evidence file of a transaction, tied to the block of `anchor_height` if given.

    Refuses (E010) before the block after the transaction's is final, and an anchor not above that
    block. Costs a few dozen fetches for each validator-set change, and with an anchor one fetch for
    each block below it.
    """
    proof = await source.proof(tx_id)
    block, next_block = _certified(proof.block), _certified(proof.next_block)
    file = EvidenceFile(
        changes=await _changes_before(source, block.header),
        block=block,
        next_validators=await _next_validators(source, block.header),
        transaction=proof.transaction,
        transaction_inclusion=_inclusion(proof.transaction_path),
        next_block=next_block,
        receipt=proof.receipt,
        receipt_inclusion=_inclusion(proof.receipt_path),
        anchor=await _anchor_link(source, next_block.header, anchor_height),
    )
    return file.encoded()


def _certified(block: CertifiedHeader) -> CertifiedBlock:
    return CertifiedBlock(decode_header(block.header), decode_certificate(block.certificate))


def _inclusion(path: InclusionPath) -> InclusionProof:
    return InclusionProof(path.index, path.size, path.path)


async def _changes_before(source: EvidenceSource, header: Header) -> tuple[ValidatorChange, ...]:
    """Return the last block of every epoch before a header's, each found by bisection."""
    changes = []
    height = 1
    for epoch in range(1, header.validator_epoch + 1):
        height = await _first_height_of(source, epoch, height, header.height)
        last = await _header(source, height - 1)
        certificate = decode_certificate((await source.certificate(height - 1)).data)
        changes.append(ValidatorChange(last, certificate, await _validators(source, height)))
    return tuple(changes)


async def _first_height_of(source: EvidenceSource, epoch: int, low: int, high: int) -> int:
    """Return the lowest height of an epoch, which lies above `low` and not above `high`."""
    while low + 1 < high:
        middle = (low + high) // 2
        if (await _header(source, middle)).validator_epoch < epoch:
            low = middle
        else:
            high = middle
    return high


async def _next_validators(source: EvidenceSource, header: Header) -> ValidatorSet | None:
    if header.next_validators_hash == header.validators_hash:
        return None
    return await _validators(source, header.height + 1)


async def _anchor_link(
    source: EvidenceSource, last: Header, height: int | None
) -> AnchorLink | None:
    if height is None or height == last.height:
        return None
    require(height > last.height, Code.NOT_FOUND, "anchor.height")
    hashes: list[bytes] = []
    for start in range(1, height, FETCHES_AT_ONCE_MAX):
        heights = range(start, min(start + FETCHES_AT_ONCE_MAX, height))
        headers = await asyncio.gather(*(_header(source, item) for item in heights))
        hashes.extend(header.hash() for header in headers)
    header = await _header(source, height)
    path = prove_inclusion(hashes, last.height - 1).path
    return AnchorLink(header.hash(), header, path)


async def _header(source: EvidenceSource, height: int) -> Header:
    return decode_header((await source.header(height)).data)


async def _validators(source: EvidenceSource, height: int) -> ValidatorSet:
    result = await source.validators(height)
    members = [Validator(item.public_key, item.organisation) for item in result.validators]
    return validator_set(result.epoch, members)
