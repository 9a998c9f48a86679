"""The supervisors' committee: a key that no member has, of which each has a share.

    committee.set [governance] ─▶ PENDING ─ committee.confirm by each member ─▶ ACTIVE
                                     └ another is set ─▶ REPLACED  the next one ─▶ RETIRED

The members generate the key jointly, without a dealer (`docs/envelope.md`); what comes here is
public. Each member then proves that it holds its share, and the last proof puts the committee into
force. Envelopes name its epoch; a retired committee still opens those of its own.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.codec import alternative
from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import AtMost, GroupKey, Identifier, KnowledgeProof, Unsigned8, Unsigned32
from chaincode.rights import Right
from chaincode.state import StateReader
from chaincode.supervision.records import (
    COMMITTEE_EPOCHS,
    COMMITTEES,
    Committee,
    CommitteeEpochs,
    CommitteeStatus,
)
from ledger import suites, threshold
from ledger.refusal import Code, Refused, require
from ledger.threshold import MEMBERS_MAX

_CONFIRM_TAG = b"qc/committee-confirm/v1"


@alternative(10, "committee.set")
@dataclass(frozen=True, slots=True)
class CommitteeSet:
    """Let supervisors hold a jointly generated key; it is in force once each has confirmed."""

    epoch: Annotated[Unsigned32, "Its number, one above the newest."]
    threshold: Annotated[Unsigned8, "How many members open an envelope together."]
    members: Annotated[
        tuple[Identifier, ...], AtMost(MEMBERS_MAX), "The parties, in the order of their shares."
    ]
    commitments: Annotated[
        tuple[GroupKey, ...],
        AtMost(MEMBERS_MAX),
        "Images of the joint polynomial's coefficients; the first one is the joint key.",
    ]


@transaction_type("committee.confirm", since=1, signed_by="a member of the committee")
@dataclass(frozen=True, slots=True)
class CommitteeConfirm:
    """A member proves that it holds its share of a committee's key."""

    epoch: Annotated[Unsigned32, "The committee."]
    proof: Annotated[KnowledgeProof, "Proof of the share, bound to chain and epoch."]


def set_committee(context: Context, action: CommitteeSet) -> None:
    """Record a committee that waits for its members; refuse members without the right (E007)."""
    epochs = epochs_of(context.state)
    require(action.epoch == epochs.newest + 1, Code.OUT_OF_BOUNDS, "epoch")
    members = action.members
    require(0 < len(members) == len(frozenset(members)), Code.SCHEMA, "members")
    for index, member in enumerate(members):
        party = context.active_party(member, f"members[{index}]")
        context.require_right(party, Right.WATCH, f"members[{index}]")
    # One member alone never opens anything, unless it is the only one.
    least = min(2, len(members))
    require(least <= action.threshold <= len(members), Code.OUT_OF_BOUNDS, "threshold")
    require(len(action.commitments) == action.threshold, Code.SCHEMA, "commitments")
    committee = Committee(
        threshold=action.threshold,
        members=members,
        key=action.commitments[0],
        share_keys=_share_keys(action),
        confirmed=(),
        status=CommitteeStatus.PENDING,
    )
    pending = COMMITTEES.get(context.state, epochs.newest)
    if pending is not None and pending.status is CommitteeStatus.PENDING:
        replaced = replace(pending, status=CommitteeStatus.REPLACED)
        COMMITTEES.put(context.state, epochs.newest, replaced)
    COMMITTEES.put(context.state, action.epoch, committee)
    COMMITTEE_EPOCHS.put(context.state, replace(epochs, newest=action.epoch))
    context.emit("committee.set", *members, amounts=(action.epoch, action.threshold))


def confirm_committee(context: Context, body: CommitteeConfirm) -> None:
    """Record a member's proof of its share; the last one puts the committee into force."""
    context.require_signers(1)
    signer = context.signer_party()
    committee = COMMITTEES.require(context.state, body.epoch, "epoch")
    require(signer.id in committee.members, Code.NO_RIGHT, "signers[0]")
    require(committee.status is CommitteeStatus.PENDING, Code.BAD_STATE, "epoch")
    require(signer.id not in committee.confirmed, Code.SHARE_REPEATED, "signers[0]")
    index = committee.members.index(signer.id)
    bound = confirmation_context(context.block.genesis_hash, body.epoch, committee.key)
    proven = threshold.knows(bound, committee.share_keys[index], body.proof)
    require(proven, Code.BAD_SHARE, "proof")
    changed = replace(committee, confirmed=(*committee.confirmed, signer.id))
    COMMITTEES.put(context.state, body.epoch, changed)
    amounts = (body.epoch, len(changed.confirmed))
    context.emit("committee.confirmed", signer.id, amounts=amounts)
    if len(changed.confirmed) == len(changed.members):
        _activate(context, body.epoch, changed)


def confirmation_context(genesis_hash: bytes, epoch: int, key: bytes) -> bytes:
    """Return what a confirmation is bound to: this chain, epoch and joint key."""
    return suites.tagged_hash(_CONFIRM_TAG, genesis_hash, epoch.to_bytes(4, "big"), key)


def epochs_of(state: StateReader) -> CommitteeEpochs:
    """Return the newest epoch and the one in force, 0 where there is none."""
    return COMMITTEE_EPOCHS.get(state) or CommitteeEpochs(newest=0, active=0)


def active_committee(state: StateReader) -> tuple[int, Committee] | None:
    """Return the epoch and the committee to whose key envelopes are sealed now."""
    epoch = epochs_of(state).active
    return None if epoch == 0 else (epoch, COMMITTEES.known(state, epoch))


def _activate(context: Context, epoch: int, committee: Committee) -> None:
    epochs = epochs_of(context.state)
    if epochs.active != 0:
        before = COMMITTEES.known(context.state, epochs.active)
        retired = replace(before, status=CommitteeStatus.RETIRED)
        COMMITTEES.put(context.state, epochs.active, retired)
    COMMITTEES.put(context.state, epoch, replace(committee, status=CommitteeStatus.ACTIVE))
    COMMITTEE_EPOCHS.put(context.state, replace(epochs, active=epoch))
    context.emit("committee.activated", *committee.members, amounts=(epoch, committee.threshold))


def _share_keys(action: CommitteeSet) -> tuple[bytes, ...]:
    for index, commitment in enumerate(action.commitments):
        sound = suites.is_admissible_key(commitment)
        require(sound, Code.BAD_KEY, f"commitments[{index}]")
    return share_keys_of(action.commitments, len(action.members))


def share_keys_of(commitments: tuple[bytes, ...], members: int) -> tuple[bytes, ...]:
    """Return the image of each member's share; refuse (E106) where one is the neutral element."""
    try:
        keys = tuple(threshold.share_key(commitments, index + 1) for index in range(members))
    except suites.NoPoint:
        raise Refused(Code.BAD_KEY, "commitments") from None
    require(all(map(suites.is_admissible_key, keys)), Code.BAD_KEY, "commitments")
    return keys
