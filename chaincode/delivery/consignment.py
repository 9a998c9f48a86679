"""Everything that one delivery touches, gathered once: the line and what stands behind it."""

from dataclasses import dataclass

from chaincode.authorization.records import CONSENTS, Consent
from chaincode.delivery.records import ASSETS, Asset
from chaincode.registration.records import PRODUCTS, Product
from chaincode.state import StateReader
from chaincode.trading.records import LINES, LISTINGS, ORDERS, Line, Listing, Order


@dataclass(frozen=True, slots=True)
class Consignment:
    """A line with its order, listing, product, consent and envelope."""

    line_id: bytes
    line: Line
    order: Order
    listing: Listing
    product: Product
    consent: Consent | None
    envelope: Asset | None

    @property
    def asset(self) -> Asset:
        """The envelope of a line that is PREPARED or beyond."""
        assert self.envelope is not None
        return self.envelope

    @property
    def asset_id(self) -> bytes:
        """Its id."""
        assert self.line.asset is not None
        return self.line.asset


def consignment(state: StateReader, line_id: bytes, where: str) -> Consignment:
    """Return what a line's delivery touches; refuse (E010) an unknown line."""
    line = LINES.require(state, line_id, where)
    return Consignment(
        line_id=line_id,
        line=line,
        order=ORDERS.known(state, line.order),
        listing=LISTINGS.known(state, line.listing),
        product=PRODUCTS.known(state, line.product),
        consent=None if line.consent is None else CONSENTS.known(state, line.consent),
        envelope=None if line.asset is None else ASSETS.known(state, line.asset),
    )
