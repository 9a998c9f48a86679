"""Purposes: a tree that only grows.

A code is never reused and never moves, so no consent changes its meaning.
"""

from dataclasses import dataclass
from typing import Annotated

from chaincode.codec import alternative
from chaincode.context import Context
from chaincode.fields import Flag, PublicName, Unsigned32
from chaincode.membership.records import PURPOSES, Purpose
from chaincode.state import StateReader
from ledger.refusal import Code, require

DEPTH_MAX = 16


@alternative(7, "purpose.define")
@dataclass(frozen=True, slots=True)
class PurposeDefine:
    """Define a purpose below another, or at the root."""

    code: Annotated[Unsigned32, "Its code, unused so far."]
    name: Annotated[PublicName, "Its public name."]
    parent: Annotated[Unsigned32 | None, "Code of the wider purpose; none at the root."]
    sensitive: Annotated[Flag, "Whether it touches sensitive personal information."]


def define_purpose(context: Context, action: PurposeDefine) -> None:
    """Add a purpose; what lies below a sensitive one is sensitive."""
    require(PURPOSES.get(context.state, action.code) is None, Code.TAKEN, "code")
    sensitive = action.sensitive
    if action.parent is not None:
        parent = PURPOSES.require(context.state, action.parent, "parent")
        require(_depth(context.state, action.parent) < DEPTH_MAX, Code.OUT_OF_BOUNDS, "parent")
        sensitive = sensitive or parent.sensitive
    PURPOSES.put(context.state, action.code, Purpose(action.name, action.parent, sensitive))
    context.emit("purpose.defined", amounts=(action.code,))


def _depth(state: StateReader, code: int) -> int:
    depth = 0
    current: int | None = code
    while current is not None:
        purpose = PURPOSES.get(state, current)
        assert purpose is not None
        current = purpose.parent
        depth += 1
    return depth
