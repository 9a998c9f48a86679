"""The door: what keeps a transaction out of blocks altogether.

A block that contains one of these is invalid. Everything else that the rules forbid is included as
FAILED, because supervisors must see attempts. The node adds what only it knows: signatures
(`ledger.transaction.has_valid_signatures`), ids seen inside the window, and the counts of the
block's organisations, for which `organisation_of` names who is charged.
"""

from collections.abc import Sequence

from chaincode import parameters
from chaincode.catalogue import active_type
from chaincode.context import BlockContext
from chaincode.membership.records import KEYS, PARTIES, SUBJECTS, Party, PartyStatus
from chaincode.parameters import ParameterName
from chaincode.state import StateReader
from ledger.refusal import Code, Refusal, Refused, require
from ledger.transaction import Transaction

_CHARGEABLE = (PartyStatus.ACTIVE, PartyStatus.SUSPENDED)


def refuse_at_door(
    state: StateReader, transaction: Transaction, block: BlockContext
) -> Refusal | None:
    """Return why a transaction may not stand in a block, or None.

    `state` is the one after the block before. Checked in this order: another chain (E002), expired
    (E004), too far ahead (E015), first signer unknown (E016).
    """
    window_ms = parameters.value_at(state, ParameterName.TRANSACTION_WINDOW_MS, block.height)
    refusal = refuse_chain(transaction, block.genesis_hash) or refuse_time(
        transaction, block.time_ms, window_ms
    )
    return refusal or refuse_signer(state, transaction, block.height)


def refuse_chain(transaction: Transaction, genesis_hash: bytes) -> Refusal | None:
    """Refuse (E002) a transaction that was signed for another chain."""
    if transaction.unsigned.genesis_hash != genesis_hash:
        return Refusal(Code.WRONG_CHAIN, "genesis_hash")
    return None


def refuse_time(transaction: Transaction, time_ms: int, window_ms: int) -> Refusal | None:
    """Refuse a transaction unless 0 < valid_until_ms - block time ≤ window.

    E004 where it is over, E015 where it is too far.
    """
    remaining_ms = transaction.unsigned.valid_until_ms - time_ms
    if remaining_ms <= 0:
        return Refusal(Code.EXPIRED, "valid_until_ms")
    if remaining_ms > window_ms:
        return Refusal(Code.TOO_FAR_AHEAD, "valid_until_ms")
    return None


def refuse_signer(state: StateReader, transaction: Transaction, height: int) -> Refusal | None:
    """Refuse (E016) a first signer that is not registered, or a key not in force at the height.

    Who has stolen a revoked key cannot use up its owner's allowance.
    """
    binding = KEYS.get(state, transaction.signers[0])
    in_force = binding is None or binding.signs_at(height)
    if in_force and charged_party(state, transaction) is not None:
        return None
    return Refusal(Code.UNKNOWN_SIGNER, "signers[0]")


def charged_party(state: StateReader, transaction: Transaction) -> Party | None:
    """Return the party that answers for the first signer, or None where nobody does.

    A pseudonym is charged to the user of its matter, and before its first request to the authority
    that bound it.
    """
    first = transaction.signers[0]
    binding = KEYS.get(state, first)
    if binding is not None:
        return _chargeable(state, binding.party)
    subject = SUBJECTS.get(state, first)
    if subject is None:
        return None
    return _chargeable(state, subject.user or subject.authority)


def organisation_of(state: StateReader, transaction: Transaction) -> bytes:
    """Return the organisation whose allowance a transaction uses.

    Refuse (E016) an unknown first signer.
    """
    party = charged_party(state, transaction)
    if party is None:
        raise Refused(Code.UNKNOWN_SIGNER, "signers[0]")
    return party.organisation


def is_signed_by_person(state: StateReader, transaction: Transaction) -> bool:
    """Say whether the first signer is a pseudonym; its user is charged, but apart from its own.

    Otherwise a user could fill its allowance and so keep a person's revocation out.
    """
    return KEYS.get(state, transaction.signers[0]) is None


def is_protective(type_name: str, version: int) -> bool:
    """Say whether a type stands first in a block, with an allowance of its own."""
    declaration = active_type(type_name, version)
    return declaration is not None and declaration.facts.protective


def require_protective_first(transactions: Sequence[Transaction], version: int) -> None:
    """Refuse (E903) a block in which a protective transaction stands behind another one."""
    ranks = [not is_protective(transaction.type, version) for transaction in transactions]
    require(ranks == sorted(ranks), Code.BAD_BODY, "transactions")


def _chargeable(state: StateReader, party_id: bytes) -> Party | None:
    party = PARTIES.get(state, party_id)
    return party if party is not None and party.status in _CHARGEABLE else None
