"""Withdrawal: who listed a supply or a demand takes it back."""

from dataclasses import dataclass
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import Identifier
from chaincode.membership.records import Party
from chaincode.trading.demands import close_demand
from chaincode.trading.listings import close_listing
from chaincode.trading.records import (
    DEMANDS,
    LISTINGS,
    Demand,
    DemandStatus,
    ListingStatus,
)
from ledger.refusal import Code, require


@transaction_type("listing.withdraw", since=1, signed_by="the operator, or the user of a demand")
@dataclass(frozen=True, slots=True)
class ListingWithdraw:
    """Take a supply or a demand back; what was ordered or matched stays so."""

    listing: Annotated[Identifier, "The listing or the demand."]


def withdraw_listing(context: Context, body: ListingWithdraw) -> None:
    """Withdraw an open supply or demand; refuse (E403) one that is over."""
    context.require_signers(1)
    signer = context.signer_party()
    demand = DEMANDS.get(context.state, body.listing)
    if demand is not None:
        _withdraw_demand(context, signer, body.listing, demand)
        return
    listing = LISTINGS.require(context.state, body.listing, "listing")
    require(listing.operator == signer.id, Code.NO_RIGHT, "signers[0]")
    require(listing.is_open(context.now_ms), Code.LISTING_CLOSED, "listing")
    close_listing(context, body.listing, ListingStatus.WITHDRAWN)


def _withdraw_demand(context: Context, signer: Party, demand_id: bytes, demand: Demand) -> None:
    require(demand.user == signer.id, Code.NO_RIGHT, "signers[0]")
    require(demand.is_open(context.now_ms), Code.LISTING_CLOSED, "listing")
    close_demand(context, demand_id, DemandStatus.WITHDRAWN)
    context.emit("demand.withdrawn", demand_id, demand.user)
