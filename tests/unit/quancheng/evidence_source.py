"""A made chain served as a node's client would serve it."""

import asyncio

from ledger.merkle import InclusionProof, prove_inclusion
from ledger.transaction import decode_transaction
from node.rpc.views import certificate_result, header_result
from quancheng.api.chain import (
    CertificateResult,
    HeaderResult,
    ValidatorsResult,
    ValidatorView,
)
from quancheng.api.transactions import CertifiedHeader, InclusionPath, TransactionProof
from quancheng.evidence import export
from tests.unit.lightclient.chain_maker import ChainMaker


class ChainSource:
    """Answers the four questions of the export, and counts them."""

    def __init__(self, chain: ChainMaker) -> None:
        self.chain = chain
        self.fetches = 0

    async def proof(self, tx_id: bytes) -> TransactionProof:
        """Return all that proves a transaction of the chain."""
        self.fetches += 1
        for block in self.chain.blocks:
            items = [decode_transaction(data) for data in block.transactions]
            ids = [item.tx_id for item in items]
            if tx_id in ids:
                position, height = ids.index(tx_id), block.header.height
                leaves = [receipt.encoded() for receipt in self.chain.receipts[height - 1]]
                index = len(leaves) - len(items) + position
                return TransactionProof(
                    height=height,
                    transaction=block.transactions[position],
                    transaction_path=_path(
                        prove_inclusion([item.tx_hash for item in items], position)
                    ),
                    block=self._certified(height),
                    receipt=leaves[index],
                    receipt_path=_path(prove_inclusion(leaves, index)),
                    next_block=self._certified(height + 1),
                )
        raise AssertionError(tx_id.hex())

    async def header(self, height: int) -> HeaderResult:
        """Return a header."""
        self.fetches += 1
        return header_result(self.chain.header(height))

    async def certificate(self, height: int) -> CertificateResult:
        """Return a certificate."""
        self.fetches += 1
        return certificate_result(self.chain.certificate(height))

    async def validators(self, height: int) -> ValidatorsResult:
        """Return a validator set."""
        self.fetches += 1
        validators = self.chain.validators(height)
        return ValidatorsResult(
            height=height,
            epoch=validators.epoch,
            quorum=validators.quorum,
            validators=tuple(
                ValidatorView(index, item.public_key, item.organisation, "")
                for index, item in enumerate(validators.members)
            ),
        )

    def _certified(self, height: int) -> CertifiedHeader:
        return CertifiedHeader(
            self.chain.header(height).encoded(), self.chain.certificate(height).encoded()
        )


def _path(proof: InclusionProof) -> InclusionPath:
    return InclusionPath(proof.index, proof.size, proof.path)


def exported(source: ChainSource, tx_id: bytes, *, anchor_height: int | None = None) -> bytes:
    """Return the evidence file of a transaction of the chain."""
    return asyncio.run(export(source, tx_id, anchor_height=anchor_height))
