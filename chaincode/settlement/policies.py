"""Distribution policies: who shares a product's income, agreed by everyone concerned.

A line keeps the version that was in force when it was placed, so a change never reaches back.
"""

from dataclasses import dataclass
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import AtMost, Commitment, Identifier
from chaincode.registration.records import PRODUCTS, Product
from chaincode.rights import Right
from chaincode.settlement.distribution import BASIS_POINTS
from chaincode.settlement.pools import close_if_over
from chaincode.settlement.records import (
    CURRENT_POLICIES,
    PAYEES_MAX,
    POLICIES,
    POOLS,
    CurrentPolicy,
    Payee,
    Policy,
    Pool,
)
from ledger.refusal import Code, require


@transaction_type(
    "policy.set", since=1, signed_by="the operator, the developer and all payees; or an authorizer"
)
@dataclass(frozen=True, slots=True)
class PolicySet:
    """Agree on how the income of a product is shared from the next order on."""

    product: Annotated[Identifier, "The product."]
    payees: Annotated[tuple[Payee, ...], AtMost(PAYEES_MAX), "Who is paid and how much."]
    agreement: Annotated[Commitment, "Commitment to the agreement that derives the shares."]


def set_policy(context: Context, body: PolicySet) -> None:
    """Set the next policy version; the one before closes when its last line ends."""
    signer = context.signer_party()
    product = PRODUCTS.require(context.state, body.product, "product")
    _require_payees(context, body)
    if context.holds(signer, Right.AUTHORIZE):
        context.require_signers(1)
    else:
        _require_agreement(context, product, body)
    current = CURRENT_POLICIES.get(context.state, body.product)
    version = 1 if current is None else current.version + 1
    key = (body.product, version)
    CURRENT_POLICIES.put(context.state, body.product, CurrentPolicy(version))
    POLICIES.put(context.state, key, Policy(body.payees, body.agreement))
    nothing = (0,) * len(body.payees)
    POOLS.put(context.state, key, Pool(income=0, paid=nothing, open_lines=0, closed=False))
    if current is not None:
        close_if_over(context, (body.product, current.version))
    payees = tuple(payee.party for payee in body.payees)
    context.emit("policy.set", body.product, *payees, amounts=(version,))


def _require_payees(context: Context, body: PolicySet) -> None:
    """Refuse shares that do not make the whole (E601), and payees unknown, inactive or repeated."""
    total = sum(payee.share for payee in body.payees)
    require(total == BASIS_POINTS, Code.POLICY_SUM, "payees")
    parties = [payee.party for payee in body.payees]
    require(len(set(parties)) == len(parties), Code.POLICY_SUM, "payees")
    for index, party in enumerate(parties):
        context.active_party(party, f"payees[{index}].party")


def _require_agreement(context: Context, product: Product, body: PolicySet) -> None:
    """Refuse a policy unless operator, developer and every payee signed it (E007, E013)."""
    signed = [context.signer_party(index).id for index in range(len(context.signers))]
    require(signed[0] == product.terms.operator, Code.NO_RIGHT, "signers[0]")
    concerned = {product.developer, *(payee.party for payee in body.payees)}
    require(concerned <= set(signed), Code.MISSING_COSIGNER, "signers")
    require(set(signed) <= {signed[0], *concerned}, Code.SCHEMA, "signers")
