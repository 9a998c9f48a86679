"""A refusal as people meet it: one object in RPC errors, receipts, command line and SDK."""

from dataclasses import dataclass
from typing import Annotated

from ledger.refusal import Refusal
from ledger.refusal_texts import Language, text_of
from quancheng.json_form import TextForm

FIELD_SIZE_MAX = 256

Label = Annotated[str, TextForm(8)]


@dataclass(frozen=True, slots=True)
class RefusalView:
    """One rule that did not hold, and what to do about it."""

    code: Annotated[Label, "Stable code, for instance E307."]
    name: Annotated[str, "What it is called, in English."]
    rule: Annotated[str, "The rule that did not hold, in English."]
    remedy: Annotated[str, "What to do about it, in English."]
    name_zh: Annotated[str, "What it is called, in Chinese."]
    rule_zh: Annotated[str, "The rule in Chinese."]
    remedy_zh: Annotated[str, "The remedy in Chinese."]
    field: Annotated[str, "The offending part with its path; empty where the whole is meant."] = ""
    retry_after_ms: Annotated[
        int | None, "When trying again makes sense; null where it does not."
    ] = None

    def text(self, language: str) -> str:
        """Return rule and remedy in `zh` or `en`."""
        place = f" ({self.field})" if self.field else ""
        if language == "zh":
            return f"{self.code} {self.name_zh}{place}：{self.rule_zh}{self.remedy_zh}"
        return f"{self.code} {self.name}{place}: {self.rule} {self.remedy}"


def refusal_view(refusal: Refusal, retry_after_ms: int | None = None) -> RefusalView:
    """Return a refusal with its texts."""
    english = text_of(refusal.code, Language.ENGLISH)
    chinese = text_of(refusal.code, Language.CHINESE)
    return RefusalView(
        code=refusal.code.label,
        name=english.name,
        rule=english.rule,
        remedy=english.remedy,
        name_zh=chinese.name,
        rule_zh=chinese.rule,
        remedy_zh=chinese.remedy,
        field=refusal.field[:FIELD_SIZE_MAX],
        retry_after_ms=retry_after_ms,
    )
