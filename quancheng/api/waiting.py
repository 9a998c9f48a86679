"""What the next block waits for, as a node sees it: part of `chain_status`."""

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Annotated

from ledger.validators import VALIDATORS_MAX
from quancheng.api.method import Hash, Height, PublicKey
from quancheng.json_object import ItemsMax


@unique
class WaitingCause(StrEnum):
    """Why the next block is not there. What an operator can mend has its own word."""

    IDLE = "idle"
    """There is nothing to decide."""
    DECIDING = "deciding"
    """It is being decided, and is not late."""
    FOLLOWING = "following"
    """The node does not vote; it hears of blocks once they are decided."""
    FETCHING = "fetching"
    """The block exists, and is being fetched from peers."""
    UNREACHABLE = "unreachable"
    """Fewer validators are connected than decide."""
    OWN_SILENCE = "own_silence"
    """The node's own vote is missing, because it may not sign yet."""
    PRIMARY_SILENT = "primary_silent"
    """The primary of the view has made no acceptable proposal."""
    BLOCK_MISSING = "block_missing"
    """Transactions of the proposed block are missing, or it is still being checked."""
    VOTES_MISSING = "votes_missing"
    """Enough validators are connected, but some of them do not vote."""
    DISK = "disk"
    """The decided block is not on the node's disk yet."""
    HALTED = "halted"
    """Consensus has stopped on the node."""

    @property
    def is_trouble(self) -> bool:
        """Say whether somebody should look after it, unless it passes within seconds."""
        return self not in _HEALTHY


_HEALTHY = frozenset(
    {WaitingCause.IDLE, WaitingCause.DECIDING, WaitingCause.FOLLOWING, WaitingCause.FETCHING}
)


@dataclass(frozen=True, slots=True)
class MissingVoteView:
    """A validator whose message of the present step has not come."""

    validator: Annotated[int, "Index among the validators of the height."]
    public_key: PublicKey
    organisation: Annotated[Hash, "Id of the organisation that runs it."]
    organisation_name: Annotated[str, "Name of the organisation; empty where unknown."]
    connected: Annotated[bool, "Whether the node asked is connected to it, or is it."]


@dataclass(frozen=True, slots=True)
class WaitingView:
    """What the next block waits for, from whom, since when, and why that has not come."""

    cause: Annotated[WaitingCause, "Why the next block is not there."]
    step: Annotated[
        str,
        "What has to come next: work, view_change, pre_prepare, block, prepare, commit, disk or"
        " nothing.",
    ]
    height: Annotated[Height, "Height that is being decided."]
    view: Annotated[int, "View in which it is being decided."]
    since_ms: Annotated[int, "Unix time in milliseconds at which this step began."]
    due_since_ms: Annotated[
        int | None, "Since when there is something to decide at this height; null where nothing."
    ]
    needed: Annotated[int, "How many validators decide."]
    reachable: Annotated[int, "How many are connected, the node asked counted where it votes."]
    own_validator: Annotated[
        int | None, "Index of the node asked among the validators; null where it is none."
    ]
    missing: Annotated[
        tuple[MissingVoteView, ...],
        ItemsMax(VALIDATORS_MAX),
        "Whose messages of this step have not come.",
    ]
