"""The transaction types and due items of membership."""

from collections.abc import Callable, Mapping

from chaincode.context import Context
from chaincode.declaration import AnyDeclaration, declare
from chaincode.due import DueKind
from chaincode.membership.key import KeyRotate, rotate_key
from chaincode.membership.party import PartyApply, apply_party
from chaincode.membership.proposal import (
    ProposalApprove,
    ProposalOpen,
    approve_proposal,
    expire_proposal,
    open_proposal,
)
from chaincode.membership.subject import (
    SubjectBind,
    SubjectDelegate,
    bind_subject,
    delegate_subject,
)

DECLARATIONS: tuple[AnyDeclaration, ...] = (
    declare(PartyApply, apply_party),
    declare(ProposalOpen, open_proposal),
    declare(ProposalApprove, approve_proposal),
    declare(KeyRotate, rotate_key),
    declare(SubjectBind, bind_subject),
    declare(SubjectDelegate, delegate_subject),
)

SWEEPS: Mapping[DueKind, Callable[[Context, bytes], None]] = {
    DueKind.PROPOSAL_EXPIRES: expire_proposal,
}
