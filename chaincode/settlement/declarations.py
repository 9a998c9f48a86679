"""The transaction types of settlement."""

from collections.abc import Callable, Mapping

from chaincode.context import Context
from chaincode.declaration import AnyDeclaration, declare
from chaincode.due import DueKind
from chaincode.settlement import money, payout, policies, refund

DECLARATIONS: tuple[AnyDeclaration, ...] = (
    declare(money.CreditMint, money.mint_credit),
    declare(money.CreditBurn, money.burn_credit),
    declare(policies.PolicySet, policies.set_policy),
    declare(payout.LineSettle, payout.settle_lines),
    declare(refund.LineRefund, refund.refund),
)

SWEEPS: Mapping[DueKind, Callable[[Context, bytes], None]] = {}
