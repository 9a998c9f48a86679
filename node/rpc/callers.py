"""Who calls: what the server knows of the other side of a connection."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller. `account` is what quotas count under; None is not counted."""

    may_call: bool
    """False for one who has shown nothing where a token is needed."""
    account: bytes | None = None
    party: bytes | None = None
    key: bytes | None = None
    sid: bytes | None = None
    """Set for a person, who reads only what concerns this pseudonym."""
    is_operator: bool = False
    is_supervisor: bool = False


LOCAL = Caller(may_call=True, is_operator=True)
"""Anyone on the machine of a node that listens on loopback without a token."""
OPERATOR = Caller(may_call=True, is_operator=True)
"""The bearer of the node's own token."""
STRANGER = Caller(may_call=False)
