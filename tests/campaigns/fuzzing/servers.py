"""Readers that are more than a function: the front's dispatcher, and a client's stream."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ledger.refusal import Refused
from node.rpc.callers import LOCAL
from node.rpc.envelope import ErrorNumber
from quancheng import strict_json
from quancheng.api.events import EVENTS_SUBSCRIBE, SubscribeRequest
from quancheng.client import Client
from quancheng.errors import NodeAnswerUnreadable, RequestRefused, StreamEnded
from quancheng.stream import _Session
from quancheng.transport import read_answer
from tests.unit.node.small_node import small_node

WAIT_S = 0.05
"""A call that waits by design is cut off: how long it waits is no part of reading it."""
INTERNAL = int(ErrorNumber.INTERNAL)


@contextmanager
def rpc_reader() -> Iterator[Callable[[bytes], str]]:
    """Give the front's dispatcher over a real node in this process."""
    with asyncio.Runner() as runner:
        world = small_node()
        node = runner.run(world.__aenter__())
        node.produce(2)
        dispatcher = node.server._application._dispatcher

        async def answered(data: bytes) -> str:
            try:
                async with asyncio.timeout(WAIT_S):
                    return outcome_of(await dispatcher.handle(data, LOCAL))
            except TimeoutError:
                return "waits"

        try:
            yield lambda data: runner.run(answered(data))
        finally:
            runner.run(world.__aexit__(None, None, None))


def outcome_of(text: str | None) -> str:
    """Return a word for an answer; a server that failed has a defect."""
    if text is None:
        return "notified"
    answer = json.loads(text)
    if isinstance(answer, list):
        return "batch"
    if "error" not in answer:
        return "read"
    error = answer["error"]
    assert error["code"] != INTERNAL, text
    return f"{error['code']} {error['data']['code']}"


@contextmanager
def event_reader() -> Iterator[Callable[[bytes], str]]:
    """Give what a client makes of the frames that a node's stream sends."""
    with asyncio.Runner() as runner:
        client = Client()
        runner.run(client.__aenter__())
        session = _Session(client._open_transport(), SubscribeRequest())

        def read(data: bytes) -> str:
            try:
                value = strict_json.loads(data)
                if isinstance(value, dict) and "method" in value:
                    session._read(value)
                else:
                    read_answer(EVENTS_SUBSCRIBE, value, 1)
            except Refused as refused:
                return refused.refusal.code.name
            except (NodeAnswerUnreadable, StreamEnded, RequestRefused) as error:
                return type(error).__name__
            return "read"

        try:
            yield read
        finally:
            runner.run(client.__aexit__(None, None, None))
