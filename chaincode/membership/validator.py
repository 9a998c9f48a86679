"""Validators: one is added, removed or replaced at a time, from a height known beforehand.

A chain cannot see whether a node answers, so who proposes a change looks first (`quancheng
validators`). What the state itself shows is held here.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from chaincode.codec import alternative
from chaincode.context import Context
from chaincode.fields import PublicKey, Unsigned64
from chaincode.membership.key import require_free_key
from chaincode.membership.records import ORGANISATIONS
from chaincode.parameters import ParameterName
from chaincode.validators import Member, decide_set, newest_schedule, set_of_epoch
from ledger.genesis import VALIDATORS_MIN
from ledger.refusal import Code, require
from ledger.validators import VALIDATORS_MAX, Validator, ValidatorSet, validator_set

DELAY_BLOCKS = 2
"""A set decided in block H votes on block H + 2 at the earliest."""
LEAD_BLOCKS_MAX = 10_000
"""How far ahead a change may be set: until it is in force no other can be decided."""


@alternative(9, "validators.change")
@dataclass(frozen=True, slots=True)
class ValidatorsChange:
    """Add a validator, remove one, or put one in the place of another."""

    added: Annotated[Member | None, "The validator that joins, if any."]
    removed: Annotated[PublicKey | None, "The voting key that leaves, if any."]
    from_height: Annotated[Unsigned64, "First height of the new set, at the earliest H + 2."]


def change_validators(context: Context, action: ValidatorsChange) -> None:
    """Decide the next set of validators.

    1. Somebody joins or leaves (E006).
    2. The set decided last is in force, and votes for a whole epoch before the next (E705); the
       change is not set too far ahead (E021).
    3. Who leaves votes now (E010).
    4. Who joins is of an organisation that has machines (E010, E011), with a sound key (E106) that
       serves and served nothing else, as a retired one did (E101).
    5. Four validators stay, and no organisation rises to a third (E707, E708).
    """
    require((action.added, action.removed) != (None, None), Code.SCHEMA, "added")  # 1
    height = context.block.height
    schedule = newest_schedule(context.state)
    from_height = max(action.from_height, height + DELAY_BLOCKS)
    epoch_blocks = context.parameter(ParameterName.EPOCH_BLOCKS_MIN)
    in_force = schedule.from_height <= height
    whole = from_height >= schedule.from_height + epoch_blocks
    require(in_force and whole, Code.VALIDATOR_CHANGE, "from_height")  # 2
    require(from_height <= height + LEAD_BLOCKS_MAX, Code.OUT_OF_BOUNDS, "from_height")
    present = set_of_epoch(context.state, schedule.newest_epoch)
    members = list(present.members)
    if action.removed is not None:  # 3
        index = present.index_of(action.removed)
        require(index is not None, Code.NOT_FOUND, "removed")
        members = [item for item in members if item.public_key != action.removed]
    if action.added is not None:  # 4
        _require_welcome(context, action.added)
        members.append(Validator(action.added.public_key, action.added.organisation))
    _require_balanced(present.members, members)  # 5
    following = validator_set(schedule.newest_epoch + 1, members)
    decide_set(context.state, following, from_height)
    _emit(context, action, following, from_height)


def _require_welcome(context: Context, added: Member) -> None:
    organisation = ORGANISATIONS.require(context.state, added.organisation, "added.organisation")
    has_machines = organisation.ca_certificate is not None
    require(has_machines, Code.BAD_STATE, "added.organisation")
    require_free_key(context, added.public_key, "added.public_key")


def _require_balanced(before: Sequence[Validator], after: Sequence[Validator]) -> None:
    """Refuse a set below four, and one in which an organisation has come to hold a third.

    A development chain, which began below four, may stay there; who held more from the beginning
    may not grow.
    """
    require(len(after) <= VALIDATORS_MAX, Code.OUT_OF_BOUNDS, "added")
    require(len(after) >= min(VALIDATORS_MIN, len(before)), Code.TOO_FEW_VALIDATORS, "removed")
    if len(after) < VALIDATORS_MIN:
        return
    held = Counter(item.organisation for item in before)
    for organisation, count in Counter(item.organisation for item in after).items():
        grew = count * len(before) > held[organisation] * len(after)
        light = 3 * count < len(after)
        require(light or not grew, Code.ORGANISATION_TOO_HEAVY, organisation.hex())


def _emit(
    context: Context, action: ValidatorsChange, following: ValidatorSet, from_height: int
) -> None:
    named = () if action.added is None else (action.added.organisation,)
    amounts = (following.epoch, from_height, following.size)
    context.emit("validators.changed", context.tx_id, *named, amounts=amounts)
