"""Notices: the text that a person is shown before consenting, fixed by its hash and reviewed."""

from dataclasses import dataclass
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import Commitment, Unsigned32
from chaincode.membership.records import PURPOSES
from chaincode.registration.records import NOTICES, Notice
from chaincode.registration.review import signing_registrar
from chaincode.rights import PartyKind, Right


@transaction_type("notice.register", since=1, signed_by="an operator; a registration body")
@dataclass(frozen=True, slots=True)
class NoticeRegister:
    """Operator and registration body fix the notice for one purpose and one kind of user."""

    text: Annotated[Commitment, "Hash of the text."]
    purpose: Annotated[Unsigned32, "Code of the purpose it explains."]
    user_kind: Annotated[PartyKind, "The kind of user it names."]


def register_notice(context: Context, body: NoticeRegister) -> None:
    """Register a notice; the first product that names it keeps it."""
    context.require_signers(2)
    operator = context.signer_party()
    context.require_right(operator, Right.OPERATE)
    registrar = signing_registrar(context, operator.id, index=1)
    PURPOSES.require(context.state, body.purpose, "purpose")
    notice = Notice(
        text=body.text,
        operator=operator.id,
        purpose=body.purpose,
        user_kind=body.user_kind,
        product=None,
    )
    NOTICES.put(context.state, context.tx_id, notice)
    context.emit("notice.registered", context.tx_id, operator.id, registrar.id)
