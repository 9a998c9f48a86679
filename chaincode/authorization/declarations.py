"""The transaction types and due items of authorization."""

from collections.abc import Callable, Mapping

from chaincode.authorization import consents, grants, matters, requests
from chaincode.context import Context
from chaincode.declaration import AnyDeclaration, declare
from chaincode.due import DueKind

DECLARATIONS: tuple[AnyDeclaration, ...] = (
    declare(grants.GrantOffer, grants.offer_grant),
    declare(grants.GrantAccept, grants.accept_grant),
    declare(grants.GrantRevoke, grants.revoke_grant),
    declare(grants.GrantSurrender, grants.surrender_grant),
    declare(matters.MatterOpen, matters.open_matter),
    declare(matters.MatterClose, matters.close_matter),
    declare(requests.ConsentRequest, requests.request_consent),
    declare(consents.ConsentGrant, consents.grant_consent),
    declare(consents.ConsentDeny, consents.deny_consent),
    declare(consents.ConsentRevoke, consents.revoke_consent),
)

SWEEPS: Mapping[DueKind, Callable[[Context, bytes], None]] = {
    DueKind.GRANT_OFFER_LAPSES: grants.lapse_offer,
    DueKind.GRANT_EXPIRES: grants.expire_grant,
    DueKind.MATTER_EXPIRES: matters.expire_matter,
    DueKind.CONSENT_LAPSES: consents.lapse_request,
    DueKind.CONSENT_EXPIRES: consents.expire_consent,
}
