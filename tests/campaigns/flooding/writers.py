"""`writers URL RATE SECONDS`, its seed in hexadecimal on stdin: a party that writes at a rate.

It is signed in, hands in each transaction by a call of its own, and follows the stream of records.
Prints as JSON what became of them at the door, and for each that was final when it was sent and
how many seconds that took.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from ledger.suites import public_key_of
from ledger.transaction import Transaction
from quancheng.api.events import Place
from quancheng.builders import Terms, build, sign
from quancheng.client import Client
from quancheng.errors import NodeUnreachable, RequestRefused
from quancheng.sign_in import Credential
from quancheng.transport import Endpoint, RetryPolicy

VALIDITY_MS = 300_000
UNDER_WAY_MAX = 64
"""Calls of a writer that wait for an answer; the next one waits for a place."""
IMPATIENT = RetryPolicy(attempts=1)
"""For one who is refused: no second try, no pause as the node asks for."""
WAIT_S = 30.0
"""How long a writer waits at the end for what was taken."""
_INCIDENT: dict[str, object] = {
    "incident": None,
    "kind": "unavailable",
    "assets": (),
    "persons": "none",
    "notification": None,
}
"""What any party may write at any time."""


@dataclass
class Written:
    """What came of a writer's transactions."""

    outcomes: Counter[str] = field(default_factory=Counter)
    """By the code of the refusal, or `taken`."""
    taken: dict[bytes, float] = field(default_factory=dict)
    """The moment at which each was sent, by its tx_id."""
    finality: list[tuple[float, float]] = field(default_factory=list)
    """The moment at which each was sent, and the seconds until the writer read its receipt."""


class Writer:
    """One party at one node."""

    def __init__(self, client: Client, seed: bytes) -> None:
        self._client = client
        self._seed = seed
        self.written = Written()

    async def write(self, rate: float, seconds: float) -> None:
        """Submit at a rate, whatever comes of it; then wait for what was taken."""
        status = await self._client.status()
        following = asyncio.create_task(self._follow(Place(status.height, 0)))
        start = time.monotonic()
        places = asyncio.Semaphore(UNDER_WAY_MAX)
        async with asyncio.TaskGroup() as group:
            for number in range(int(rate * seconds)):
                await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
                if time.monotonic() > start + seconds:
                    break
                await places.acquire()
                sending = group.create_task(self._send(self._transaction(status.genesis_hash)))
                sending.add_done_callback(lambda _: places.release())
        deadline = time.monotonic() + WAIT_S
        while self.written.taken and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        following.cancel()

    async def _send(self, signed: Transaction) -> None:
        outcomes, taken = self.written.outcomes, self.written.taken
        taken[signed.tx_id] = time.time()
        try:
            (submission,) = await self._client.submit(signed)
        except RequestRefused as refused:
            code = refused.code
        except NodeUnreachable:
            code = "unreachable"
        else:
            refusal = submission.refusal
            code = "taken" if refusal is None else refusal.code
        outcomes[code] += 1
        if code != "taken":
            taken.pop(signed.tx_id, None)

    async def _follow(self, after: Place) -> None:
        """Note when each transaction is final."""
        async for record in self._client.events(after=after):
            moment = self.written.taken.pop(record.receipt.subject, None)
            if moment is not None:
                self.written.finality.append((moment, time.time() - moment))

    def _transaction(self, genesis_hash: bytes) -> Transaction:
        until_ms = int(time.time() * 1_000) + VALIDITY_MS
        terms = Terms(genesis_hash, until_ms, (public_key_of(self._seed),))
        return sign(build("incident.report", terms, **_INCIDENT), self._seed)


async def written(url: str, rate: float, seconds: float, seed: bytes) -> Written:
    """Let one party write; return what came of it."""
    endpoint = Endpoint(url, credential=Credential(seed))
    async with Client(endpoint=endpoint, retry=IMPATIENT) as client:
        writer = Writer(client, seed)
        await writer.write(rate, seconds)
    return writer.written


def main(url: str, rate: str, seconds: str) -> None:
    """Write, and print what came of it."""
    seed = bytes.fromhex(sys.stdin.read())
    found = asyncio.run(written(url, float(rate), float(seconds), seed))
    outcomes, lost = dict(found.outcomes), len(found.taken)
    print(json.dumps({"outcomes": outcomes, "finality": found.finality, "lost": lost}))


if __name__ == "__main__":
    main(*sys.argv[1:])
