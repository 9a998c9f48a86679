"""The settlement bank: mirrors money that arrived in its accounts onto the chain."""

import json

from apps.stage.desk import Desk
from chaincode.membership.records import PARTIES, PartyStatus
from ledger.suites import tagged_hash

TRANSFERS_FILE = "transfers.json"
"""Its own books: incoming transfers with the payer's public name, fen and reference."""


async def play(desk: Desk) -> None:
    """Credit each incoming transfer to the party that paid it, once."""
    transfers = json.loads((desk.folder / TRANSFERS_FILE).read_text(encoding="utf-8"))
    for transfer in transfers:
        party_id, _ = await desk.first(PARTIES, name=transfer["payer"], status=PartyStatus.ACTIVE)
        reference = tagged_hash(b"transfer", transfer["reference"].encode())
        await desk.send(
            "credit.mint",
            account=party_id,
            amount=transfer["fen"],
            bank_reference=reference,
        )
