"""What the chain says happened, read from the nodes block by block."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from chaincode.membership.records import PARTIES
from chaincode.settlement.records import ACCOUNTS, MONEY, POOLS
from chaincode.trading.records import ORDERS
from quancheng.api.chain import BlockTransaction
from quancheng.client import Client

PAGE = 200


@dataclass(frozen=True, slots=True)
class Recorded:
    """A transaction as it stands in a block."""

    height: int
    transaction: BlockTransaction

    @property
    def code(self) -> str:
        """The code it stands with; E000 where it took effect."""
        return self.transaction.receipt.code


@dataclass(frozen=True, slots=True)
class Balances:
    """All money of the chain: by party, in escrow, not yet divisible; and what came and went."""

    parties: tuple[tuple[str, int], ...]
    escrow: int
    dust: int
    minted: int
    burned: int

    @property
    def total(self) -> int:
        """Everything that is somewhere."""
        return sum(amount for _, amount in self.parties) + self.escrow + self.dust

    @property
    def add_up(self) -> bool:
        """Whether money in is money out, to the fen."""
        return self.total == self.minted - self.burned


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one node stands at a height that all have reached."""

    name: str
    height: int
    block_hash: bytes
    state_root: bytes


async def recorded_transactions(client: Client) -> list[Recorded]:
    """Return all transactions of the chain in their order."""
    height = (await client.status()).height
    found = []
    for number in range(1, height + 1):
        offset: int | None = 0
        while offset is not None:
            block = await client.block(number, offset=offset, limit=PAGE)
            found += [Recorded(number, item) for item in block.transactions]
            offset = block.next_offset
    return found


async def balances(client: Client) -> Balances:
    """Return where the money is."""
    names = {key: party.name async for key, party in client.records(PARTIES)}
    accounts = [(names[key], account.free) async for key, account in client.records(ACCOUNTS)]
    escrow = [order.escrow async for _, order in client.records(ORDERS)]
    dust = [pool.income - sum(pool.paid) async for _, pool in client.records(POOLS)]
    money = await client.single(MONEY)
    return Balances(
        tuple(sorted(accounts, key=lambda row: -row[1])),
        sum(escrow),
        sum(dust),
        money.minted,
        money.burned,
    )


async def standings(clients: Mapping[str, Client]) -> list[Standing]:
    """Return header and state root of every node at the highest height that all have reached."""
    statuses = await asyncio.gather(*(client.status() for client in clients.values()))
    height = min(status.height for status in statuses)
    headers = await asyncio.gather(*(client.header(height) for client in clients.values()))
    return [
        Standing(name, height, header.block_hash, header.header.state_root)
        for name, header in zip(clients, headers, strict=True)
    ]
