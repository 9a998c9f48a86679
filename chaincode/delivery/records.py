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
    """SEALED → USABLE → ERASED; SEALED → VOID. Overdue erasure is a flag beside the status."""

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

    right: Right
    key: KemKey
    wrap: Wrap


@dataclass(frozen=True, slots=True)
class Asset:
    """A data asset: what was sealed for one order line."""

    line: Identifier
    deliverer: Identifier
    channel: Identifier
    fields: FieldSet
    chunk_size: Unsigned32
    size: Unsigned64
    cipher_root: Commitment
    key_commitment: Commitment
    content_commitment: Commitment
    header_hash: Commitment
    wraps: Annotated[tuple[KeyWrap, ...], AtMost(RECIPIENTS_MAX)]
    retention_until_ms: Milliseconds
    """Until when the user may keep the content; 0 where nothing has to be erased."""
    status: AssetStatus
    overdue: Flag
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class AssetOfProduct:
    """A place in the index from a product to the assets made of it."""


@dataclass(frozen=True, slots=True)
class Meter:
    """How often a product was used within one period, and for how much."""

    releases: Unsigned64
    gross: Fen


ASSETS: Table[bytes, Asset] = Table(0x50, "asset", Asset, Identifier)
ASSETS_OF_PRODUCT: Table[tuple[bytes, bytes], AssetOfProduct] = Table(
    0x51, "asset of product", AssetOfProduct, Identifier, Identifier
)
METERS: Table[tuple[bytes, int], Meter] = Table(0x52, "meter", Meter, Identifier, Unsigned32)
