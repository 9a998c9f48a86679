"""Sharing the income: every payee signs the policy, and only with the share it agreed to."""

from apps.stage.desk import Desk
from chaincode.registration.records import PRODUCTS
from chaincode.settlement.policies import PolicySet


async def agrees_to_share(desk: Desk, body: object) -> bool:
    """Agree to a policy that gives this party the share of the product it was promised."""
    if not isinstance(body, PolicySet):
        return False
    product = await desk.record(PRODUCTS, body.product)
    if product is None:
        return False
    own = await desk.own_party()
    shares = {payee.party: payee.share for payee in body.payees}
    return shares.get(own.id) == desk.agreement.product(product.terms.name).shares[desk.role]
