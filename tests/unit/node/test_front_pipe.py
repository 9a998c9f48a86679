"""The pipe between node and front: every value crosses unchanged, and the node's bounds hold."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.refusal import Code, Refusal, Refused
from ledger.validators import Validator, ValidatorSet
from node.event_hub import CommittedBlock
from node.front import remote_backend
from node.front.frames import PREFIX_SIZE, encode_frame, read_frame
from node.front.limits import CALLS_MAX, READS_MAX, REQUEST_SIZE_MAX
from node.front.operations import OPERATIONS
from node.front.remote_backend import RemoteBackend
from node.front.service import serve_front
from node.front.values import Misformed, packed, reader_of
from node.rpc import backend as api

VALUES = (
    api.Admission(b"\x01" * 32, 2**63 - 1, Refusal(Code.OVERLOADED, "x")),
    api.Admission(None, 0, None),
    api.Health(ok=False, reasons=("a", "b")),
    api.StatePage(7, ((b"k", b"v"), (b"l", b"")), more=True),
    api.StateValues(3, (None, b"")),
    CommittedBlock(3, 4, frozenset({b"b", b"a"})),
    ValidatorSet(2, (Validator(b"k" * 32, b"o" * 32),)),
    api.Trace(1, (api.TraceStep("consent", b"i", "of", None),), complete=False),
)
MESSAGES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.binary(max_size=9)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


@dataclass
class Standing:
    """A backend whose heavy reads stand still until they are let go."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    running: int = 0
    most: int = 0

    async def block(self, height: int) -> api.StoredBlock:
        """Stand still, and count who stands here."""
        self.running += 1
        self.most = max(self.most, self.running)
        await self.go.wait()
        self.running -= 1
        return api.StoredBlock(b"h", b"c", height, (), ())

    async def height_of(self, block_hash: bytes) -> int | None:
        """Answer at once."""
        return len(block_hash)

    async def header(self, height: int) -> api.StoredHeader:
        """Refuse one height and fail at any other."""
        if height == 1:
            raise Refused(Code.PRUNED, "height")
        raise ZeroDivisionError


@asynccontextmanager
async def connected(backend: object) -> AsyncIterator[RemoteBackend]:
    """Run both ends of a pipe."""
    ours, theirs = socket.socketpair()
    serving = asyncio.create_task(serve_front(backend, ours))  # type: ignore[arg-type]
    remote = await RemoteBackend.connect(theirs)
    reading = asyncio.create_task(remote.run())
    try:
        yield remote
    finally:
        for task in (serving, reading):
            task.cancel()
        await asyncio.gather(serving, reading, return_exceptions=True)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_every_kind_of_value_crosses_unchanged(value: object) -> None:
    """A value that was packed and read is the same value."""
    hint: Any = type(value)
    assert reader_of(hint)(packed(value)) == value


@given(st.sampled_from(sorted(OPERATIONS)), MESSAGES)
def test_reading_is_total(name: str, message: object) -> None:
    """Whatever MessagePack can say is a value of the declared type or Misformed."""
    operation = OPERATIONS[name]
    for read in (*operation.arguments, operation.result):
        with suppress(Misformed):
            read(message)


async def test_refusals_and_faults_cross(caplog: pytest.LogCaptureFixture) -> None:
    """A refusal keeps its code and field; a fault of the node is E916 and stands in its log."""
    async with connected(Standing()) as remote:
        with pytest.raises(Refused) as refused:
            await remote.header(1)
        assert refused.value.refusal == Refusal(Code.PRUNED, "height")
        with pytest.raises(Refused) as failed:
            await remote.header(2)
        assert failed.value.refusal.code is Code.UNAVAILABLE
    assert "ZeroDivisionError" in caplog.text


async def test_heavy_reads_are_few_and_hold_up_nobody_else() -> None:
    """However many heavy reads are asked for, few run, and short calls pass them."""
    backend = Standing()
    async with connected(backend) as remote:
        reads = [asyncio.create_task(remote.block(number)) for number in range(2 * CALLS_MAX)]
        assert await remote.height_of(b"abc") == 3
        assert backend.most == READS_MAX
        backend.go.set()
        sizes = [(await read).size for read in reads]
    assert sizes == list(range(2 * CALLS_MAX))
    assert backend.most == READS_MAX


async def test_silent_node_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that gets no answer in time is refused with E916, and forgotten."""
    monkeypatch.setattr(remote_backend, "CALL_TIMEOUT_MS", 20)
    async with connected(Standing()) as remote:
        with pytest.raises(Refused) as refused:
            await remote.block(1)
        assert refused.value.refusal == Refusal(Code.UNAVAILABLE, "block")
        assert remote._waiting == {}


@pytest.mark.parametrize(
    "frame",
    [
        (REQUEST_SIZE_MAX + 1).to_bytes(PREFIX_SIZE, "big"),
        encode_frame(1, "no_such", []),
        encode_frame(1, "run", []),
        encode_frame(1, "header", ["one"]),
        encode_frame(1, "header", [1, 2]),
        b"\x00\x00\x00\x01\xc1",
    ],
)
async def test_what_no_front_says_ends_the_pipe(frame: bytes) -> None:
    """A frame too large, unknown or ill-formed is not answered: the node hangs up."""
    ours, theirs = socket.socketpair()
    serving = asyncio.create_task(serve_front(Standing(), ours))  # type: ignore[arg-type]
    reader, writer = await asyncio.open_unix_connection(sock=theirs)
    writer.write(frame)
    assert await read_frame(reader, REQUEST_SIZE_MAX) is None
    await serving
    writer.close()


async def test_a_caller_that_leaves_at_the_end_harms_nobody() -> None:
    """The pipe is closed also where a caller went away in the very turn in which it ended."""
    ours, theirs = socket.socketpair()
    serving = asyncio.create_task(serve_front(Standing(), ours))  # type: ignore[arg-type]
    remote = await RemoteBackend.connect(theirs)
    reading = asyncio.create_task(remote.run())
    call = asyncio.create_task(remote.block(1))
    while not remote._waiting:
        await asyncio.sleep(0)
    reading.cancel()
    call.cancel()
    ended = await asyncio.gather(call, reading, return_exceptions=True)
    assert [type(error) for error in ended] == [asyncio.CancelledError, asyncio.CancelledError]
    await serving
