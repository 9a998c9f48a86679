"""What a check found: a value that says how bad it is and holds the facts for its text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, unique


@unique
class Verdict(IntEnum):
    """How bad a finding is, in rising order."""

    GOOD = 0
    UNKNOWN = 1
    """It could not be looked at."""
    WARNING = 2
    """Somebody should act in the coming days."""
    BAD = 3
    """Somebody should act now."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check. `check` and `outcome` name its text and its remedy."""

    check: str
    outcome: str
    verdict: Verdict
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The key of the text in the messages."""
        return f"doctor.{self.check}.{self.outcome}"


def worst_of(findings: Sequence[Finding]) -> Verdict:
    """Return the verdict over all."""
    return max((item.verdict for item in findings), default=Verdict.UNKNOWN)
