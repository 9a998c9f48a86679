"""A catalogue of texts by key, complete in both languages, and the choice between them."""

import string
from collections.abc import Mapping

from ledger.refusal_texts import Language
from quancheng.errors import environment_language


def preferred_language() -> Language:
    """Return the language of the environment's locale: Chinese, or English for all others."""
    return Language(environment_language())


class Texts:
    """Texts of one program. Both languages have the same keys with the same placeholders.

    `always` fills placeholders that mean the same wherever they stand.
    """

    def __init__(
        self, english: Mapping[str, str], chinese: Mapping[str, str], **always: object
    ) -> None:
        assert english.keys() == chinese.keys(), english.keys() ^ chinese.keys()
        self._always = always
        self._by_language = {Language.ENGLISH: english, Language.CHINESE: chinese}

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the text of a key in the preferred language, its placeholders filled."""
        return self.text(key, preferred_language()).format(**self._always, **values)

    def text(self, key: str, language: Language) -> str:
        """Return the text of a key as it is written."""
        return self._by_language[language][key]

    def keys(self) -> tuple[str, ...]:
        """Return all keys, in order."""
        return tuple(sorted(self._by_language[Language.ENGLISH]))


def placeholders(text: str) -> set[str]:
    """Return the names of a text's placeholders."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
