"""The rules of listings, matches, orders and money, each taken out."""

from chaincode.settlement.records import CURRENT_POLICIES
from ledger.refusal import Code
from tests.requirements.removal import Removal, Thing, always, nothing, unit, without

_CONDITIONS = "chaincode.trading.conditions"
_PLACEMENT = "chaincode.trading.placement"
_MATCHING = "chaincode.trading.matching"
_INDEPENDENCE = "tests/requirements/test_independence.py::test_"
_HISTORY = "tests/requirements/test_claims.py::test_short_histories_keep_every_invariant"


def _rounded_alone(_: Thing) -> Thing:
    """Let the first payee take what rounding leaves over, as if every income stood alone."""

    def entitlements(income: int, shares: Thing) -> tuple[int, ...]:
        floors = [income * share // 10_000 for share in shares]
        return (floors[0] + income - sum(floors), *floors[1:])

    return entitlements


def _policy_of_today(original: Thing) -> Thing:
    def leave_pool(context: Thing, key: Thing, income: int) -> None:
        current = CURRENT_POLICIES.known(context.state, key[0]).version
        original(context, (key[0], current), income)

    return leave_pool


def _twice(original: Thing) -> Thing:
    def credit(context: Thing, party: bytes, amount: int) -> None:
        original(context, party, amount)
        original(context, party, amount)

    return credit


def _dearer_each_time(original: Thing) -> Thing:
    prices = iter(range(1_000_000))

    def debit(context: Thing, party: bytes, amount: int, where: str) -> None:
        original(context, party, amount + next(prices), where)

    return debit


def _nothing_falls_due(_: Thing) -> Thing:
    def run_sweeps(*_: Thing) -> list[Thing]:
        return []

    return run_sweeps


REMOVALS = (
    Removal(
        "a price is held in escrow",
        f"{_PLACEMENT}:debit",
        nothing,
        unit("trading.an_order_holds_its_price_in_escrow_and_reserves_a_use"),
        f"{_PLACEMENT}:place_order",
    ),
    without(
        "nobody spends what they do not have",
        "chaincode.settlement.accounts:debit",
        Code.INSUFFICIENT_FUNDS,
        unit("trading.an_order_without_money_is_refused"),
    ),
    without(
        "no price above the ceiling",
        f"{_CONDITIONS}:require_price",
        Code.PRICE_ABOVE_CAP,
        unit("trading.prices_above_a_lowered_ceiling_are_refused"),
    ),
    without(
        "public good is free",
        f"{_CONDITIONS}:require_price",
        Code.FEE_CLASS,
        unit("placement.a_public_product_has_no_price"),
    ),
    without(
        "nobody buys what they are paid for",
        f"{_PLACEMENT}:_require_seller",
        Code.SELF_DEALING,
        unit("trading.a_payee_or_a_stranger_to_the_right_cannot_buy"),
    ),
    without(
        "data about nobody carries no consent",
        f"{_PLACEMENT}:_consent",
        Code.WRONG_CLASS,
        unit("placement.data_about_nobody_carries_no_consent_and_free_use_is_delivered_alike"),
    ),
    Removal(
        "the best offer comes first",
        f"{_MATCHING}:_require_first_supply",
        nothing,
        unit("matching.the_cheapest_then_the_earliest_supply_comes_first"),
    ),
    Removal(
        "who pays most is served first",
        f"{_MATCHING}:_require_first_demand",
        nothing,
        unit("matching.who_pays_most_then_who_came_first_is_served_first"),
    ),
    without(
        "a match has the supply's price",
        f"{_MATCHING}:match_listing",
        Code.PRICE_MISMATCH,
        unit("matching.a_match_is_refused_in_this_order"),
    ),
    Removal(
        "selling stands on grants",
        f"{_CONDITIONS}:require_grants",
        nothing,
        unit("placement.a_purpose_outside_the_grants_is_not_sold"),
    ),
    Removal(
        "nothing frozen is sold",
        f"{_CONDITIONS}:require_none_frozen",
        nothing,
        unit("supervision.a_frozen_product_is_not_ordered"),
    ),
    without(
        "individual lines are limited in number",
        "chaincode.trading.rates:_count",
        Code.RATE_LIMIT,
        unit("rates_and_holds.a_window_permits_a_number_of_lines_and_flags_the_last"),
    ),
    Removal(
        "what is released is not cancelled",
        "chaincode.trading.orders:_is_cancellable",
        always(True),
        unit("trading.cancellation_ends_where_preparation_begins"),
    ),
    Removal(
        "with a right its listings end",
        "chaincode.trading.listings:_end_dependents",
        always(True),
        unit("trading.the_end_of_a_source_ends_what_stands_on_it"),
    ),
    Removal(
        "time ends what waits",
        "chaincode.execution:run_sweeps",
        _nothing_falls_due,
        unit("trading.unconfirmed_and_undelivered_lines_end_by_time_alone"),
        "chaincode.sweeps:run_sweeps",
    ),
    Removal(
        "a refund is paid once",
        "chaincode.settlement.refund:credit",
        _twice,
        _HISTORY,
        "chaincode.settlement.refund:refund_line",
    ),
    Removal(
        "a refund frees the use",
        "chaincode.settlement.refund:_release_reservation",
        nothing,
        _HISTORY,
    ),
    Removal(
        "the order of independent orders does not matter",
        f"{_PLACEMENT}:debit",
        _dearer_each_time,
        _INDEPENDENCE + "the_order_of_independent_transactions_does_not_matter",
        f"{_PLACEMENT}:place_order",
    ),
    Removal(
        "splitting an order moves no fen",
        f"{_PLACEMENT}:debit",
        _dearer_each_time,
        _INDEPENDENCE + "one_order_of_two_lines_is_two_orders_of_one",
        f"{_PLACEMENT}:place_order",
    ),
    Removal(
        "rounding favours nobody",
        "chaincode.settlement.distribution:entitlements",
        _rounded_alone,
        unit("settlement.splitting_orders_moves_no_fen"),
    ),
    Removal(
        "an order keeps its policy",
        "chaincode.settlement.closing:leave_pool",
        _policy_of_today,
        unit("settlement.an_order_keeps_the_policy_it_was_placed_under"),
        "chaincode.settlement.closing:close_released_line",
    ),
    Removal(
        "everyone concerned agrees on the shares",
        "chaincode.settlement.policies:_require_agreement",
        nothing,
        unit("settlement.a_policy_needs_everyone_it_concerns"),
    ),
    without(
        "shares make the whole",
        "chaincode.settlement.policies:_require_payees",
        Code.POLICY_SUM,
        unit("settlement.shares_make_the_whole"),
    ),
    without(
        "money is shared after the dispute window",
        "chaincode.settlement.payout:_settle",
        Code.DISPUTE_WINDOW,
        unit("settlement.a_line_is_settled_after_its_window_and_once"),
    ),
    without(
        "a booking is minted once",
        "chaincode.settlement.money:_use_reference",
        Code.BANK_REFERENCE_USED,
        unit("settlement.only_the_settlement_bank_mints_and_each_booking_counts_once"),
    ),
    without(
        "a ruling divides the escrow and no more",
        "chaincode.settlement.disputes:rule_dispute",
        Code.SPLIT_SUM,
        unit("disputes.only_a_supervisor_rules_once_over_exactly_the_escrow"),
    ),
    Removal(
        "revenue above what is permitted is flagged",
        "chaincode.settlement.statements:raise_flag",
        nothing,
        unit("statements.excess_is_flagged_and_lessens_the_next_period"),
        "chaincode.settlement.statements:close_statement",
    ),
)
