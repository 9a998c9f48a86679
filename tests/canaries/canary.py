"""What must not be found: words of no other meaning, in every form in which they could leak."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

HASHES = ("sha256", "blake2b", "sm3")
"""Unsalted hashes by which a value could be recognised; SM3 where OpenSSL has it."""
_OFFSETS = 3
_WORD_SIZE = 16


@dataclass(frozen=True, slots=True)
class Needle:
    """One form of one value, as bytes to look for."""

    value: str
    form: str
    pattern: bytes


def canary(name: str) -> str:
    """Return a word that stands nowhere else, with letters that every encoding treats another way.

    It follows from its name, so that a failure is reproduced.
    """
    return f"泉丝雀{hashlib.sha256(name.encode()).hexdigest()[:_WORD_SIZE]}"


def needles_of(words: Iterable[str], cells: Iterable[str] = ()) -> tuple[Needle, ...]:
    """Return every form of words, and the hashes of words and of the cells that hold them."""
    whole = list(dict.fromkeys(words))
    hashed = dict.fromkeys((*whole, *cells))
    needles = [needle for word in whole for needle in _forms(word)]
    needles += [needle for value in hashed for needle in _digests(value)]
    return tuple(needles)


def _forms(word: str) -> Iterator[Needle]:
    encoded = {
        "utf-8": word.encode(),
        "utf-16-le": word.encode("utf-16-le"),
        "utf-16-be": word.encode("utf-16-be"),
    }
    for encoding, data in encoded.items():
        yield Needle(word, encoding, data)
        yield Needle(word, f"hex of {encoding}", data.hex().encode())
        yield Needle(word, f"upper hex of {encoding}", data.hex().upper().encode())
    yield from _base64_forms(word, word.encode())
    for form, text in (("percent", quote(word)), ("lower percent", quote(word).lower())):
        yield Needle(word, form, text.encode())
    yield Needle(word, "json escapes", word.encode("ascii", "backslashreplace"))


def _base64_forms(value: str, data: bytes) -> Iterator[Needle]:
    """Yield what stands in Base64 whatever comes before and after, plain and for URLs."""
    for offset in range(_OFFSETS):
        padded = bytes(offset) + data
        first = -(-offset * 8 // 6)
        last = len(padded) * 8 // 6
        for name, encode in (
            ("base64", base64.b64encode),
            ("url base64", base64.urlsafe_b64encode),
        ):
            yield Needle(value, f"{name} at {offset}", encode(padded)[first:last])


def _digests(value: str) -> Iterator[Needle]:
    for name in HASHES:
        if name in hashlib.algorithms_available:
            for size, digest in _digests_by(name, value.encode()):
                yield Needle(value, f"{name}{size}", digest)
                yield Needle(value, f"hex of {name}{size}", digest.hex().encode())


def _digests_by(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield "", hashlib.new(name, data).digest()
    if name == "blake2b":
        # Another length is another hash, and 32 bytes is the length of everything on chain.
        yield "-256", hashlib.blake2b(data, digest_size=32).digest()
