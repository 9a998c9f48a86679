"""The loan scenario with one person among the applicants who applies for two loans (I22).

Both matters come from one wallet, one identity number and one row; nothing else is changed.
"""

from dataclasses import replace
from pathlib import Path

from apps.loan import performance, story
from apps.loan.roles import citizens
from apps.loan.story import Applicant
from apps.stage.desk import Desk
from apps.stage.persons import Person

FIRST, AGAIN = 0, 9
"""Two applicants who both agree."""

_plain_applicants = story.applicants
_telephones: dict[Path, Person] = {}


def applicants() -> list[Applicant]:
    """Return the applicants, of whom one has the identity of another."""
    people = _plain_applicants()
    people[AGAIN] = replace(people[AGAIN], identity=people[FIRST].identity)
    return people


def person(desk: Desk, folder: Path) -> Person:
    """Return the telephone of a folder; who applies again has theirs already."""
    own = (
        folder.with_name(f"wallet-{FIRST:02d}") if folder.name.endswith(f"{AGAIN:02d}") else folder
    )
    if own not in _telephones:
        _telephones[own] = Person(desk, own)
    return _telephones[own]


def install() -> None:
    """Play it this way in this process."""
    for module in (story, performance, citizens):
        vars(module)["applicants"] = applicants
    vars(citizens)["Person"] = person
