"""A refusal as people meet it: one object in RPC errors, receipts, command line and SDK."""

from dataclasses import dataclass
from typing import Annotated

from ledger.refusal_texts import text_of

from ledger.refusal import Refusal
from quancheng.json_form import TextForm

FIELD_SIZE_MAX = 256

Label = Annotated[str, TextForm(8)]


@dataclass(frozen=True, slots=True)
class RefusalView:
    """One rule that did not hold, and what to do about it."""

    code: Annotated[Label, "Stable code, for instance E307."]
    name: Annotated[str, "Name of the code."]
    rule: Annotated[str, "The rule that did not hold, in English."]
    remedy: Annotated[str, "What to do about it, in English."]
    rule_zh: Annotated[str, "The rule in Chinese."]
    remedy_zh: Annotated[str, "The remedy in Chinese."]
    field: Annotated[str, "The offending part with its path; empty where the whole is meant."] = ""
    retry_after_ms: Annotated[
        int | None, "When trying again makes sense; null where it does not."
    ] = None

    def text(self, language: str) -> str:
        """Return rule and remedy in `zh` or `en`."""
        rule, remedy = (
            (self.rule_zh, self.remedy_zh) if language == "zh" else (self.rule, self.remedy)
        )
        place = f" ({self.field})" if self.field else ""
        return f"{self.code} {self.name}{place}: {rule} {remedy}"


def refusal_view(refusal: Refusal, retry_after_ms: int | None = None) -> RefusalView:
    """Return a refusal with its texts."""
    texts = text_of(refusal.code)
    return RefusalView(
        code=refusal.code.label,
        name=refusal.code.name,
        rule=texts.rule_en,
        remedy=texts.remedy_en,
        rule_zh=texts.rule_zh,
        remedy_zh=texts.remedy_zh,
        field=refusal.field[:FIELD_SIZE_MAX],
        retry_after_ms=retry_after_ms,
    )
