"""A declared method joined with its handler, its parser and its renderer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from chaincode.fields import Json
from node.rpc.services import Services
from quancheng.api.method import Method
from quancheng.json_object import object_form

P = TypeVar("P")
R = TypeVar("R")

_NO_READS = frozenset({"chain_status", "tx_submit", "events_unsubscribe"})

Handler: TypeAlias = Callable[[Services, P], Awaitable[R]]


@dataclass(frozen=True, slots=True)
class BoundMethod(Generic[P, R]):
    """A method that the server can run. One that `waits` holds no place among the running calls."""

    method: Method[P, R]
    handler: Handler[P, R]
    waits: bool = False
    open_to_strangers: bool = False
    """Whether it is answered where a token is needed and none was shown."""

    def parse(self, parameters: Json) -> P:
        """Return the typed request of `params`; refuse (E911) by the field's path."""
        return object_form(self.method.request).parse(parameters, "")

    @property
    def reads(self) -> bool:
        """Whether a call of it is a read that says something about somebody."""
        return not self.open_to_strangers and self.method.name not in _NO_READS

    def render_request(self, request: P) -> Json:
        """Return a typed request as JSON again, with every default."""
        return object_form(self.method.request).render(request)

    async def run(self, services: Services, request: P) -> Json:
        """Run the handler and return its result as JSON."""
        result = await self.handler(services, request)
        return object_form(self.method.result).render(result)


AnyMethod: TypeAlias = BoundMethod[Any, Any]
