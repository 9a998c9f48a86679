"""Methods about what happens: pages of records from any place on, and a live WebSocket stream.

A record is the receipt of a transaction or sweep with its place (height, index): every attempt is
in the stream, the refused ones too. A stream or page goes on after the place it is given, so that a
reader that remembers the place of its last record or heartbeat misses nothing and sees nothing
twice.
"""

from dataclasses import dataclass
from typing import Annotated

from quancheng.api.method import PAGE_DEFAULT, Hash, Height, Limit, Method
from quancheng.api.refusal import RefusalView
from quancheng.api.transactions import ReceiptView
from quancheng.json_form import IntegerForm, TextForm
from quancheng.json_object import ItemsMax

NAMES_MAX = 32
IDS_MAX = 100
HEARTBEAT_MS = 5_000
INDEX_MAX = 2**32 - 1

EVENT_NOTICE = "events_record"
"""Method of the notification that carries a record."""
HEARTBEAT_NOTICE = "events_heartbeat"
"""Method of the notification that carries only the place reached."""
ENDED_NOTICE = "events_ended"
"""Method of the notification that a stream cannot go on."""

CLOSE_SLOW_READER = 4001
"""WebSocket close code: the reader took its records too slowly. Resume from the last place."""
CLOSE_TOKEN_EXPIRED = 4002
"""WebSocket close code: the token is no longer good. Get another and resume."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the stream of records: after the record `index` of block `height`."""

    height: Height
    index: Annotated[int, IntegerForm(INDEX_MAX), "Position of the record in the block, from 1."]


START = Place(0, 0)


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which records to send; empty parts leave everything through."""

    names: Annotated[
        tuple[Annotated[str, TextForm(64)], ...],
        ItemsMax(NAMES_MAX),
        "Event names, or areas with a final dot, for instance consent.",
    ] = ()
    ids: Annotated[tuple[Hash, ...], ItemsMax(IDS_MAX), "Ids that an event must name."] = ()
    failed_only: Annotated[bool, "Only attempts that the rules refused."] = False


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record: what a transaction or sweep brought about, with its place."""

    place: Annotated[Place, "Resume after this."]
    time_ms: Annotated[int, "Time of the block."]
    type: Annotated[str | None, "Type of the transaction; null for a sweep."]
    receipt: ReceiptView


@dataclass(frozen=True, slots=True)
class EventsRequest:
    """Names where to go on reading."""

    after: Annotated[Place | None, "Go on after this place; null means from the beginning."] = None
    filter: Annotated[RecordFilter, "Which records."] = RecordFilter()
    limit: Annotated[Limit, "How many records at most."] = PAGE_DEFAULT


@dataclass(frozen=True, slots=True)
class EventsResult:
    """A page of records."""

    records: tuple[RecordView, ...]
    place: Annotated[Place, "Everything up to here has been read; the next page goes on after it."]
    height: Annotated[Height, "Height of the last committed block."]


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """Names an id whose history to read, the newest first."""

    id: Annotated[Hash, "Id of a party, subject, consent, order … or any other id of an event."]
    before: Annotated[Place | None, "Only what is older than this; null means the newest."] = None
    limit: Annotated[Limit, "How many records at most."] = PAGE_DEFAULT


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """A page of what concerned an id, the newest first, refused attempts included."""

    records: tuple[RecordView, ...]
    before: Annotated[Place | None, "Place of the next page; null after the last one."]


@dataclass(frozen=True, slots=True)
class SubscribeRequest:
    """Names which records to stream."""

    after: Annotated[Place | None, "Go on after this place; null means after the last block."] = (
        None
    )
    filter: Annotated[RecordFilter, "Which records."] = RecordFilter()


@dataclass(frozen=True, slots=True)
class SubscribeResult:
    """The stream has begun. Notices on this connection carry its number."""

    subscription: int
    place: Annotated[Place, "The stream goes on after this place."]


@dataclass(frozen=True, slots=True)
class UnsubscribeRequest:
    """Names a stream of this connection."""

    subscription: int


@dataclass(frozen=True, slots=True)
class UnsubscribeResult:
    """Whether there was such a stream."""

    ended: bool


@dataclass(frozen=True, slots=True)
class RecordNotice:
    """A record of a stream."""

    subscription: int
    record: RecordView


@dataclass(frozen=True, slots=True)
class HeartbeatNotice:
    """The stream lives and has read up to this place."""

    subscription: int
    place: Place


@dataclass(frozen=True, slots=True)
class EndedNotice:
    """The stream has ended and will not go on by itself."""

    subscription: int
    place: Place
    refusal: Annotated[RefusalView, "Why, for instance E913 where blocks were archived."]


EVENTS_LIST = Method(
    "events_list", EventsRequest, EventsResult, "What happened after a place, page by page."
)
EVENTS_HISTORY = Method(
    "events_history", HistoryRequest, HistoryResult, "What concerned an id, the newest first."
)
EVENTS_SUBSCRIBE = Method(
    "events_subscribe",
    SubscribeRequest,
    SubscribeResult,
    "Stream what happens from a place on; over WebSocket only.",
)
EVENTS_UNSUBSCRIBE = Method(
    "events_unsubscribe", UnsubscribeRequest, UnsubscribeResult, "End a stream of this connection."
)
