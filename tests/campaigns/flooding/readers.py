"""`readers SECONDS URL ...`: 200 clients that ask again as soon as they are answered, 1,000 silent.

Spread over the nodes that are given. Prints what came of it as JSON.
"""

import asyncio
import itertools
import json
import os
import sys
from collections import Counter
from urllib.parse import urlsplit

READERS = 200
SILENT = 1_000
NICENESS = 10
"""Floods come from other machines; these must not take the nodes' processors."""
PAUSE_S = 0.5
"""Before a reader whose connection broke, or was refused, dials again."""
ANSWER_LINE_MAX = 2**25

_READS: tuple[tuple[str, dict[str, object]], ...] = (
    ("chain_status", {}),
    ("chain_block", {"limit": 200}),
    ("entity_list", {"kind": "incident", "limit": 200}),
    ("entity_list", {"kind": "incident", "where": [{"field": "kind", "value": "lost"}]}),
    ("state_prove", {"key": "00"}),
    ("events_list", {"limit": 200}),
    ("chain_validators", {}),
    ("net_peers", {}),
)
"""What is asked by turns: light reads, long pages, a filter that nothing meets, a proof."""


class Readers:
    """Counts answers and refusals of all readers together."""

    def __init__(self, urls: list[str]) -> None:
        self._addresses = [(part.hostname, part.port) for part in map(urlsplit, urls)]
        self.outcomes: Counter[str] = Counter()
        self.silent_open = 0

    async def read(self, number: int) -> None:
        """Ask one node without a pause, for ever."""
        host, port = self._addresses[number % len(self._addresses)]
        questions = itertools.cycle(_READS[number % len(_READS) :] + _READS)
        while True:
            try:
                reader, writer = await asyncio.open_connection(host, port, limit=ANSWER_LINE_MAX)
                while True:
                    writer.write(_request(*next(questions), host=f"{host}:{port}"))
                    self.outcomes[await _outcome(reader)] += 1
            except (OSError, asyncio.IncompleteReadError):
                self.outcomes["turned away"] += 1
                await asyncio.sleep(PAUSE_S)

    async def stay_silent(self, number: int) -> None:
        """Hold a connection open and say nothing."""
        host, port = self._addresses[number % len(self._addresses)]
        while True:
            try:
                reader, writer = await asyncio.open_connection(host, port)
            except OSError:
                await asyncio.sleep(PAUSE_S)
                continue
            self.silent_open += 1
            await reader.read()
            self.silent_open -= 1
            writer.close()


def _request(method: str, parameters: dict[str, object], host: str) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
    head = f"POST /rpc HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _outcome(reader: asyncio.StreamReader) -> str:
    """Read one answer; return the code of its refusal, or `answered`."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    size = int(head.partition("content-length: ")[2].partition("\r\n")[0])
    answer = json.loads(await reader.readexactly(size))
    return str(answer["error"]["data"]["code"]) if "error" in answer else "answered"


async def flood(seconds: float, urls: list[str]) -> dict[str, object]:
    """Flood for a while; return what came of it."""
    readers = Readers(urls)
    work = [asyncio.create_task(readers.stay_silent(number)) for number in range(SILENT)]
    work += [asyncio.create_task(readers.read(number)) for number in range(READERS)]
    await asyncio.wait(work, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    silent = readers.silent_open
    for task in work:
        if task.done():
            task.result()
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)
    return {"outcomes": dict(readers.outcomes), "silent": silent}


if __name__ == "__main__":
    os.nice(NICENESS)
    print(json.dumps(asyncio.run(flood(float(sys.argv[1]), sys.argv[2:]))))
