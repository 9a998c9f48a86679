"""What a JSON-RPC method is: name, request, result, one sentence. The server adds the handler."""

from dataclasses import dataclass
from typing import Annotated, Generic, TypeAlias, TypeVar

from chaincode.fields import JSON_INTEGER_MAX
from ledger.suites import HASH_SIZE, PUBLIC_KEY_SIZE
from quancheng.json_form import BytesForm, IntegerForm

P = TypeVar("P")
R = TypeVar("R")

HEIGHT_MAX = 2**63 - 1
PAGE_MAX = 200
"""Rows of one page of any list."""
PAGE_DEFAULT = 50
CURSOR_SIZE_MAX = 512

Hash: TypeAlias = Annotated[bytes, BytesForm(HASH_SIZE, HASH_SIZE)]
PublicKey: TypeAlias = Annotated[bytes, BytesForm(PUBLIC_KEY_SIZE, PUBLIC_KEY_SIZE)]
Height: TypeAlias = Annotated[int, IntegerForm(HEIGHT_MAX)]
ClockOffset: TypeAlias = Annotated[int, IntegerForm(JSON_INTEGER_MAX, -JSON_INTEGER_MAX)]
Limit: TypeAlias = Annotated[int, IntegerForm(PAGE_MAX, 1)]
Cursor: TypeAlias = Annotated[bytes, BytesForm(1, CURSOR_SIZE_MAX)]


@dataclass(frozen=True, slots=True)
class Method(Generic[P, R]):
    """One method. The summary is the first line of the request's documentation."""

    name: str
    request: type[P]
    result: type[R]
    summary: str


@dataclass(frozen=True, slots=True)
class NoParameters:
    """The request of a method that takes none."""
