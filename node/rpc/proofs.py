"""Gathering the pieces that prove a transaction and its receipt."""

from ledger.merkle import InclusionProof, prove_by_levels
from node.rpc.backend import StoredHeader
from node.rpc.services import Services
from quancheng.api.transactions import CertifiedHeader, InclusionPath, TransactionProof


async def transaction_proof(services: Services, height: int, position: int) -> TransactionProof:
    """Return the pieces for a transaction; refuse (E010) before the next block is committed."""
    block = await services.blocks.block(height)
    next_block = await services.backend.header(height + 1)
    stored = block.stored
    index = block.sweeps + position
    return TransactionProof(
        height=height,
        transaction=stored.transactions[position],
        transaction_path=_path(prove_by_levels(block.transaction_levels, position)),
        block=CertifiedHeader(stored.header, stored.certificate),
        receipt=stored.receipts[index],
        receipt_path=_path(prove_by_levels(block.receipt_levels, index)),
        next_block=certified_header(next_block),
    )


def certified_header(stored: StoredHeader) -> CertifiedHeader:
    """Return a header and certificate as they travel."""
    return CertifiedHeader(stored.header, stored.certificate)


def _path(proof: InclusionProof) -> InclusionPath:
    return InclusionPath(proof.index, proof.size, proof.path)
