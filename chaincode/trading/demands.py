"""Demands: what a user looks for at a venue, before it knows who offers it.

demand.list ─▶ OPEN ─ listing.match ─▶ MATCHED
├─── listing.withdraw ─▶ WITHDRAWN
└─── time ─▶ EXPIRED
"""

from dataclasses import dataclass, replace
from typing import Annotated

from chaincode.authorization.purposes import require_purpose
from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.due import DueKind
from chaincode.fields import Fen, Identifier, Milliseconds, Unsigned32
from chaincode.parameters import ParameterName
from chaincode.registration.records import PRODUCTS, ProductClass
from chaincode.rights import Right
from chaincode.trading.conditions import require_none_frozen, require_venue
from chaincode.trading.records import (
    DEMAND_BOOK,
    DEMANDS,
    Demand,
    DemandStatus,
    PlaceInBook,
    demand_place,
)
from ledger.refusal import Code, require


@transaction_type("demand.list", since=1, signed_by="a user")
@dataclass(frozen=True, slots=True)
class DemandList:
    """The user says what it would order, and what it would pay at most."""

    venue: Annotated[Identifier, "The designated venue."]
    product_class: Annotated[ProductClass, "The class of the product."]
    product: Annotated[Identifier | None, "The only product that will do; none: any of the class."]
    purpose: Annotated[Unsigned32, "What the data will be used for."]
    price: Annotated[Fen, "The most that one line may cost."]
    quantity: Annotated[Unsigned32, "Lines that will be ordered, from one supply."]
    until_ms: Annotated[Milliseconds, "When it ends by itself."]


def list_demand(context: Context, body: DemandList) -> None:
    """Open a demand and put it into the book of its venue."""
    context.require_signers(1)
    user = context.signer_party()
    context.require_right(user, Right.USE)
    require_none_frozen(context, (user.id,), "signers[0]")
    require_venue(context, body.venue, "venue")
    if body.product is not None:
        product = PRODUCTS.require(context.state, body.product, "product")
        same = product.terms.product_class is body.product_class
        require(same, Code.WRONG_CLASS, "product_class")
    require_purpose(context.state, body.purpose, "purpose")
    require(body.quantity > 0, Code.OUT_OF_BOUNDS, "quantity")
    require(context.now_ms < body.until_ms, Code.DEADLINE_PASSED, "until_ms")
    term_ms = context.parameter(ParameterName.LISTING_TERM_MAX_MS)
    require(body.until_ms <= context.now_ms + term_ms, Code.OUT_OF_BOUNDS, "until_ms")
    demand = Demand(
        user=user.id,
        venue=body.venue,
        product_class=body.product_class,
        product=body.product,
        purpose=body.purpose,
        price=body.price,
        quantity=body.quantity,
        listed_ms=context.now_ms,
        until_ms=body.until_ms,
        status=DemandStatus.OPEN,
    )
    DEMANDS.put(context.state, context.tx_id, demand)
    DEMAND_BOOK.put(context.state, demand_place(context.tx_id, demand), PlaceInBook())
    context.schedule(body.until_ms, DueKind.DEMAND_EXPIRES, context.tx_id)
    context.emit("demand.listed", context.tx_id, user.id, body.venue, amounts=(body.price,))


def expire_demand(context: Context, demand_id: bytes) -> None:
    """Write down that a demand's term is over."""
    if DEMANDS.known(context.state, demand_id).status is DemandStatus.OPEN:
        close_demand(context, demand_id, DemandStatus.EXPIRED)
        demand = DEMANDS.known(context.state, demand_id)
        context.emit("demand.expired", demand_id, demand.user)


def close_demand(context: Context, demand_id: bytes, status: DemandStatus) -> None:
    """End a demand and leave the book."""
    demand = DEMANDS.known(context.state, demand_id)
    DEMANDS.put(context.state, demand_id, replace(demand, status=status))
    DEMAND_BOOK.delete(context.state, demand_place(demand_id, demand))
