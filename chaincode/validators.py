"""The validator set as the state knows it: who votes at a height, and every set that ever voted.

A set that is decided in block H votes from max(from_height, H + 2) on, because block H + 1 is built
while H's result is not yet known to all. History stays, so that evidence and certificates of any
height can be judged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from chaincode.fields import AtMost, Identifier, PublicKey, Unsigned32, Unsigned64
from chaincode.state import Overlay, StateReader
from chaincode.tables import Single, Table
from ledger.validators import VALIDATORS_MAX, Validator, ValidatorSet


@dataclass(frozen=True, slots=True)
class Member:
    """One voting key and who runs it."""

    public_key: Annotated[PublicKey, "The voting key."]
    organisation: Annotated[Identifier, "The organisation that runs it."]


@dataclass(frozen=True, slots=True)
class SetRecord:
    """The validators of one epoch, in ascending order of keys."""

    from_height: Annotated[Unsigned64, "First height on which it votes."]
    members: Annotated[tuple[Member, ...], AtMost(VALIDATORS_MAX), "Its members."]


@dataclass(frozen=True, slots=True)
class Schedule:
    """The newest epoch that was decided; the one before it votes until its first height."""

    newest_epoch: Annotated[Unsigned32, "Newest epoch, in force or decided."]
    from_height: Annotated[Unsigned64, "First height of the newest epoch."]


SETS: Table[int, SetRecord] = Table(0x06, "validator set", SetRecord, Unsigned32)
SCHEDULE: Single[Schedule] = Single(0x07, "validator schedule", Schedule)


def newest_schedule(state: StateReader) -> Schedule:
    """Return the newest epoch that was decided."""
    schedule = SCHEDULE.get(state)
    assert schedule is not None
    return schedule


def decide_set(state: Overlay, validators: ValidatorSet, from_height: int) -> None:
    """Decide the set of the next epoch; the one before it must be in force."""
    assert validators.epoch == newest_schedule(state).newest_epoch + 1
    SETS.put(state, validators.epoch, record_of(validators, from_height))
    SCHEDULE.put(state, Schedule(validators.epoch, from_height))


def set_at(state: StateReader, height: int) -> ValidatorSet:
    """Return the set that votes at a height: the next one, or the one after it."""
    schedule = newest_schedule(state)
    in_force = height >= schedule.from_height
    return set_of_epoch(state, schedule.newest_epoch if in_force else schedule.newest_epoch - 1)


def set_of_height(state: StateReader, height: int) -> ValidatorSet:
    """Return the set of any height from 1 on up to the one after the next block."""
    epoch = newest_schedule(state).newest_epoch
    while epoch and SETS.known(state, epoch).from_height > height:
        epoch -= 1
    return set_of_epoch(state, epoch)


def set_of_epoch(state: StateReader, epoch: int) -> ValidatorSet:
    """Return the set of an epoch that was decided."""
    record = SETS.get(state, epoch)
    assert record is not None, epoch
    return _validator_set(epoch, record)


def history(state: StateReader) -> Iterator[tuple[int, ValidatorSet]]:
    """Yield first height and set of every epoch, the oldest first."""
    for epoch, record in SETS.scan(state):
        yield record.from_height, _validator_set(epoch, record)


def record_of(validators: ValidatorSet, from_height: int) -> SetRecord:
    """Return the record of a set that votes from a height on."""
    members = tuple(Member(item.public_key, item.organisation) for item in validators.members)
    return SetRecord(from_height, members)


def _validator_set(epoch: int, record: SetRecord) -> ValidatorSet:
    return ValidatorSet(
        epoch, tuple(Validator(m.public_key, m.organisation) for m in record.members)
    )
