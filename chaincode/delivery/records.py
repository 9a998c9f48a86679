"""What the world state keeps of assets: the sealed envelope, who can open it, and until when."""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Annotated

from chaincode.fields import (
    AtMost,
    Commitment,
    Fen,
    FieldSet,
    Flag,
    Identifier,
    KemKey,
    Milliseconds,
    Unsigned32,
    Unsigned64,
    Wrap,
)
from chaincode.rights import Right
from chaincode.tables import Table
from ledger.envelope_header import RECIPIENTS_MAX


@unique
class AssetStatus(IntEnum):
    """SEALED → USABLE → ERASED; SEALED → VOID."""

    SEALED = 1
    USABLE = 2
    ERASED = 3
    VOID = 4


@unique
class Verdict(IntEnum):
    """What the user says of an envelope it opened."""

    OK = 1
    BAD_KEY = 2
    BAD_CONTENT = 3
    BAD_FIELDS = 4


@dataclass(frozen=True, slots=True)
class KeyWrap:
    """The content key sealed for one right holder."""

    right: Annotated[Right, "The right on which it is given."]
    key: Annotated[KemKey, "The key it is sealed for."]
    wrap: Annotated[Wrap, "The sealed content key."]


@dataclass(frozen=True, slots=True)
class Asset:
    """A data asset: what was sealed for one order line."""

    line: Annotated[Identifier, "The order line it was made for."]
    deliverer: Annotated[
        Identifier, "The party that sealed it; in carry mode the id of the person's key."
    ]
    channel: Annotated[Identifier, "The delivery channel that carries the ciphertext."]
    fields: Annotated[FieldSet, "The fields it holds."]
    chunk_size: Annotated[Unsigned32, "Bytes of content in one chunk."]
    size: Annotated[Unsigned64, "Bytes of content."]
    cipher_root: Annotated[Commitment, "Root over the sealed chunks."]
    committee: Annotated[Unsigned32, "Epoch of the supervisors who have a wrap; 0: none has."]
    source: Annotated[
        Commitment | None, "Salted commitment to the person's own envelope it was carried from."
    ]
    key_commitment: Annotated[Commitment, "Commitment to the content key."]
    content_commitment: Annotated[Commitment, "Salted commitment to the content."]
    header_hash: Annotated[Commitment, "Hash of the envelope's header."]
    wraps: Annotated[
        tuple[KeyWrap, ...], AtMost(RECIPIENTS_MAX), "The content key for each right holder."
    ]
    copies: Annotated[
        tuple[KeyWrap, ...], AtMost(RECIPIENTS_MAX), "Wraps that the person added for themselves."
    ]
    status: Annotated[AssetStatus, "Where it stands in its life."]
    erase_until_ms: Annotated[Milliseconds | None, "When it must be erased, if ever."]
    overdue: Annotated[Flag, "Whether that time passed without the user's word."]
    verdict: Annotated[Verdict | None, "What the user said of it."]


@dataclass(frozen=True, slots=True)
class AssetOfProduct:
    """A place in the index from a product to the assets made of it."""


@dataclass(frozen=True, slots=True)
class Meter:
    """How often a product was used within one period, and for how much."""

    releases: Annotated[Unsigned64, "Deliveries that were released."]
    gross: Annotated[Fen, "Their prices together."]


ASSETS: Table[bytes, Asset] = Table(0x50, "asset", Asset, Identifier)
ASSETS_OF_PRODUCT: Table[tuple[bytes, bytes], AssetOfProduct] = Table(
    0x51, "asset of product", AssetOfProduct, Identifier, Identifier
)
METERS: Table[tuple[bytes, int], Meter] = Table(0x52, "meter", Meter, Identifier, Unsigned32)
