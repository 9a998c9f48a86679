"""What the front may ask of the node: the methods of `Backend`, each with its declared types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_type_hints

from node.front.values import Misformed, Read, reader_of
from node.rpc.backend import Backend

HEAVY = frozenset({"block", "check", "metrics", "prove", "state_page", "trace"})
"""Reads of many records, or of much work: few at a time, on worker threads over snapshots."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of the interface: how to read its arguments and its result."""

    name: str
    arguments: tuple[Read, ...]
    result: Read
    is_heavy: bool

    def read_arguments(self, values: Sequence[object]) -> tuple[object, ...]:
        """Return the arguments; raise Misformed for others than declared."""
        if len(values) != len(self.arguments):
            raise Misformed(self.name)
        return tuple(read(value) for read, value in zip(self.arguments, values, strict=True))


def _operation(name: str) -> Operation:
    hints = get_type_hints(getattr(Backend, name))
    result = hints.pop("return")
    arguments = tuple(reader_of(hint) for hint in hints.values())
    return Operation(name, arguments, reader_of(result), name in HEAVY)


OPERATIONS: Mapping[str, Operation] = {
    name: _operation(name) for name in vars(Backend) if not name.startswith("_")
}
"""Every operation by its name."""

assert OPERATIONS.keys() >= HEAVY
