"""Explaining: what a refusal code means, and what became of a transaction and why."""

from rich.text import Text

from apps.cli.output import console, json_text, local_time, outcome, show_pairs
from apps.cli.say import say
from apps.messages import preferred_language
from ledger.refusal import Code
from ledger.refusal_texts import Language, text_of
from quancheng.api.transactions import ReceiptView, TransactionResult
from quancheng.json_form import AnyForm


def code_of(text: str) -> Code | None:
    """Return the refusal code of `E307`, `307` or its name, or None."""
    upper = text.upper()
    if upper in Code.__members__:
        return Code[upper]
    number = upper.removeprefix("E")
    if number.isascii() and number.isdecimal() and len(number) <= 3:
        return next((code for code in Code if code == int(number)), None)
    return None


def show_code(code: Code) -> None:
    """Show rule and remedy of a code in both languages, that of the reader first."""
    console().print(Text(f"{code.label} {code.name}", style="bold"))
    first = preferred_language()
    second = Language.ENGLISH if first is Language.CHINESE else Language.CHINESE
    for language in (first, second):
        text = text_of(code, language)
        console().print(f"\n{text.name}", markup=False)
        show_pairs(
            [
                (say.text("explain.rule", language), text.rule),
                (say.text("explain.remedy", language), text.remedy),
            ]
        )


def show_transaction(found: TransactionResult) -> None:
    """Show a transaction, its fields, and its outcome with the reason."""
    show_pairs(transaction_pairs(found))
    console().print(json_text(AnyForm().render(found.body)), markup=False)
    if found.receipt is not None:
        show_receipt(found.receipt)


def transaction_pairs(found: TransactionResult) -> list[tuple[str, str | Text]]:
    """Return what a transaction is and where it stands, as names and values."""
    pairs: list[tuple[str, str | Text]] = [
        (say("column.tx_id"), found.tx_id.hex()),
        (say("column.type"), found.type),
        (say("column.outcome"), say(f"state.{found.state.value}")),
        (say("column.signers"), "\n".join(signer.hex() for signer in found.signers)),
    ]
    if found.height is not None:
        pairs.append((say("column.place"), f"{found.height} / {found.position}"))
    if found.time_ms is not None:
        pairs.append((say("column.time"), local_time(found.time_ms)))
    return pairs


def show_receipt(receipt: ReceiptView) -> None:
    """Show the outcome in a receipt: its code with the reason, or what happened."""
    console().print(receipt_text(receipt))


def receipt_text(receipt: ReceiptView) -> Text:
    """Return the outcome in a receipt: its code with the reason, or what happened."""
    text = Text.assemble(say("column.outcome"), ": ", outcome(receipt.code))
    if receipt.refusal is not None:
        text.append(f"\n{receipt.refusal.text(preferred_language().value)}")
    for event in receipt.events:
        amounts = " ".join(str(amount) for amount in event.amounts)
        ids = " ".join(item.hex() for item in event.ids)
        text.append(f"\n  {event.name} {ids} {amounts}".rstrip())
    return text
