"""Price ceilings: the authorizing body sets what a product of the paid class may cost at most."""

from dataclasses import dataclass
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import Fen, Identifier
from chaincode.registration.records import PRODUCTS, FeeClass
from chaincode.rights import Right
from chaincode.supervision.disclosures import owe_disclosure
from chaincode.trading.records import PRICE_CAPS, PriceCap
from ledger.refusal import Code, require


@transaction_type("price.cap", since=1, signed_by="an authorizer")
@dataclass(frozen=True, slots=True)
class PriceCapSet:
    """Set the price ceiling and the permitted revenue of a product; both hold for new orders."""

    product: Annotated[Identifier, "The product."]
    price: Annotated[Fen, "The most one line may cost."]
    revenue_per_period: Annotated[Fen, "The most a statement period may bring in."]


def cap_price(context: Context, body: PriceCapSet) -> None:
    """Set or replace the ceiling of a product of the paid class."""
    context.require_signers(1)
    authorizer = context.signer_party()
    context.require_right(authorizer, Right.AUTHORIZE)
    product = PRODUCTS.require(context.state, body.product, "product")
    require(product.terms.fee_class is FeeClass.INDUSTRY, Code.FEE_CLASS, "product")
    owe_disclosure(context, authorizer.id)
    PRICE_CAPS.put(context.state, body.product, PriceCap(body.price, body.revenue_per_period))
    context.emit(
        "price.capped", body.product, authorizer.id, amounts=(body.price, body.revenue_per_period)
    )
