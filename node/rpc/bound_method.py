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

Handler: TypeAlias = Callable[[Services, P], Awaitable[R]]


@dataclass(frozen=True, slots=True)
class BoundMethod(Generic[P, R]):
    """A method that the server can run. One that `waits` holds no place among the running calls."""

    method: Method[P, R]
    handler: Handler[P, R]
    waits: bool = False

    def parse(self, parameters: Json) -> P:
        """Return the typed request of `params`; refuse (E911) by the field's path."""
        return object_form(self.method.request).parse(parameters, "")

    async def run(self, services: Services, request: P) -> Json:
        """Run the handler and return its result as JSON."""
        result = await self.handler(services, request)
        return object_form(self.method.result).render(result)


AnyMethod: TypeAlias = BoundMethod[Any, Any]
