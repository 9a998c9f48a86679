"""Sharing the income: every payee signs the policy, and only with the share it agreed to."""

from apps.loan.desk import Desk
from apps.loan.story import SHARES
from chaincode.settlement.policies import PolicySet


async def agrees_to_share(desk: Desk, body: object) -> bool:
    """Agree to a policy that gives this party the share it was promised."""
    if not isinstance(body, PolicySet):
        return False
    own = await desk.own_party()
    shares = {payee.party: payee.share for payee in body.payees}
    return shares.get(own.id) == SHARES[desk.role]
