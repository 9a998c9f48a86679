"""Protocol versions: which rules are in force, and which ones this software knows.

A type or rule of a version acts from the height on that governance gives it, on every node at once.
Software that does not know a version cannot tell what it forbids, so it stops before that height. A
type that is not in force must look on newer software exactly as on older software, which has never
heard of it: E019, with no lane of its own.
"""

from chaincode import parameters
from chaincode.parameters import PARAMETERS, ParameterName
from chaincode.state import StateReader

VERSION_KNOWN = 1
"""The newest protocol version whose rules this software has."""


def version_at(state: StateReader, height: int) -> int:
    """Return the version in force at a height, from the state after the block before it."""
    return parameters.value_at(state, ParameterName.PROTOCOL_VERSION, height)


def decided_version(state: StateReader) -> tuple[int, int]:
    """Return the version that was decided last, and the first height under it."""
    record = PARAMETERS.get(state, ParameterName.PROTOCOL_VERSION)
    assert record is not None
    return record.next_value, record.from_height
