"""What every review shares: who may review, and what stands in its way."""

from enum import IntEnum, unique

from chaincode.context import Context
from chaincode.membership.records import Party
from chaincode.registration.records import OPEN_OBJECTIONS
from chaincode.rights import Right
from ledger.refusal import Code, require


@unique
class Decision(IntEnum):
    """The outcome of a review."""

    APPROVED = 1
    REJECTED = 2


def signing_registrar(context: Context, *interested: bytes, index: int = 0) -> Party:
    """Return the registration body that signed at an index.

    Refuse (E007) others, and (E014) judges in their own cause.
    """
    registrar = context.signer_party(index)
    where = f"signers[{index}]"
    context.require_right(registrar, Right.REGISTER, where)
    require(registrar.id not in interested, Code.ROLE_CONFLICT, where)
    return registrar


def require_no_objection(context: Context, target: bytes, where: str) -> None:
    """Refuse (E208) to go on while an objection is open."""
    first = next(OPEN_OBJECTIONS.scan(context.state, target), None)
    require(first is None, Code.OBJECTION_OPEN, where)
