"""One row of the table of requirements."""

from dataclasses import dataclass

from ledger.refusal import Code


@dataclass(frozen=True, slots=True)
class Row:
    """A requirement (Q), an invariant (I) or an abuse case (X) and how the project meets it.

    `places` and `tests` come on top of those of the removals. `limit` is what no chain can prevent;
    `elsewhere` names what other work brings the rest of the row.
    """

    key: str
    says: str
    rule: str
    removals: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    places: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    limit: str = ""
    elsewhere: str = ""
