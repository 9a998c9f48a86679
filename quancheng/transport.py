"""Calls over HTTP with retries: every method is safe to send again."""

import asyncio
import itertools
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import aiohttp

from chaincode.fields import Json
from ledger.refusal import Code, Refused
from quancheng import strict_json
from quancheng.api.access import ACCESS_CHALLENGE, ACCESS_TOKEN
from quancheng.api.method import Method
from quancheng.api.refusal import RefusalView
from quancheng.errors import NodeAnswerUnreadable, NodeUnreachable, RequestRefused
from quancheng.json_object import object_form
from quancheng.sign_in import Credential

P = TypeVar("P")
R = TypeVar("R")

ANSWER_SIZE_MAX = 32 * 1024 * 1024
CALL_TIMEOUT_MS = 30_000
_CHUNK = 65_536
_UNAVAILABLE = 503
_UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a call is tried, and the pauses between, which double up to a bound."""

    attempts: int = 6
    pause_ms: int = 100
    pause_max_ms: int = 2_000

    def pauses(self) -> Iterator[float]:
        """Yield the pauses in seconds, without end."""
        for attempt in itertools.count():
            yield min(self.pause_ms << min(attempt, 16), self.pause_max_ms) / 1_000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a node listens, and what it wants to see there."""

    url: str
    token: str | None = None
    tls: ssl.SSLContext | None = None
    credential: Credential | None = None
    """With it the session gets its own token, and another whenever one has expired."""

    @property
    def host(self) -> str:
        """Return the name of the node as it was dialled."""
        return urlsplit(self.url).hostname or ""

    def address(self, path: str) -> str:
        """Return the address of a path of the node."""
        return f"{self.url.rstrip('/')}{path}"


class Transport:
    """One session with one node."""

    def __init__(self, endpoint: Endpoint, retry: RetryPolicy) -> None:
        assert urlsplit(endpoint.url).scheme in {"http", "https"}, endpoint.url
        self.endpoint = endpoint
        self.retry = retry
        self._numbers = itertools.count(1)
        self._session = aiohttp.ClientSession()
        self._token = endpoint.token
        self._signing_in = asyncio.Lock()

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def call(self, method: Method[P, R], request: P, wait_ms: int = 0) -> R:
        """Call a method; raise RequestRefused, NodeUnreachable or NodeAnswerUnreadable.

        `wait_ms` is how long the method may take by design beside the usual timeout. A refusal of
        the moment (a bound of the node was met) is tried again when the node says.
        """
        for _ in range(self.retry.attempts - 1):
            await self._sign_in()
            try:
                return await self._call_once(method, request, wait_ms)
            except _TokenExpired:
                self._token = None
            except RequestRefused as refused:
                retry_after_ms = refused.refusal.retry_after_ms
                if retry_after_ms is None:
                    raise
                await asyncio.sleep(min(retry_after_ms, self.retry.pause_max_ms) / 1_000)
        await self._sign_in()
        try:
            return await self._call_once(method, request, wait_ms)
        except _TokenExpired:
            raise NodeAnswerUnreadable(self.endpoint.url, "HTTP 401") from None

    async def _sign_in(self) -> None:
        """Get a token where the endpoint has a credential and none is at hand."""
        credential = self.endpoint.credential
        async with self._signing_in:
            if credential is None or self._token is not None:
                return
            challenge = await self._call_once(ACCESS_CHALLENGE, credential.request(), 0)
            answer = credential.answer(challenge, self.endpoint.host)
            self._token = (await self._call_once(ACCESS_TOKEN, answer, 0)).token

    def _headers(self) -> dict[str, str]:
        return {} if self._token is None else {"Authorization": f"Bearer {self._token}"}

    async def _call_once(self, method: Method[P, R], request: P, wait_ms: int) -> R:
        parameters = object_form(method.request).render(request)
        number = next(self._numbers)
        call: Json = {"jsonrpc": "2.0", "id": number, "method": method.name, "params": parameters}
        body = strict_json.dumps(call).encode()
        answer = await self._exchange_with_retries(body, CALL_TIMEOUT_MS + wait_ms)
        return self._result(method, answer, number)

    async def websocket(self) -> aiohttp.ClientWebSocketResponse:
        """Open a WebSocket to the node."""
        await self._sign_in()
        try:
            return await self._session.ws_connect(
                self.endpoint.address("/ws"),
                ssl=self._tls,
                max_msg_size=ANSWER_SIZE_MAX,
                headers=self._headers(),
            )
        except aiohttp.WSServerHandshakeError as error:
            if error.status == _UNAUTHORIZED and self.endpoint.credential is not None:
                self._token = None
            raise

    @property
    def _tls(self) -> "ssl.SSLContext | bool":
        return True if self.endpoint.tls is None else self.endpoint.tls

    async def _exchange_with_retries(self, body: bytes, timeout_ms: int) -> bytes:
        reason = ""
        pauses = self.retry.pauses()
        for attempt in range(1, self.retry.attempts + 1):
            try:
                return await self._exchange(body, timeout_ms)
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError) as error:
                reason = str(error) or type(error).__name__
            except TimeoutError:
                reason = f"no answer within {timeout_ms} ms"
            except _Overloaded:
                reason = "overloaded"
            if attempt < self.retry.attempts:
                await asyncio.sleep(next(pauses))
        raise NodeUnreachable(self.endpoint.url, self.retry.attempts, reason)

    async def _exchange(self, body: bytes, timeout_ms: int) -> bytes:
        async with self._session.post(
            self.endpoint.address("/rpc"),
            data=body,
            headers={"Content-Type": "application/json", **self._headers()},
            timeout=aiohttp.ClientTimeout(total=timeout_ms / 1_000),
            ssl=self._tls,
        ) as response:
            if response.status == _UNAVAILABLE:
                raise _Overloaded
            if response.status == _UNAUTHORIZED and self.endpoint.credential is not None:
                raise _TokenExpired
            if response.content_type != "application/json":
                raise NodeAnswerUnreadable(self.endpoint.url, f"HTTP {response.status}")
            answer = bytearray()
            async for chunk in response.content.iter_chunked(_CHUNK):
                answer += chunk
                if len(answer) > ANSWER_SIZE_MAX:
                    raise NodeAnswerUnreadable(self.endpoint.url, "too large")
            return bytes(answer)

    def _result(self, method: Method[P, R], body: bytes, number: int) -> R:
        try:
            return read_answer(method, strict_json.loads(body), number)
        except Refused as refused:
            what = refused.refusal.field
            raise NodeAnswerUnreadable(self.endpoint.url, what) from None


class _TokenExpired(Exception):
    """The node does not know our token any more: it is old, or the front was restarted."""


class _Overloaded(Exception):
    """The node has no room for one more connection right now."""


def read_answer(method: Method[P, R], answer: Json, number: int) -> R:
    """Return the result of an answer; raise RequestRefused, or Refused for another form."""
    if not isinstance(answer, dict):
        raise Refused(Code.BAD_REQUEST, "answer")
    failure = answer.get("error")
    if isinstance(failure, dict):
        view = object_form(RefusalView, ignores_unknown=True).parse(failure.get("data"), "error")
        raise RequestRefused(view)
    if answer.get("id") != number:
        raise Refused(Code.BAD_REQUEST, "id")
    form = object_form(method.result, ignores_unknown=True)
    return form.parse(answer.get("result"), "result")
