"""Statements: what a product brought in within a period, against what it was permitted to.

The market operator closes the periods of a product in their order. Revenue above what the
authorizing body permits raises a flag, and lessens what the next period is permitted. What users
did with a product, exactly, they report themselves for each period: on chain a matter's outcome is
a bucket.
"""

from dataclasses import dataclass
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import Commitment, Fen, Identifier, Unsigned32
from chaincode.flags import FlagKind, raise_flag
from chaincode.parameters import ParameterName
from chaincode.registration.records import PRODUCTS
from chaincode.rights import Right
from chaincode.settlement.records import (
    INCOMES,
    NO_INCOME,
    STATEMENT_BOOKS,
    STATEMENTS,
    USE_REPORTS,
    Statement,
    StatementBook,
    UseReport,
)
from chaincode.trading.records import PRICE_CAPS
from ledger.refusal import Code, require


@transaction_type("statement.report", since=1, signed_by="a user")
@dataclass(frozen=True, slots=True)
class StatementReport:
    """A user reports what it did with a product in a period."""

    product: Annotated[Identifier, "The product."]
    period: Annotated[Unsigned32, "Number of the period, counted from 1970 on."]
    matters: Annotated[Unsigned32, "Matters in which the product was used."]
    granted: Annotated[Unsigned32, "Matters that ended with a loan, a payment or a service."]
    amount: Annotated[Fen, "The amounts granted together."]
    report: Annotated[Commitment, "Commitment to the report, for disclosure."]


@transaction_type("statement.close", since=1, signed_by="a market operator")
@dataclass(frozen=True, slots=True)
class StatementClose:
    """The market operator closes the statement of a product for a period that is over."""

    product: Annotated[Identifier, "The product."]
    period: Annotated[Unsigned32, "Number of the period, counted from 1970 on."]


def report_use(context: Context, body: StatementReport) -> None:
    """Record the one report of a user about a product and a period that is over."""
    context.require_signers(1)
    user = context.signer_party()
    context.require_right(user, Right.USE)
    PRODUCTS.require(context.state, body.product, "product")
    _require_over(context, body.period)
    require(body.granted <= body.matters, Code.OUT_OF_BOUNDS, "granted")
    key = (body.product, body.period, user.id)
    reported = USE_REPORTS.get(context.state, key) is not None
    require(not reported, Code.TAKEN, "period")
    USE_REPORTS.put(
        context.state, key, UseReport(body.matters, body.granted, body.amount, body.report)
    )
    amounts = (body.period, body.matters, body.granted, body.amount)
    context.emit("statement.reported", body.product, user.id, body.report, amounts=amounts)


def close_statement(context: Context, body: StatementClose) -> None:
    """Compare a period's income with the ceiling; carry what exceeds it into the next period."""
    context.require_signers(1)
    market = context.signer_party()
    context.require_right(market, Right.MARKET)
    product = PRODUCTS.require(context.state, body.product, "product")
    _require_over(context, body.period)
    book = STATEMENT_BOOKS.get(context.state, body.product) or StatementBook(0, 0)
    require(body.period >= book.next_period, Code.BAD_STATE, "period")
    income = INCOMES.get(context.state, (body.product, body.period)) or NO_INCOME
    # What an empty period in between was permitted makes up for what was carried.
    permitted = _permitted(context, body.product)
    empty = body.period - book.next_period if book.next_period else 0
    carried = max(0, book.carried - empty * permitted)
    excess = max(0, income.amount + carried - permitted)
    statement = Statement(
        income=income.amount,
        permitted=permitted,
        carried=carried,
        excess=excess,
        closed_ms=context.now_ms,
    )
    STATEMENTS.put(context.state, (body.product, body.period), statement)
    STATEMENT_BOOKS.put(context.state, body.product, StatementBook(body.period + 1, excess))
    ids = (body.product, product.terms.operator, market.id)
    amounts = (body.period, income.amount, permitted, excess)
    context.emit("statement.closed", *ids, amounts=amounts)
    if excess:
        raise_flag(context, product.terms.operator, FlagKind.REVENUE_EXCEEDED, body.product)


def _require_over(context: Context, period: int) -> None:
    """Refuse (E011) a period that is not over."""
    end_ms = (period + 1) * context.parameter(ParameterName.METER_PERIOD_MS)
    require(end_ms <= context.now_ms, Code.BAD_STATE, "period")


def _permitted(context: Context, product_id: bytes) -> int:
    """Return what a period may bring in: nothing where no ceiling was ever set."""
    cap = PRICE_CAPS.get(context.state, product_id)
    return 0 if cap is None else cap.revenue_per_period
