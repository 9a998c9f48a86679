"""A seed comes back from its words, and a wrong word is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.refusal import Refused
from ledger.refusal_texts import Language
from quancheng.seed_words import seed_of, words_of

PUBLISHED = (
    ("00" * 32, "abandon " * 23 + "art"),
    (
        "7f" * 32,
        "legal winner thank year wave sausage worth useful " * 2
        + "legal winner thank year wave sausage worth title",
    ),
    (
        "80" * 32,
        "letter advice cage absurd amount doctor acoustic avoid " * 2
        + "letter advice cage absurd amount doctor acoustic bless",
    ),
    ("ff" * 32, "zoo " * 23 + "vote"),
)
"""Of the vectors that BIP 39 names."""


@pytest.mark.parametrize(("seed", "words"), PUBLISHED)
def test_published_vectors(seed: str, words: str) -> None:
    assert words_of(bytes.fromhex(seed), Language.ENGLISH) == tuple(words.split())
    assert seed_of(words) == bytes.fromhex(seed)


@given(st.binary(min_size=32, max_size=32), st.sampled_from(Language))
def test_every_seed_comes_back(seed: bytes, language: Language) -> None:
    """In both languages, however it is written."""
    words = words_of(seed, language)
    assert seed_of(" ".join(words)) == seed
    assert seed_of("\n".join(words).upper()) == seed
    if language is Language.CHINESE:
        assert seed_of("".join(words)) == seed


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("abandon " * 23, "words"),
        ("abandon " * 24, "words.checksum"),
        ("abandon " * 22 + "abanbon art", "words[23]"),
        ("的" * 23 + "x", "words[24]"),
        ("", "words"),
    ],
)
def test_a_slip_of_the_pen_is_named(words: str, field: str) -> None:
    with pytest.raises(Refused) as caught:
        seed_of(words)
    assert caught.value.refusal.field == field
