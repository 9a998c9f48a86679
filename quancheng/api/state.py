"""Methods about the world state: single values, proofs under certified headers, typed reads."""

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from ledger.state_proof import STATE_PROOF_SIZE_MAX
from quancheng.api.method import (
    PAGE_DEFAULT,
    ClockOffset,
    Cursor,
    Hash,
    Height,
    Limit,
    Method,
    NoParameters,
    PublicKey,
)
from quancheng.api.transactions import CertifiedHeader
from quancheng.json_form import BytesForm, TextForm
from quancheng.json_object import ItemsMax

KEY_SIZE_MAX = 256
VALUE_SIZE_MAX = 65_536
KEYS_MAX = 100
FILTERS_MAX = 8
PEERS_MAX = 1_024

StateKey: TypeAlias = Annotated[bytes, BytesForm(1, KEY_SIZE_MAX)]
EntityId: TypeAlias = Annotated[bytes, BytesForm(0, KEY_SIZE_MAX)]
StateValue: TypeAlias = Annotated[bytes, BytesForm(0, VALUE_SIZE_MAX)]


def kind_of(table_name: str) -> str:
    """Return the kind under which the rows of a table of the chaincode are read."""
    return table_name.replace(" ", "_")


@dataclass(frozen=True, slots=True)
class StateRequest:
    """Names keys of the world state."""

    keys: Annotated[tuple[StateKey, ...], ItemsMax(KEYS_MAX), "Raw keys: table number and parts."]


@dataclass(frozen=True, slots=True)
class StateResult:
    """Values after the last block, unproven."""

    height: Annotated[Height, "Height after which the values stand."]
    values: Annotated[
        tuple[StateValue | None, ...], ItemsMax(KEYS_MAX), "Canonical values; null where absent."
    ]


@dataclass(frozen=True, slots=True)
class ProveRequest:
    """Names a key of the world state and a header to prove against."""

    key: Annotated[StateKey, "Raw key."]
    height: Annotated[
        Height | None, "Header to prove against: the state before its block; null: the last one."
    ] = None


@dataclass(frozen=True, slots=True)
class ProveResult:
    """A value, or its absence, under the state root of a certified header."""

    key: StateKey
    value: Annotated[StateValue | None, "Canonical value; null where the key is absent."]
    proof: Annotated[bytes, BytesForm(1, STATE_PROOF_SIZE_MAX), "Canonical state proof."]
    block: Annotated[CertifiedHeader, "The header whose state_root the proof reaches."]


@dataclass(frozen=True, slots=True)
class EntityRequest:
    """Names an entity of the world state."""

    kind: Annotated[str, TextForm(32), "Kind of the entity, for instance consent."]
    id: Annotated[
        EntityId, "Its id: the parts of its key one after the other; empty where there is only one."
    ] = b""


@dataclass(frozen=True, slots=True)
class EntityView:
    """One entity as it stands after the last block."""

    kind: str
    id: Annotated[EntityId, "The parts of its key one after the other."]
    parts: Annotated[tuple[object, ...], "The parts: ids as hexadecimal, numbers as numbers."]
    key: Annotated[StateKey, "Raw key for state_get and state_prove."]
    fields: Annotated[object, "Fields by name."]


@dataclass(frozen=True, slots=True)
class EntityResult:
    """An entity and the height after which it stands."""

    height: Height
    entity: EntityView


@dataclass(frozen=True, slots=True)
class FieldFilter:
    """Keeps entities one of whose fields has a value."""

    field: Annotated[str, TextForm(64), "Name of the field."]
    value: Annotated[object, "The value as entity_get shows it."]


@dataclass(frozen=True, slots=True)
class EntityListRequest:
    """Names a kind of entities and which of them to list."""

    kind: Annotated[str, TextForm(32), "Kind of the entities."]
    prefix: Annotated[
        EntityId | None, "First parts of the key, for instance the subject of consents."
    ] = None
    where: Annotated[tuple[FieldFilter, ...], ItemsMax(FILTERS_MAX), "All of these must hold."] = ()
    cursor: Annotated[Cursor | None, "Where the page before ended; null for the first page."] = None
    limit: Annotated[Limit, "How many entities at most."] = PAGE_DEFAULT


@dataclass(frozen=True, slots=True)
class EntityListResult:
    """A page of entities in the order of their keys.

    A page may hold fewer than asked, even none, and still have a cursor: a filtered read looks at a
    bounded number of rows in one call.
    """

    height: Height
    entities: tuple[EntityView, ...]
    cursor: Annotated[Cursor | None, "Cursor of the next page; null after the last one."]


@dataclass(frozen=True, slots=True)
class EntityKind:
    """One kind of entity."""

    kind: str
    meaning: str
    fields: Annotated[object, "Its fields with their forms and meanings."]


@dataclass(frozen=True, slots=True)
class EntityKindsResult:
    """All kinds that entity_get and entity_list know."""

    kinds: tuple[EntityKind, ...]


@dataclass(frozen=True, slots=True)
class PeerView:
    """A node that this one is connected to."""

    node_id: Annotated[Hash, "Its TLS public key."]
    organisation: Annotated[Hash, "Id of the organisation that runs it."]
    name: Annotated[str, "Name of the organisation; empty where unknown."]
    address: str
    height: Annotated[Height, "Height it last spoke of."]
    validator: Annotated[int | None, "Index among the validators, where it is one."] = None
    validator_key: Annotated[
        PublicKey | None, "The key it says it votes with, now or once it is a validator."
    ] = None
    round_trip_ms: Annotated[int, "How long it takes to answer, in milliseconds."] = 0
    clock_offset_ms: Annotated[
        ClockOffset | None,
        "How far its clock is ahead of this node's, in milliseconds; null if unknown.",
    ] = None
    certificate_expired_ms: Annotated[
        int | None, "When its certificate ran out: Unix time in milliseconds; null while valid."
    ] = None
    agrees: Annotated[
        bool | None,
        "Whether the last certified block it showed is this node's too; null where not known.",
    ] = None


@dataclass(frozen=True, slots=True)
class PeersResult:
    """All connected nodes."""

    peers: Annotated[tuple[PeerView, ...], ItemsMax(PEERS_MAX)]


STATE_GET = Method(
    "state_get", StateRequest, StateResult, "Values of the world state by their raw keys."
)
STATE_PROVE = Method(
    "state_prove", ProveRequest, ProveResult, "A value or its absence, proven under a header."
)
ENTITY_KINDS = Method(
    "entity_kinds", NoParameters, EntityKindsResult, "The kinds of entities and their fields."
)
ENTITY_GET = Method(
    "entity_get", EntityRequest, EntityResult, "One entity: a party, consent, order, account …"
)
ENTITY_LIST = Method(
    "entity_list", EntityListRequest, EntityListResult, "Entities of a kind, page by page."
)
NET_PEERS = Method("net_peers", NoParameters, PeersResult, "The nodes this one is connected to.")
