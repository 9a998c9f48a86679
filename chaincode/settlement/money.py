"""Credit mirrors money at the settlement bank: minted when it comes, burned when it goes."""

from dataclasses import dataclass
from typing import Annotated

from chaincode.context import Context
from chaincode.declaration import transaction_type
from chaincode.fields import Commitment, Fen, Identifier
from chaincode.rights import Right
from chaincode.settlement.accounts import credit, debit
from chaincode.settlement.records import BANK_REFERENCES, MONEY, BankReference, Money
from ledger.refusal import Code, require


@transaction_type("credit.mint", since=1, signed_by="the settlement bank")
@dataclass(frozen=True, slots=True)
class CreditMint:
    """The settlement bank has received money for a party and mirrors it here, once."""

    account: Annotated[Identifier, "The party that paid in."]
    amount: Annotated[Fen, "How much."]
    bank_reference: Annotated[Commitment, "Commitment to the bank's booking."]


@transaction_type("credit.burn", since=1, signed_by="the party, then the settlement bank")
@dataclass(frozen=True, slots=True)
class CreditBurn:
    """A party takes money out; the settlement bank pays it and both sign."""

    amount: Annotated[Fen, "How much."]
    bank_reference: Annotated[Commitment, "Commitment to the bank's booking."]


def mint_credit(context: Context, body: CreditMint) -> None:
    """Credit an account against an unused booking."""
    context.require_signers(1)
    bank = context.signer_party()
    context.require_right(bank, Right.BANK)
    account = context.active_party(body.account, "account")
    money = _money(context)
    _use_reference(context, body.bank_reference, body.amount)
    MONEY.put(context.state, Money(money.minted + body.amount, money.burned))
    credit(context, account.id, body.amount)
    context.emit("credit.minted", account.id, bank.id, amounts=(body.amount,))


def burn_credit(context: Context, body: CreditBurn) -> None:
    """Take free balance off the chain against an unused booking."""
    context.require_signers(2)
    party = context.signer_party(0)
    bank = context.signer_party(1)
    context.require_right(bank, Right.BANK, "signers[1]")
    money = _money(context)
    _use_reference(context, body.bank_reference, body.amount)
    debit(context, party.id, body.amount, "amount")
    MONEY.put(context.state, Money(money.minted, money.burned + body.amount))
    context.emit("credit.burned", party.id, bank.id, amounts=(body.amount,))


def _use_reference(context: Context, reference: bytes, amount: int) -> None:
    require(amount > 0, Code.OUT_OF_BOUNDS, "amount")
    unused = BANK_REFERENCES.get(context.state, reference) is None
    require(unused, Code.BANK_REFERENCE_USED, "bank_reference")
    BANK_REFERENCES.put(context.state, reference, BankReference(amount))


def _money(context: Context) -> Money:
    return MONEY.get(context.state) or Money(minted=0, burned=0)
