"""Rights: assigned until a time and withdrawn by governance, within the separation of duties."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from chaincode.codec import alternative
from chaincode.context import Context
from chaincode.fields import Identifier, Milliseconds
from chaincode.membership.records import PARTIES, RIGHTS, Party, PartyStatus, RightHeld
from chaincode.rights import Right, are_compatible
from ledger.refusal import Code, require


@alternative(5, "right.assign")
@dataclass(frozen=True, slots=True)
class RightAssign:
    """Assign a right to a party, or move the time at which it ends."""

    party: Annotated[Identifier, "The party."]
    right: Annotated[Right, "The right."]
    until_ms: Annotated[Milliseconds | None, "When it ends; none: with its withdrawal."]


@alternative(6, "right.withdraw")
@dataclass(frozen=True, slots=True)
class RightWithdraw:
    """Withdraw a right from a party."""

    party: Annotated[Identifier, "The party."]
    right: Annotated[Right, "The right."]


def assign_right(context: Context, action: RightAssign) -> None:
    """Assign a right.

    Refuse a party that has left (E011), a time that is over (E514), a conflict (E014).
    """
    party = PARTIES.require(context.state, action.party, "party")
    present = party.status in (PartyStatus.ACTIVE, PartyStatus.SUSPENDED)
    require(present, Code.BAD_STATE, "party")
    lasting = action.until_ms is None or context.now_ms < action.until_ms
    require(lasting, Code.DEADLINE_PASSED, "until_ms")
    require_compatible(context, party, (action.right,), "right")
    RIGHTS.put(context.state, (party.id, action.right), RightHeld(action.until_ms))
    context.emit("right.assigned", party.id, amounts=(action.right,))


def withdraw_right(context: Context, action: RightWithdraw) -> None:
    """Withdraw a right that is held."""
    PARTIES.require(context.state, action.party, "party")
    RIGHTS.require(context.state, (action.party, action.right), "right")
    RIGHTS.delete(context.state, (action.party, action.right))
    context.emit("right.withdrawn", action.party, amounts=(action.right,))


def require_compatible(context: Context, party: Party, rights: Sequence[Right], where: str) -> None:
    """Refuse (E014) rights that a party may not hold, or not together with what it holds now."""
    held = [
        Right(right)
        for (_, right), record in RIGHTS.scan(context.state, party.id)
        if record.until_ms is None or context.now_ms < record.until_ms
    ]
    require(are_compatible(party.kind, (*held, *rights)), Code.ROLE_CONFLICT, where)
