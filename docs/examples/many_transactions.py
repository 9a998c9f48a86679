"""A service: many transactions at once, each safe to send again, and refusals as values."""

import asyncio
import os
import secrets
from pathlib import Path

from ledger.suites import public_key_of
from ledger.transaction import Transaction
from quancheng.client import Client
from quancheng.errors import TransactionFailed, TransactionNotFinal
from quancheng.keystore import Keystore

COUNT = 20
HOUR_MS = 3_600_000


def authority_seed() -> bytes:
    """Return the seed of the sample city's identity authority."""
    keys = Path("testnet/identity/parties/identity-authority")
    return Keystore(keys).secret("sign", (keys / "passphrase").read_text().strip())


async def bindings(client: Client, seed: bytes) -> list[Transaction]:
    """Return signed transactions; a service writes their bytes down before it sends them."""
    until_ms = (await client.status()).now_ms + HOUR_MS
    return [
        await client.prepare(
            "subject.bind",
            [seed],
            sid=public_key_of(secrets.token_bytes(32)),
            kind="person",
            identity=secrets.token_bytes(32),
            until_ms=until_ms,
        )
        for _ in range(COUNT)
    ]


async def outcome(client: Client, signed: Transaction) -> str:
    """Send a transaction and return what became of it; asking again gives the same answer."""
    try:
        result = await client.submit_and_wait(signed)
    except TransactionFailed as failure:  # stands in a block as FAILED, with its code
        return str(failure.code)
    except TransactionNotFinal as failure:  # rejected, expired, or not decided yet
        return failure.result.state.value
    return result.state.value


async def main() -> None:
    """Send all at once, then all once more: nothing happens twice."""
    async with Client(os.environ.get("QUANCHENG_NODE", "http://127.0.0.1:26680")) as client:
        signed = await bindings(client, authority_seed())
        first = await asyncio.gather(*(outcome(client, item) for item in signed))
        again = await asyncio.gather(*(outcome(client, item) for item in signed))
        print(first.count("final-ok"), "took effect;", "same again:", first == again)


asyncio.run(main())
