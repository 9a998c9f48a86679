"""Balances: every fen is free in an account, in the escrow of an order, or dust of a pool."""

from chaincode.context import Context
from chaincode.ids import account_id
from chaincode.membership.duties import discharge_duty, take_on_duty
from chaincode.settlement.records import ACCOUNTS, Account
from chaincode.state import StateReader
from ledger.refusal import Code, require


def free_balance(state: StateReader, party: bytes) -> int:
    """Return what a party can spend, in fen."""
    account = ACCOUNTS.get(state, party)
    return 0 if account is None else account.free


def credit(context: Context, party: bytes, amount: int) -> None:
    """Add to a party's free balance."""
    assert amount >= 0
    _set(context, party, free_balance(context.state, party), amount)


def debit(context: Context, party: bytes, amount: int, where: str) -> None:
    """Take from a party's free balance; refuse frozen money (E009), more than there is (E402)."""
    assert amount >= 0
    if amount:
        context.require_not_frozen(account_id(party), where)
    free = free_balance(context.state, party)
    require(amount <= free, Code.INSUFFICIENT_FUNDS, where)
    _set(context, party, free, -amount)


def transfer(context: Context, payer: bytes, payee: bytes, amount: int) -> None:
    """Move free balance from one party to another; refuse (E402) more than there is."""
    debit(context, payer, amount, "signers[0]")
    credit(context, payee, amount)


def _set(context: Context, party: bytes, before: int, change: int) -> None:
    """Store a balance; one that is not empty is a duty, so that nobody leaves money behind."""
    if change == 0:
        return
    after = before + change
    ACCOUNTS.put(context.state, party, Account(after))
    if before == 0:
        take_on_duty(context, party)
    elif after == 0:
        discharge_duty(context, party)
