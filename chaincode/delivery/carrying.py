"""Carrying (携带): a person delivers from their own safe-box, or adds a copy for themselves.

In carry mode the person re-seals what they hold under a new key for the user whom their consent
names with its key; they prepare and release it instead of the deliverer, and no holder need be
online. `source` commits to the envelope they took it from; only the user learns which one it is.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.authorization.records import CONSENTS, Consent
from chaincode.authorization.subjects import Actor, require_actor
from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.delivery.records import ASSETS, AssetStatus, KeyWrap
from chaincode.fields import Identifier, KemKey, Wrap
from chaincode.rights import Right
from chaincode.trading.records import LINES
from ledger.envelope_header import RECIPIENTS_MAX
from ledger.refusal import Code, Refused, require


@transaction_type("asset.carry", since=1, signed_by="the subject's pseudonym key")
@dataclass(frozen=True, slots=True)
class AssetCarry:
    """The person seals the key of their own copy for another key of theirs."""

    asset: Annotated[Identifier, "An asset about them of which they have a copy."]
    key: Annotated[KemKey, "The key for which it is sealed anew."]
    wrap: Annotated[Wrap, "The same content key, sealed for that key."]


def carry_asset(context: Context, body: AssetCarry) -> None:
    """Add a wrap for the person; refuse (E318) an asset of which they never had a copy."""
    asset = ASSETS.require(context.state, body.asset, "asset")
    line = LINES.known(context.state, asset.line)
    if line.consent is None:
        raise Refused(Code.WRONG_CLASS, "asset")
    require_carrier(context, CONSENTS.known(context.state, line.consent), "asset")
    require(asset.status is not AssetStatus.VOID, Code.BAD_STATE, "asset")
    own = [item for item in asset.wraps if item.right is Right.CARRY]
    require(bool(own), Code.CONSENT_ALTERED, "asset")
    held = (*asset.wraps, *asset.copies)
    require(len(held) < RECIPIENTS_MAX, Code.RATE_LIMIT, "asset")
    require(all(item.key != body.key for item in held), Code.TAKEN, "key")
    copies = (*asset.copies, KeyWrap(Right.CARRY, body.key, body.wrap))
    ASSETS.put(context.state, body.asset, replace(asset, copies=copies))
    context.emit("asset.carried", body.asset, asset.line)


def require_carrier(context: Context, consent: Consent, where: str) -> None:
    """Refuse who does not act for the person of a consent, and the user of the matter (E105)."""
    if require_actor(context, consent.sid, where) is Actor.CUSTODIAN:
        require(context.signer_party().id != consent.user, Code.BAD_DELEGATION, "signers[0]")
