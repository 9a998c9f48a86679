"""What the world state keeps of money: accounts, bank references, policies and their income."""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Annotated

from chaincode.fields import (
    AtMost,
    BasisPoints,
    Commitment,
    Fen,
    Flag,
    Identifier,
    Milliseconds,
    Unsigned32,
    Unsigned64,
)
from chaincode.tables import Single, Table

PAYEES_MAX = 16


@dataclass(frozen=True, slots=True)
class Account:
    """The money of a party that no order holds."""

    free: Annotated[Fen, "What it can spend."]


@dataclass(frozen=True, slots=True)
class Money:
    """All that ever came onto the chain and left it."""

    minted: Annotated[Fen, "Mirrored from the settlement bank."]
    burned: Annotated[Fen, "Paid out by the settlement bank."]


@dataclass(frozen=True, slots=True)
class BankReference:
    """A transfer at the settlement bank that was already mirrored here."""

    amount: Annotated[Fen, "What was transferred."]


@dataclass(frozen=True, slots=True)
class Payee:
    """A party and its share of the income."""

    party: Annotated[Identifier, "The party that is paid."]
    share: Annotated[BasisPoints, "Its share in hundredths of a percent."]


@dataclass(frozen=True, slots=True)
class CurrentPolicy:
    """The version of a product's policy that new orders get."""

    version: Annotated[Unsigned32, "The version, from 1 on."]


@dataclass(frozen=True, slots=True)
class Policy:
    """How the income of a product is shared; fixed for each line when it is placed."""

    payees: Annotated[tuple[Payee, ...], AtMost(PAYEES_MAX), "Who is paid and how much."]
    agreement: Annotated[Commitment, "Commitment to the agreement that derives the shares."]


@dataclass(frozen=True, slots=True)
class Pool:
    """The income under one policy version and what was paid of it; the difference is dust."""

    income: Annotated[Fen, "The prices of the lines that were settled."]
    paid: Annotated[tuple[Fen, ...], AtMost(PAYEES_MAX), "What each payee got of it."]
    open_lines: Annotated[Unsigned64, "Lines that are neither settled nor refunded."]
    closed: Annotated[Flag, "Whether its dust was allotted."]


@unique
class DisputeCode(IntEnum):
    """What a dispute is about."""

    BAD_KEY = 1
    BAD_CONTENT = 2
    BAD_FIELDS = 3
    CIPHERTEXT_MISSING = 4
    FALSE_RECEIPT = 5


@unique
class DisputeStatus(IntEnum):
    """OPEN → RULED | LAPSED."""

    OPEN = 1
    RULED = 2
    LAPSED = 3


@dataclass(frozen=True, slots=True)
class Dispute:
    """A disagreement about one released line, while its price stays in escrow."""

    line: Annotated[Identifier, "The order line."]
    opener: Annotated[Identifier, "The user or the deliverer who opened it."]
    code: Annotated[DisputeCode, "What it is about."]
    evidence: Annotated[Commitment, "Commitment to the opener's evidence."]
    rule_until_ms: Annotated[Milliseconds, "When the price goes back to the user unruled."]
    status: Annotated[DisputeStatus, "Where it stands in its life."]
    to_user: Annotated[Fen, "What the ruling gave back to the user."]
    to_payees: Annotated[Fen, "What the ruling let the payees share."]


@dataclass(frozen=True, slots=True)
class Income:
    """What came in within a period."""

    amount: Annotated[Fen, "How much."]


NO_INCOME = Income(0)


@dataclass(frozen=True, slots=True)
class Statement:
    """A closed period of a product."""

    income: Annotated[Fen, "The prices of the lines that were settled in it."]
    permitted: Annotated[Fen, "What a period may bring in."]
    carried: Annotated[Fen, "What the periods before exceeded it by."]
    excess: Annotated[Fen, "What is carried into the next period."]
    closed_ms: Annotated[Milliseconds, "When it was closed."]


@dataclass(frozen=True, slots=True)
class StatementBook:
    """Where the statements of a product stand."""

    next_period: Annotated[Unsigned32, "The first period that is not closed; 0 before the first."]
    carried: Annotated[Fen, "What is carried into it."]


@dataclass(frozen=True, slots=True)
class UseReport:
    """What a user says that it did with a product in a period."""

    matters: Annotated[Unsigned32, "Matters in which the product was used."]
    granted: Annotated[Unsigned32, "Matters that ended with a loan, a payment or a service."]
    amount: Annotated[Fen, "The amounts granted together."]
    report: Annotated[Commitment, "Commitment to the report."]


ACCOUNTS: Table[bytes, Account] = Table(0x60, "account", Account, Identifier)
MONEY: Single[Money] = Single(0x61, "money", Money)
BANK_REFERENCES: Table[bytes, BankReference] = Table(
    0x62, "bank reference", BankReference, Commitment
)
CURRENT_POLICIES: Table[bytes, CurrentPolicy] = Table(
    0x63, "current policy", CurrentPolicy, Identifier
)
POLICIES: Table[tuple[bytes, int], Policy] = Table(0x64, "policy", Policy, Identifier, Unsigned32)
DISPUTES: Table[bytes, Dispute] = Table(0x66, "dispute", Dispute, Identifier)
POOLS: Table[tuple[bytes, int], Pool] = Table(0x65, "pool", Pool, Identifier, Unsigned32)
INCOMES: Table[tuple[bytes, int], Income] = Table(0x67, "income", Income, Identifier, Unsigned32)
"""By product and period."""
INCOMES_OF_PARTY: Table[tuple[bytes, int, bytes], Income] = Table(
    0x68, "income of party", Income, Identifier, Unsigned32, Identifier
)
"""By product, period and payee."""
STATEMENTS: Table[tuple[bytes, int], Statement] = Table(
    0x69, "statement", Statement, Identifier, Unsigned32
)
STATEMENT_BOOKS: Table[bytes, StatementBook] = Table(
    0x6A, "statement book", StatementBook, Identifier
)
USE_REPORTS: Table[tuple[bytes, int, bytes], UseReport] = Table(
    0x6B, "use report", UseReport, Identifier, Unsigned32, Identifier
)
"""By product, period and user."""
