"""The contribution: the public half of one organisation's keys, all of it that travels.

Form: [[version, plan hash, label, CA certificate, [[validator key, address] …], [[party label, sign
key, envelope key] …]], proofs]. Each proof is a signature over qc/contribution-sign/v1 ‖
H(qc/contribution/v1, unsigned): by the authority, each validator key and each party's signing key,
in this order. It proves that the sender holds the key and agreed to the plan.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from genesis.certificates import authority_key_of
from genesis.plan import Plan
from ledger import shape, suites
from ledger.encoding import Value, decode, encode
from ledger.genesis import CA_CERTIFICATE_SIZE_MAX, KEM_KEY_SIZE, PARTIES_MAX
from ledger.refusal import Code, require
from ledger.validators import VALIDATORS_MAX

VERSION = 1
CONTRIBUTION_SIZE_MAX = 1024 * 1024
LABEL_SIZE_MAX = 32
ADDRESS_SIZE_MAX = 256

# Addresses of others go into one's own configuration file, so they hold nothing but an address.
_ADDRESS = re.compile(r"[A-Za-z0-9.:\[\]-]+:[0-9]{1,5}")

_TAG = b"qc/contribution/v1"
_SIGN_TAG = b"qc/contribution-sign/v1"


@dataclass(frozen=True, slots=True)
class ContributedValidator:
    """A voting key and the address, `host:port`, where the other nodes reach its node."""

    public_key: bytes
    address: str


@dataclass(frozen=True, slots=True)
class ContributedParty:
    """The keys of a planned party."""

    label: str
    sign_key: bytes
    kem_key: bytes


@dataclass(frozen=True, slots=True)
class Contribution:
    """One organisation's keys for one plan. `proofs` are empty until every key has signed."""

    plan_hash: bytes
    label: str
    ca_certificate: bytes
    validators: tuple[ContributedValidator, ...]
    parties: tuple[ContributedParty, ...]
    proofs: tuple[bytes, ...] = ()

    def signing_bytes(self) -> bytes:
        """Return what every key of the contribution signs."""
        return _SIGN_TAG + suites.tagged_hash(_TAG, encode(self._unsigned_value()))

    def encoded(self) -> bytes:
        """Return the canonical bytes of the contribution file."""
        return encode([self._unsigned_value(), list(self.proofs)])

    def _unsigned_value(self) -> Value:
        return [
            VERSION,
            self.plan_hash,
            self.label,
            self.ca_certificate,
            [[item.public_key, item.address] for item in self.validators],
            [[item.label, item.sign_key, item.kem_key] for item in self.parties],
        ]


def decode_contribution(data: bytes) -> Contribution:
    """Return the contribution of strict canonical bytes, or refuse with E006.

    Its proofs are not yet checked.
    """
    unsigned, proofs = shape.array(decode(data, size_max=CONTRIBUTION_SIZE_MAX), 2, "contribution")
    version, plan_hash, label, certificate, validators, parties = shape.array(
        unsigned, 6, "contribution"
    )
    shape.constant(version, VERSION, "contribution.version")
    proofs_max = 1 + VALIDATORS_MAX + PARTIES_MAX
    return Contribution(
        shape.hash32(plan_hash, "plan_hash"),
        shape.text(label, "label", LABEL_SIZE_MAX),
        shape.byte_string_up_to(certificate, "ca_certificate", CA_CERTIFICATE_SIZE_MAX),
        tuple(
            _validator(row) for row in shape.array_up_to(validators, VALIDATORS_MAX, "validators")
        ),
        tuple(_party(row) for row in shape.array_up_to(parties, PARTIES_MAX, "parties")),
        tuple(
            shape.byte_string(item, "proofs", suites.SIGNATURE_SIZE)
            for item in shape.array_up_to(proofs, proofs_max, "proofs")
        ),
    )


def require_sound_contribution(contribution: Contribution, plan: Plan) -> None:
    """Refuse another plan (E002), other names (E006), or a key that did not sign (E001)."""
    label = contribution.label
    planned = plan.organisation(label)
    require(contribution.plan_hash == plan.hash(), Code.WRONG_CHAIN, f"{label}.plan_hash")
    require(len(contribution.validators) == planned.validators, Code.SCHEMA, f"{label}.validators")
    labels = [party.label for party in contribution.parties]
    require(labels == [party.label for party in planned.parties], Code.SCHEMA, f"{label}.parties")
    for validator in contribution.validators:
        address = _ADDRESS.fullmatch(validator.address)
        require(address is not None, Code.SCHEMA, f"{label}.validators.address")
    keys = [
        authority_key_of(contribution.ca_certificate),
        *(item.public_key for item in contribution.validators),
        *(item.sign_key for item in contribution.parties),
    ]
    require(len(contribution.proofs) == len(keys) == len(set(keys)), Code.SCHEMA, f"{label}.proofs")
    message = contribution.signing_bytes()
    for index, (key, proof) in enumerate(zip(keys, contribution.proofs, strict=True)):
        sound = suites.verify(key, message, proof)
        require(sound, Code.BAD_SIGNATURE, f"{label}.proofs[{index}]")


def proofs_of(contribution: Contribution, seeds: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the proofs by the seeds of the authority, the validators and the parties."""
    message = contribution.signing_bytes()
    return tuple(suites.sign(seed, message) for seed in seeds)


def _validator(row: Value) -> ContributedValidator:
    public_key, address = shape.array(row, 2, "validators")
    return ContributedValidator(
        shape.byte_string(public_key, "validators.public_key", suites.PUBLIC_KEY_SIZE),
        shape.text(address, "validators.address", ADDRESS_SIZE_MAX),
    )


def _party(row: Value) -> ContributedParty:
    label, sign_key, kem_key = shape.array(row, 3, "parties")
    return ContributedParty(
        shape.text(label, "parties.label", LABEL_SIZE_MAX),
        shape.byte_string(sign_key, "parties.sign_key", suites.PUBLIC_KEY_SIZE),
        shape.byte_string(kem_key, "parties.kem_key", KEM_KEY_SIZE),
    )
