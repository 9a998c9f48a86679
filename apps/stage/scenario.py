"""A scenario: who plays, what was agreed, and the setting in which it is played."""

from dataclasses import dataclass

from apps.stage.agreement import Agreement
from apps.stage.cast import Cast
from apps.stage.directory import Directory


@dataclass(frozen=True, slots=True)
class Scenario:
    """Who plays and what was agreed on; `package` has a module `process` that plays any part."""

    package: str
    cast: Cast
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Setting:
    """A scenario, and where everybody is reached while it is played."""

    scenario: Scenario
    directory: Directory
