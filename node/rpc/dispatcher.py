"""From the bytes of a request to the text of its answer. Total: any bytes give an answer."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chaincode.fields import Json
from ledger.refusal import Code, Refusal, Refused, require
from node.rpc.backend import RecordedRead
from node.rpc.bound_method import AnyMethod
from node.rpc.callers import Caller
from node.rpc.envelope import Call, ErrorNumber, answer, error, id_of, read_call
from node.rpc.limits import BATCH_MAX, BODY_SIZE_MAX, READ_RECORD_SIZE_MAX, RESPONSE_SIZE_MAX
from node.rpc.metrics import FrontMetrics
from node.rpc.personal import require_concerned
from node.rpc.quotas import Quotas
from node.rpc.services import Services
from quancheng import strict_json

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all dispatchers of a server share."""

    services: Services
    metrics: FrontMetrics
    quotas: Quotas


class Dispatcher:
    """Runs calls against the declared methods, within the server's bounds."""

    def __init__(self, surroundings: Surroundings, methods: Iterable[AnyMethod]) -> None:
        self._surroundings = surroundings
        self._metrics = surroundings.metrics
        self._methods: Mapping[str, AnyMethod] = {item.method.name: item for item in methods}

    async def handle(self, body: bytes, caller: Caller) -> str | None:
        """Return the answer to one body, or None where only notifications came."""
        try:
            value = self.read(body)
        except Refused as refused:
            return strict_json.dumps(error(None, ErrorNumber.PARSE, refused.refusal))
        return await self.answer(value, caller)

    def read(self, body: bytes) -> Json:
        """Return the JSON of a body; refuse what is too large (E021) or not strict (E911)."""
        require(len(body) <= BODY_SIZE_MAX, Code.OUT_OF_BOUNDS, "body")
        return strict_json.loads(body)

    def waits(self, value: Json) -> bool:
        """Say whether a request may take long by design."""
        name = value.get("method") if isinstance(value, dict) else None
        method = self._methods.get(name) if isinstance(name, str) else None
        return method is not None and method.waits

    async def answer(self, value: Json, caller: Caller) -> str | None:
        """Return the answer to a request or batch, None where only notifications came."""
        if isinstance(value, list):
            return await self._answer_batch(value, caller)
        result = await self._answer_one(value, caller, in_batch=False)
        return None if result is None else strict_json.dumps(result)

    async def _answer_batch(self, values: list[Json], caller: Caller) -> str | None:
        """Run a batch in its order, so that a call sees the effect of those before it."""
        if not 0 < len(values) <= BATCH_MAX:
            refusal = Refusal(Code.OUT_OF_BOUNDS, "batch")
            return strict_json.dumps(error(None, ErrorNumber.INVALID_REQUEST, refusal))
        texts: list[str] = []
        size = 0
        for value in values:
            result = await self._answer_one(value, caller, in_batch=True)
            if result is None:
                continue
            text = strict_json.dumps(result)
            if size + len(text) > RESPONSE_SIZE_MAX:
                refusal = Refusal(Code.OUT_OF_BOUNDS, "response")
                text = strict_json.dumps(error(id_of(value), ErrorNumber.REFUSED, refusal))
            texts.append(text)
            size += len(text)
        return f"[{','.join(texts)}]" if texts else None

    async def _answer_one(self, value: Json, caller: Caller, *, in_batch: bool) -> Json | None:
        try:
            call = read_call(value)
        except Refused as refused:
            self._metrics.count_call("", refused.refusal.code)
            return error(id_of(value), ErrorNumber.INVALID_REQUEST, refused.refusal)
        method = self._methods.get(call.method)
        if method is None:
            self._metrics.count_call("", Code.UNKNOWN_METHOD)
            refusal = Refusal(Code.UNKNOWN_METHOD, call.method)
            result = error(call.id, ErrorNumber.METHOD_NOT_FOUND, refusal)
        else:
            result = await self._run(call, method, caller, in_batch=in_batch)
        return None if call.is_notification else result

    async def _run(
        self, call: Call, method: AnyMethod, caller: Caller, *, in_batch: bool
    ) -> dict[str, Json]:
        name = method.method.name
        try:
            self._surroundings.quotas.charge(caller)
        except Refused as refused:
            self._metrics.count_call(name, refused.refusal.code)
            return error(call.id, ErrorNumber.REFUSED, refused.refusal)
        try:
            request = method.parse(call.parameters)
        except Refused as refused:
            self._metrics.count_call(name, refused.refusal.code)
            return error(call.id, ErrorNumber.INVALID_PARAMS, refused.refusal)
        try:
            if method.waits and in_batch:
                raise Refused(Code.BAD_REQUEST, "batch")  # it would hold up those behind it
            with self._metrics.timed(name):
                result = await self._run_in_slot(method, request, caller)
        except Refused as refused:
            self._metrics.count_call(name, refused.refusal.code)
            return error(call.id, ErrorNumber.REFUSED, refused.refusal)
        except Exception:
            # The supervisor of RPC: a fault in answering one question must not stop a validator,
            # and must not reach the client as anything but a refusal.
            logger.exception("rpc call failed", extra={"method": name})
            self._metrics.count_call(name, Code.UNAVAILABLE)
            return error(call.id, ErrorNumber.INTERNAL, Refusal(Code.UNAVAILABLE))
        self._metrics.count_call(name, Code.OK)
        return answer(call.id, result)

    async def _run_in_slot(self, method: AnyMethod, request: object, caller: Caller) -> Json:
        services = self._surroundings.services
        if method.waits:
            await self._admit(method, request, caller)
            return await method.run(services, request)
        async with self._surroundings.quotas.slot(caller):
            await self._admit(method, request, caller)
            return await method.run(services, request)

    async def _admit(self, method: AnyMethod, request: object, caller: Caller) -> None:
        """Refuse what a caller may not call; write down what a supervisor reads before it is."""
        require(caller.may_call or method.open_to_strangers, Code.NOT_AUTHENTICATED)
        services, name = self._surroundings.services, method.method.name
        if caller.sid is not None:
            await require_concerned(services, caller.sid, name, request)
        if caller.is_supervisor and method.reads:
            assert caller.party is not None
            assert caller.key is not None
            parameters = strict_json.dumps(method.render_request(request))[:READ_RECORD_SIZE_MAX]
            read = RecordedRead(caller.party, caller.key, name, parameters)
            await services.backend.record_read(read)
