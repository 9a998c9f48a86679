"""How far a scenario is, counted on the chain, and what can keep it from getting further."""

from dataclasses import dataclass

from apps.messages import Texts


class ScenarioStalled(Exception):
    """Nothing moved for long; `progress` says how far it had come."""

    def __init__(self, progress: str) -> None:
        super().__init__(progress)
        self.progress = progress


class ScenarioWrong(Exception):
    """The chain does not say what it should; `what` says where."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def require_true(condition: bool, what: str) -> None:
    """Raise ScenarioWrong unless the chain says what it should."""
    if not condition:
        raise ScenarioWrong(what)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that has to happen a number of times; `key` names its text."""

    key: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Every step of a scenario."""

    steps: tuple[Step, ...]

    @property
    def is_done(self) -> bool:
        """Whether everybody has played their part to the end."""
        return all(step.done == step.total for step in self.steps)

    def count(self, key: str) -> int:
        """Return how often a step has happened."""
        return next(step.done for step in self.steps if step.key == key)

    def lines(self, say: Texts) -> str:
        """Return the counts in words."""
        return "  ".join(f"{say(step.key)} {step.done}/{step.total}" for step in self.steps)
