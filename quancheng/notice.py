"""Notices: what a person is shown before consenting, and the hash it is registered under."""

from dataclasses import dataclass

from ledger.refusal import Code, require
from ledger.suites import tagged_hash

NOTICE_SIZE_MAX = 64 * 1024

_TAG = b"qc/notice/v1"


def notice_hash(text: str) -> bytes:
    """Return the hash that is registered for a text: of its UTF-8 bytes, every character counts."""
    return tagged_hash(_TAG, text.encode())


@dataclass(frozen=True, slots=True)
class ConsentTerms:
    """All a person needs to know to decide.

    `lines` are label and value, in the order of showing.
    """

    lines: tuple[tuple[str, str], ...]
    notice_text: str

    def shown_text(self) -> str:
        """Return the text to show: the terms, then the whole notice."""
        terms = "\n".join(f"{label}: {value}" for label, value in self.lines)
        return f"{terms}\n\n{self.notice_text}"


def require_registered(terms: ConsentTerms, registered_hash: bytes) -> None:
    """Refuse (E207) a notice that is not the registered one, and one too long to be read."""
    require(len(terms.notice_text.encode()) <= NOTICE_SIZE_MAX, Code.NOTICE_MISSING, "notice.size")
    require(notice_hash(terms.notice_text) == registered_hash, Code.NOTICE_MISSING, "notice")
