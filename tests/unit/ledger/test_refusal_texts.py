"""Every refusal explains itself in both languages."""

import pytest

from ledger.refusal import Code
from ledger.refusal_texts import Language, text_of


@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_name_rule_and_remedy_in_both_languages(code: Code) -> None:
    english = text_of(code, Language.ENGLISH)
    chinese = text_of(code, Language.CHINESE)
    for text in (english, chinese):
        assert text.name
        assert text.rule[-1] in ".。"
        assert text.remedy[-1] in ".。"
    assert english.name.isascii()
    assert any("一" <= character <= "鿿" for character in chinese.rule)


def test_no_two_codes_share_a_name_in_a_language() -> None:
    for language in Language:
        names = [text_of(code, language).name for code in Code]
        assert len(names) == len(set(names))
