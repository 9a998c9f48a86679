"""A wallet's seed as 24 words of BIP 39, for paper: each 11 bits, the last with a checksum.

The words stand for the seed's 32 bytes themselves; no passphrase and no stretching is added. In
Chinese a word is one character. The words may be given in either language, in upper or lower case.
"""

import hashlib
import unicodedata
from functools import cache
from importlib import resources

from ledger.refusal import Code, Refused, require
from ledger.refusal_texts import Language
from quancheng.wallet_keys import SEED_SIZE

WORD_COUNT = 24

_WORD_BITS = 11
_CHECKSUM_BITS = 8
_FILES = {Language.ENGLISH: "english.txt", Language.CHINESE: "chinese.txt"}


def words_of(seed: bytes, language: Language) -> tuple[str, ...]:
    """Return the words of a seed."""
    assert len(seed) == SEED_SIZE
    number = int.from_bytes(seed + _checksum(seed), "big")
    words = _word_list(language)
    shifts = range(_WORD_BITS * (WORD_COUNT - 1), -1, -_WORD_BITS)
    return tuple(words[number >> shift & (1 << _WORD_BITS) - 1] for shift in shifts)


def seed_of(text: str) -> bytes:
    """Return the seed of its words.

    Refuses (E006) another count, an unknown word, naming its place from 1, and words in which one
    is wrong.
    """
    given = _words_in(text)
    require(len(given) == WORD_COUNT, Code.SCHEMA, "words")
    language = Language.ENGLISH if given[0].isascii() else Language.CHINESE
    places = {word: place for place, word in enumerate(_word_list(language))}
    number = 0
    for index, word in enumerate(given, start=1):
        if word not in places:
            raise Refused(Code.SCHEMA, f"words[{index}]")
        number = number << _WORD_BITS | places[word]
    seed = (number >> _CHECKSUM_BITS).to_bytes(SEED_SIZE, "big")
    checksum = number & (1 << _CHECKSUM_BITS) - 1
    require(checksum == _checksum(seed)[0], Code.SCHEMA, "words.checksum")
    return seed


def _words_in(text: str) -> list[str]:
    """Return the words of a text; Chinese ones may stand without spaces between them."""
    normal = unicodedata.normalize("NFKD", text).lower()
    parts = normal.split()
    return parts if normal.isascii() else list("".join(parts))


def _checksum(seed: bytes) -> bytes:
    return hashlib.sha256(seed).digest()[:1]


@cache
def _word_list(language: Language) -> tuple[str, ...]:
    path = resources.files("quancheng").joinpath("words", _FILES[language])
    return tuple(path.read_text(encoding="utf-8").split())
