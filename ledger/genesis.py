"""The genesis document: who founds the chain, with which keys, rights and parameters.

The document itself is height 0: there is no header of it.

Form: [version, suite, chain name, time_ms, protocol_version, development, predecessor,
organisations, validators, parties, parameters]. `genesis_hash = H(qc/genesis/v1, bytes)` binds
every signature of the chain to this document.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ledger import shape, suites
from ledger.encoding import Value, decode, encode
from ledger.refusal import Code, require
from ledger.validators import Validator, ValidatorSet, validator_set

VERSION = 1
GENESIS_SIZE_MAX = 1024 * 1024
ORGANISATIONS_MAX = 256
PARTIES_MAX = 1_024
PARAMETERS_MAX = 256
NAME_SIZE_MAX = 96
CA_CERTIFICATE_SIZE_MAX = 4_096
KEM_KEY_SIZE = 33
RIGHTS_MAX = 32
VALIDATORS_MIN = 4
"""Fewer validators tolerate no traitor; only a development genesis may have fewer."""

_TAG = b"qc/genesis/v1"
_ORGANISATION_TAG = b"qc/organisation/v1"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Organisation:
    """A founding legal body.

    Governing ones have one vote each; the CA (DER X.509, Ed25519) admits its machines.
    """

    name: str
    governing: bool
    ca_certificate: bytes

    @property
    def id(self) -> bytes:
        """The 32-byte id: hash of the CA certificate."""
        return suites.tagged_hash(_ORGANISATION_TAG, self.ca_certificate)


@dataclass(frozen=True, slots=True)
class GenesisParty:
    """A party that is ACTIVE from the start.

    Kind and rights are numbers of the chaincode's enumerations.
    """

    organisation: bytes
    name: str
    kind: int
    rights: tuple[int, ...]
    sign_key: bytes
    kem_key: bytes


@dataclass(frozen=True, slots=True)
class Parameter:
    """A governed integer with the bounds within which governance may move it."""

    name: str
    value: int
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The chain that this one founds anew: its genesis hash and its last block hash."""

    genesis_hash: bytes
    block_hash: bytes


@dataclass(frozen=True, slots=True)
class Genesis:
    """The founding document as a value.

    Organisations, parties and parameters stand in ascending order of id or name.
    """

    chain_name: str
    time_ms: int
    protocol_version: int
    development: bool
    predecessor: Predecessor | None
    organisations: tuple[Organisation, ...]
    validators: tuple[Validator, ...]
    parties: tuple[GenesisParty, ...]
    parameters: tuple[Parameter, ...]

    def encoded(self) -> bytes:
        """Return the canonical bytes, which travel as the genesis file."""
        predecessor = self.predecessor
        return encode(
            [
                VERSION,
                suites.ED25519_SHA256,
                self.chain_name,
                self.time_ms,
                self.protocol_version,
                self.development,
                None if predecessor is None else [predecessor.genesis_hash, predecessor.block_hash],
                [[item.name, item.governing, item.ca_certificate] for item in self.organisations],
                [[item.public_key, item.organisation] for item in self.validators],
                [
                    [
                        item.organisation,
                        item.name,
                        item.kind,
                        list(item.rights),
                        item.sign_key,
                        item.kem_key,
                    ]
                    for item in self.parties
                ],
                [[item.name, item.value, item.minimum, item.maximum] for item in self.parameters],
            ]
        )

    def hash(self) -> bytes:
        """Return the genesis hash."""
        return genesis_hash_of(self.encoded())

    def validator_set(self) -> ValidatorSet:
        """Return the set that votes from height 1 on, epoch 0."""
        return validator_set(0, self.validators)


def genesis_hash_of(data: bytes) -> bytes:
    """Return the hash of a genesis file."""
    return suites.tagged_hash(_TAG, data)


def decode_genesis(data: bytes) -> Genesis:
    """Return the document of canonical bytes that founds a sound chain, or refuse with E006."""
    parts = shape.array(decode(data, size_max=GENESIS_SIZE_MAX), 11, "genesis")
    shape.constant(parts[0], VERSION, "genesis.version")
    shape.constant(parts[1], suites.ED25519_SHA256, "genesis.suite")
    genesis = Genesis(
        chain_name=shape.text(parts[2], "chain_name", NAME_SIZE_MAX),
        time_ms=shape.unsigned(parts[3], "time_ms"),
        protocol_version=shape.unsigned(parts[4], "protocol_version"),
        development=shape.boolean(parts[5], "development"),
        predecessor=_predecessor(parts[6]),
        organisations=_rows(parts[7], ORGANISATIONS_MAX, _organisation),
        validators=_rows(parts[8], ORGANISATIONS_MAX, _validator),
        parties=_rows(parts[9], PARTIES_MAX, _party),
        parameters=_rows(parts[10], PARAMETERS_MAX, _parameter),
    )
    require_sound(genesis)
    return genesis


def require_sound(genesis: Genesis) -> None:
    """Refuse (E006) other orders, unknown organisations, bad keys and too few validators."""
    organisations = [item.id for item in genesis.organisations]
    require(organisations == sorted(set(organisations)), Code.SCHEMA, "organisations")
    require(genesis.validator_set().members == genesis.validators, Code.SCHEMA, "validators")
    enough = genesis.development or len(genesis.validators) >= VALIDATORS_MIN
    require(enough, Code.SCHEMA, "validators.count")
    keys = [item.sign_key for item in genesis.parties]
    require(keys == sorted(set(keys)), Code.SCHEMA, "parties")
    names = [item.name for item in genesis.parameters]
    require(names == sorted(set(names)), Code.SCHEMA, "parameters")
    for parameter in genesis.parameters:
        require(
            parameter.minimum <= parameter.value <= parameter.maximum, Code.SCHEMA, parameter.name
        )
    for member in genesis.validators:
        require(member.organisation in organisations, Code.SCHEMA, "validators.organisation")
        require(suites.is_admissible_key(member.public_key), Code.SCHEMA, "validators.public_key")
    for party in genesis.parties:
        require(party.organisation in organisations, Code.SCHEMA, "parties.organisation")
        require(suites.is_admissible_key(party.sign_key), Code.SCHEMA, "parties.sign_key")


def _rows(value: Value, size_max: int, read: Callable[[Value], T]) -> tuple[T, ...]:
    return tuple(read(row) for row in shape.array_up_to(value, size_max, "genesis"))


def _predecessor(value: Value) -> Predecessor | None:
    if value is None:
        return None
    genesis_hash, block_hash = shape.array(value, 2, "predecessor")
    return Predecessor(
        shape.hash32(genesis_hash, "predecessor"), shape.hash32(block_hash, "predecessor")
    )


def _organisation(value: Value) -> Organisation:
    name, governing, ca_certificate = shape.array(value, 3, "organisation")
    return Organisation(
        shape.text(name, "organisation.name", NAME_SIZE_MAX),
        shape.boolean(governing, "organisation.governing"),
        shape.byte_string_up_to(
            ca_certificate, "organisation.ca_certificate", CA_CERTIFICATE_SIZE_MAX
        ),
    )


def _validator(value: Value) -> Validator:
    public_key, organisation = shape.array(value, 2, "validator")
    return Validator(
        shape.byte_string(public_key, "validator.public_key", suites.PUBLIC_KEY_SIZE),
        shape.hash32(organisation, "validator.organisation"),
    )


def _party(value: Value) -> GenesisParty:
    organisation, name, kind, rights, sign_key, kem_key = shape.array(value, 6, "party")
    return GenesisParty(
        organisation=shape.hash32(organisation, "party.organisation"),
        name=shape.text(name, "party.name", NAME_SIZE_MAX),
        kind=shape.unsigned(kind, "party.kind", 255),
        rights=tuple(
            shape.unsigned(right, "party.rights", 255)
            for right in shape.array_up_to(rights, RIGHTS_MAX, "party.rights")
        ),
        sign_key=shape.byte_string(sign_key, "party.sign_key", suites.PUBLIC_KEY_SIZE),
        kem_key=shape.byte_string(kem_key, "party.kem_key", KEM_KEY_SIZE),
    )


def _parameter(value: Value) -> Parameter:
    name, current, minimum, maximum = shape.array(value, 4, "parameter")
    return Parameter(
        shape.text(name, "parameter.name", NAME_SIZE_MAX),
        shape.unsigned(current, "parameter.value"),
        shape.unsigned(minimum, "parameter.minimum"),
        shape.unsigned(maximum, "parameter.maximum"),
    )
