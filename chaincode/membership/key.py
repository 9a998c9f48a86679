"""Keys: rotated by their owner at once, recovered by an identity authority after a delay.

Within the delay the owner can undo a recovery by rotating. A key that has signed for a party never
signs for anybody again. What was wrapped for an envelope key before stays as it is.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import Identifier, KemKey, PublicKey, Unsigned64
from chaincode.membership.records import (
    KEYS,
    PARTIES,
    SUBJECTS,
    KeyBinding,
    Party,
    PartyStatus,
)
from chaincode.parameters import ParameterName
from chaincode.rights import Right
from chaincode.validators import history
from ledger.refusal import Code, Refused, require
from ledger.suites import is_admissible_key

LEAD_BLOCKS_MAX = 10_000_000
"""How far ahead a change of keys may be set."""

_UNRECOVERABLE = (Right.WATCH, Right.IDENTIFY)
"""Rights whose holders an identity authority cannot impersonate by a recovery."""


@transaction_type(
    "key.rotate",
    since=1,
    signed_by="the old key, or an identity authority; the new signing key if there is one",
    protective=True,
)
@dataclass(frozen=True, slots=True)
class KeyRotate:
    """A party changes its keys, or an identity authority recovers a lost signing key."""

    party: Annotated[Identifier, "The party whose keys change."]
    sign_key: Annotated[PublicKey | None, "The new signing key, which signs second."]
    kem_key: Annotated[KemKey | None, "The new key for envelopes, in force at once."]
    from_height: Annotated[Unsigned64, "First height on which the new signing key signs."]


def rotate_key(context: Context, body: KeyRotate) -> None:
    """Change the keys of a party; a suspended one may too, for its safety."""
    changed = body.sign_key is not None or body.kem_key is not None
    require(changed, Code.SCHEMA, "sign_key")
    context.require_signers(1 if body.sign_key is None else 2)
    binding = _binding_in_force(context)
    party = PARTIES.require(context.state, body.party, "party")
    if binding.party == body.party:
        present = party.status in (PartyStatus.ACTIVE, PartyStatus.SUSPENDED)
        require(present, Code.PARTY_NOT_ACTIVE, "signers[0]")
        old_key = context.signers[0]
    else:
        _require_recovery(context, party, body)
        old_key = party.sign_key
    if body.sign_key is not None:
        _require_new_key(context, body.sign_key, body.from_height)
        _replace_key(context, party, old_key, body)
    kem_key = body.kem_key or party.kem_key
    sign_key = body.sign_key or party.sign_key
    PARTIES.put(context.state, party.id, replace(party, sign_key=sign_key, kem_key=kem_key))
    context.emit("key.rotated", party.id, amounts=(body.from_height,))


def require_free_key(context: Context, key: bytes, where: str) -> None:
    """Refuse a key that is unsound (E106) or serves somebody or something already (E101)."""
    require(is_admissible_key(key), Code.BAD_KEY, where)
    require(SUBJECTS.get(context.state, key) is None, Code.TAKEN, where)
    require(KEYS.get(context.state, key) is None, Code.TAKEN, where)
    votes = any(members.index_of(key) is not None for _, members in history(context.state))
    require(not votes, Code.TAKEN, where)


def _binding_in_force(context: Context) -> KeyBinding:
    binding = KEYS.get(context.state, context.signers[0])
    if binding is None:
        raise Refused(Code.NO_RIGHT, "signers[0]")
    require(binding.signs_at(context.block.height), Code.KEY_REVOKED, "signers[0]")
    return binding


def _require_recovery(context: Context, party: Party, body: KeyRotate) -> None:
    """Refuse a recovery by anybody else, without its delay, or of too powerful a party."""
    authority = context.signer_party()
    context.require_right(authority, Right.IDENTIFY)
    powerful = any(context.holds(party, right) for right in _UNRECOVERABLE)
    require(not powerful, Code.ROLE_CONFLICT, "party")
    present = party.status in (PartyStatus.ACTIVE, PartyStatus.SUSPENDED)
    require(present, Code.PARTY_NOT_ACTIVE, "party")
    require(body.sign_key is not None and body.kem_key is None, Code.SCHEMA, "kem_key")
    newest = KEYS.require(context.state, party.sign_key, "party")
    require(newest.from_height <= context.block.height, Code.BAD_STATE, "party")
    delay = context.parameter(ParameterName.KEY_RECOVERY_BLOCKS)
    late = body.from_height >= context.block.height + delay
    require(late, Code.OUT_OF_BOUNDS, "from_height")


def _require_new_key(context: Context, key: bytes, from_height: int) -> None:
    require(context.signers[1] == key, Code.MISSING_COSIGNER, "signers[1]")
    require_free_key(context, key, "sign_key")
    height = context.block.height
    within = height <= from_height <= height + LEAD_BLOCKS_MAX
    require(within, Code.OUT_OF_BOUNDS, "from_height")


def _replace_key(context: Context, party: Party, old_key: bytes, body: KeyRotate) -> None:
    assert body.sign_key is not None
    if party.sign_key != old_key:
        # A change that is not yet in force, for instance a recovery the owner does not want, gives
        # way.
        KEYS.delete(context.state, party.sign_key)
    old = KEYS.require(context.state, old_key, "signers[0]")
    KEYS.put(context.state, old_key, replace(old, until_height=body.from_height))
    binding = KeyBinding(party.id, from_height=body.from_height, until_height=None)
    KEYS.put(context.state, body.sign_key, binding)
