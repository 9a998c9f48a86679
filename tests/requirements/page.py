"""`docs/requirements.md`, made from the table."""

from collections.abc import Iterable, Iterator

from tests.requirements.removals import REMOVALS
from tests.requirements.row import Row
from tests.requirements.table import ROWS, named_tests, places_of

_TITLES = {
    "Q": "What the founding document wants",
    "I": "What always holds",
    "X": "Attacks and abuse",
}
_BEGINNING = (
    "# Requirements, rules and tests",
    "",
    "<!-- Made by `scripts/document` from tests/requirements; do not edit. -->",
    "",
    "Each claim of the founding document (Q), each invariant (I) and each abuse case (X): how it "
    "is met, the [codes](refusals.md) of what is refused, the function that holds the rule, and "
    "the tests that need it. A test resolves every row to functions that exist and to tests that "
    "are collected. `python -m tests.requirements` takes each rule out of the product in turn and "
    "sees its test turn red; the last table says which one it is.",
)


def requirements_page() -> str:
    """Return the page in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from _BEGINNING
    for letter, title in _TITLES.items():
        yield f"\n## {title}\n"
        yield "| | says | rule | codes | code | tests |"
        yield "| --- | --- | --- | --- | --- | --- |"
        for row in ROWS:
            if row.key.startswith(letter):
                yield _line(row)
    yield "\n## What no chain can prevent\n"
    yield "The tests of these rows show the trace that remains.\n"
    yield "| | limit |"
    yield "| --- | --- |"
    for row in ROWS:
        if row.limit:
            yield f"| {row.key} | {row.limit} |"
    yield "\n## Removed rules\n"
    yield "| rule | removed in | test that turns red |"
    yield "| --- | --- | --- |"
    for removal in REMOVALS.values():
        yield f"| {removal.name} | {_code((removal.place,))} | {_tests((removal.test,))} |"


def _line(row: Row) -> str:
    rule = row.rule if not row.elsewhere else f"{row.rule} *The rest: {row.elsewhere}.*"
    codes = " ".join(code.label for code in row.codes)
    cells = (row.key, row.says, rule, codes, _code(places_of(row)), _tests(named_tests(row)))
    return f"| {' | '.join(cells)} |"


def _code(places: Iterable[str]) -> str:
    return "<br>".join(f"`{place}`" for place in places)


def _tests(tests: Iterable[str]) -> str:
    return "<br>".join(f"`{_shortened(test)}`" for test in tests)


def _shortened(test: str) -> str:
    return test.removeprefix("tests/").replace(".py::test_", ": ")
