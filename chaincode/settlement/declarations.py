"""The transaction types and due items of settlement."""

from collections.abc import Callable, Mapping

from chaincode.context import Context
from chaincode.declaration import AnyDeclaration, declare
from chaincode.due import DueKind
from chaincode.settlement import disputes, money, payout, policies, refund, statements

DECLARATIONS: tuple[AnyDeclaration, ...] = (
    declare(money.CreditMint, money.mint_credit),
    declare(money.CreditBurn, money.burn_credit),
    declare(policies.PolicySet, policies.set_policy),
    declare(payout.LineSettle, payout.settle_lines),
    declare(refund.LineRefund, refund.refund),
    declare(disputes.DisputeOpen, disputes.open_dispute),
    declare(disputes.DisputeEvidence, disputes.add_evidence),
    declare(disputes.DisputeRule, disputes.rule_dispute),
    declare(statements.StatementReport, statements.report_use),
    declare(statements.StatementClose, statements.close_statement),
)

SWEEPS: Mapping[DueKind, Callable[[Context, bytes], None]] = {
    DueKind.DISPUTE_ENDS: disputes.lapse_dispute,
}
