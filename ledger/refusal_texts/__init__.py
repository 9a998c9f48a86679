"""What people read of a refusal: a short name, the rule that did not hold, and what to do.

In English and Chinese, the same on every face of the chain (RPC, command line, receipt, SDK). The
reader may be on call at three in the morning: the rule says what is so, the remedy the next step.
"""

from collections.abc import Mapping

from ledger.refusal import Code
from ledger.refusal_texts import (
    authorization,
    general,
    outside,
    registration,
    supervision,
    trading,
)
from ledger.refusal_texts.text import Language, RefusalText

__all__ = ["Language", "RefusalText", "text_of"]

_BOTH: Mapping[Code, tuple[RefusalText, RefusalText]] = {
    **general.TEXTS,
    **registration.TEXTS,
    **authorization.TEXTS,
    **trading.TEXTS,
    **supervision.TEXTS,
    **outside.TEXTS,
}


def text_of(code: Code, language: Language) -> RefusalText:
    """Return what a code says in a language."""
    english, chinese = _BOTH[code]
    return english if language is Language.ENGLISH else chinese
