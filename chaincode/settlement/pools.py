"""The pool of a policy version: its income so far, what its payees got of it, and the dust between.

A line joins the pool of the version in force when it is placed and leaves it settled or refunded. A
version that has been replaced closes with its last line: then its dust is allotted, once.
"""

from dataclasses import replace
from typing import TypeAlias

from chaincode.context import Context
from chaincode.parameters import ParameterName
from chaincode.settlement.accounts import credit
from chaincode.settlement.distribution import closing_entitlements, entitlements
from chaincode.settlement.records import (
    CURRENT_POLICIES,
    INCOMES,
    INCOMES_OF_PARTY,
    NO_INCOME,
    POLICIES,
    POOLS,
    Income,
)

PoolKey: TypeAlias = tuple[bytes, int]
"""Product and policy version."""


def join_pool(context: Context, key: PoolKey) -> None:
    """Count a line that was placed under a policy version."""
    pool = POOLS.known(context.state, key)
    POOLS.put(context.state, key, replace(pool, open_lines=pool.open_lines + 1))


def leave_pool(context: Context, key: PoolKey, income: int) -> None:
    """Count a line that is settled with its income, or refunded without any; pay what is due."""
    pool = POOLS.known(context.state, key)
    changed = replace(pool, income=pool.income + income, open_lines=pool.open_lines - 1)
    POOLS.put(context.state, key, changed)
    if income:
        _count_income(context, key[0], income)
        policy = POLICIES.known(context.state, key)
        _pay(context, key, entitlements(changed.income, [item.share for item in policy.payees]))
    close_if_over(context, key)


def close_if_over(context: Context, key: PoolKey) -> None:
    """Close a replaced version without open lines and allot its dust."""
    product, version = key
    pool = POOLS.known(context.state, key)
    current = CURRENT_POLICIES.known(context.state, product)
    if pool.closed or pool.open_lines or version == current.version:
        return
    POOLS.put(context.state, key, replace(pool, closed=True))
    payees = POLICIES.known(context.state, key).payees
    shares = [payee.share for payee in payees]
    parties = [payee.party for payee in payees]
    _pay(context, key, closing_entitlements(pool.income, shares, parties))
    context.emit("policy.closed", product, amounts=(version, pool.income))


def _pay(context: Context, key: PoolKey, entitled: tuple[int, ...]) -> None:
    """Pay each payee what it is entitled to beyond what it already got."""
    pool = POOLS.known(context.state, key)
    payees = POLICIES.known(context.state, key).payees
    rows = [
        (payee.party, due - paid)
        for payee, due, paid in zip(payees, entitled, pool.paid, strict=True)
        if due != paid
    ]
    if not rows:
        return
    for party, amount in rows:
        credit(context, party, amount)
        _count_payment(context, key[0], party, amount)
    POOLS.put(context.state, key, replace(pool, paid=entitled))
    parties = (party for party, _ in rows)
    context.emit("income.paid", key[0], *parties, amounts=tuple(amount for _, amount in rows))


def _count_income(context: Context, product: bytes, amount: int) -> None:
    """Count what a product brought in within this period."""
    key = (product, _period(context))
    before = INCOMES.get(context.state, key) or NO_INCOME
    INCOMES.put(context.state, key, Income(before.amount + amount))


def _count_payment(context: Context, product: bytes, party: bytes, amount: int) -> None:
    """Count what a party was paid of a product within this period."""
    key = (product, _period(context), party)
    before = INCOMES_OF_PARTY.get(context.state, key) or NO_INCOME
    INCOMES_OF_PARTY.put(context.state, key, Income(before.amount + amount))


def _period(context: Context) -> int:
    return context.now_ms // context.parameter(ParameterName.METER_PERIOD_MS)
