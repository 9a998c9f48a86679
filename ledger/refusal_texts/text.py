"""The form of a text about a refusal."""

from dataclasses import dataclass
from enum import Enum


class Language(Enum):
    """Languages of the texts."""

    ENGLISH = "en"
    CHINESE = "zh"


@dataclass(frozen=True, slots=True)
class RefusalText:
    """One code in one language: what it is called, the rule that did not hold, the next step."""

    name: str
    rule: str
    remedy: str
