"""What a founder checks before running a node: the document follows from plan and keys."""

from collections.abc import Sequence

from genesis.assembly import assemble
from genesis.contribution import Contribution
from genesis.plan import Plan
from ledger.genesis import GENESIS_SIZE_MAX, decode_genesis, genesis_hash_of
from ledger.refusal import Code, require


def verify_genesis(data: bytes, plan: Plan, contributions: Sequence[Contribution]) -> bytes:
    """Return the genesis hash of a file that equals one's own assembly, or refuse it (E006)."""
    require(len(data) <= GENESIS_SIZE_MAX, Code.SCHEMA, "genesis.size")
    require(assemble(plan, contributions).encoded() == data, Code.SCHEMA, "genesis")
    return genesis_hash_of(data)


def require_own_keys(data: bytes, contribution: Contribution) -> None:
    """Refuse (E010) a document in which a key of one's own contribution is missing."""
    genesis = decode_genesis(data)
    authorities = [item.ca_certificate for item in genesis.organisations]
    require(contribution.ca_certificate in authorities, Code.NOT_FOUND, "ca_certificate")
    validators = [item.public_key for item in genesis.validators]
    for validator in contribution.validators:
        require(validator.public_key in validators, Code.NOT_FOUND, "validator")
    parties = [(item.sign_key, item.kem_key) for item in genesis.parties]
    for party in contribution.parties:
        require((party.sign_key, party.kem_key) in parties, Code.NOT_FOUND, f"party {party.label}")
