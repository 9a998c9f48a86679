"""The block header: all that the block hash covers. The view is in the certificate, never here."""

from dataclasses import dataclass, fields

from ledger import shape, suites
from ledger.encoding import Value, decode, encode

VERSION = 1
HEADER_SIZE_MAX = 1_024

_TAG = b"qc/header/v1"
_INTEGERS = frozenset({"height", "time_ms", "proposer", "validator_epoch"})


@dataclass(frozen=True, slots=True)
class Header:
    """A header in the order of its canonical array, which starts with the version.

    Hashes have 32 bytes.
    """

    genesis_hash: bytes
    height: int
    time_ms: int
    """Unix time in milliseconds, strictly rising along the chain."""
    parent_hash: bytes
    """Hash of the block before, for block 1 the genesis hash."""
    proposer: int
    """Index of the validator that built the block."""
    transaction_root: bytes
    last_certificate_hash: bytes
    evidence_root: bytes
    state_root: bytes
    """World state after block height - 1, for block 1 the genesis state."""
    receipt_root: bytes
    """Receipts of block height - 1, for block 1 of no receipts."""
    history_root: bytes
    """Hashes of blocks 1 … height - 1."""
    validator_epoch: int
    validators_hash: bytes
    """Set that votes on this height."""
    next_validators_hash: bytes
    """Set that votes on the next height."""
    params_hash: bytes

    def to_value(self) -> Value:
        """Return the header as a canonical value."""
        return [VERSION, *(getattr(self, field.name) for field in fields(self))]

    def encoded(self) -> bytes:
        """Return the canonical bytes."""
        return encode(self.to_value())

    def hash(self) -> bytes:
        """Return the block hash."""
        return suites.tagged_hash(_TAG, self.encoded())


def header_from_value(value: Value) -> Header:
    """Return the header of a decoded canonical value, or refuse with E006."""
    names = [field.name for field in fields(Header)]
    version, *values = shape.array(value, 1 + len(names), "header")
    shape.constant(version, VERSION, "header.version")
    hashes: dict[str, bytes] = {}
    integers: dict[str, int] = {}
    for name, item in zip(names, values, strict=True):
        if name in _INTEGERS:
            integers[name] = shape.unsigned(item, f"header.{name}")
        else:
            hashes[name] = shape.hash32(item, f"header.{name}")
    return Header(
        height=integers["height"],
        time_ms=integers["time_ms"],
        proposer=integers["proposer"],
        validator_epoch=integers["validator_epoch"],
        **hashes,
    )


def decode_header(data: bytes) -> Header:
    """Return the header of strict canonical bytes, or refuse with E006."""
    return header_from_value(decode(data, size_max=HEADER_SIZE_MAX))
