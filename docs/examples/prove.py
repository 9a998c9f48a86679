"""Evidence that needs no node: `prove.py TX_ID` writes a file and verifies it with the genesis."""

import asyncio
import os
import sys
from pathlib import Path

from ledger.refusal import Refusal
from quancheng.client import Client
from quancheng.evidence import export, verify

GENESIS = Path("testnet/genesis.qc")
FILE = Path("transaction.qce")


async def evidence_of(tx_id: bytes) -> bytes:
    """Return the evidence file of a transaction, from a node that need not be trusted."""
    async with Client(os.environ.get("QUANCHENG_NODE", "http://127.0.0.1:26680")) as client:
        return await export(client, tx_id)


FILE.write_bytes(asyncio.run(evidence_of(bytes.fromhex(sys.argv[1]))))

# From here on a court needs the two files alone.
verdict = verify(FILE.read_bytes(), GENESIS.read_bytes())
if isinstance(verdict, Refusal):
    sys.exit(f"proves nothing: {verdict.field}")
print(verdict.transaction.unsigned.type, "in block", verdict.height, verdict.standing)
for line in verdict.not_proven:
    print("not proven:", line)
