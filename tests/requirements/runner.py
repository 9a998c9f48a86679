"""Running the tests of removals: green with the rule, red without it, each in this process."""

import contextlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

import pytest

from ledger.refusal import Refused
from tests.requirements.removal import Removal, Thing

_QUIET = ("-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=no")
_FAILURES = (AssertionError, pytest.fail.Exception, Refused, BaseExceptionGroup)
"""How a test says that something does not hold. Any other error says that the removal is broken."""


class Verdict(Enum):
    """What became of a test while its rule was out."""

    RED = "red"
    GREEN = "GREEN: survived"
    BROKEN = "BROKEN"
    MISSING = "NO SUCH TEST"


@dataclass(slots=True)
class _Witness:
    """Counts what ran and keeps the errors of the tests themselves."""

    ran: int = 0
    errors: list[BaseException] = field(default_factory=list)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: Thing, call: Thing) -> Iterator[None]:
        """Note how each call ended."""
        del item
        self.ran += call.when == "call"
        if call.excinfo is not None:
            self.errors.append(call.excinfo.value)
        yield


@dataclass(frozen=True, slots=True)
class Result:
    """A removal and what its test said."""

    removal: Removal
    verdict: Verdict
    said: str


def run(removals: Iterable[Removal]) -> Iterator[Result]:
    """See each test turn red without its rule.

    All of them run once before, with their rules: what is red anyway proves nothing, and whatever
    tests keep for each other is then made under all rules.
    """
    chosen = list(removals)
    with_rules = _run(sorted({removal.test for removal in chosen}))
    if with_rules.errors:
        raise AssertionError("a test is red with all rules in place") from with_rules.errors[0]
    for removal in chosen:
        with removal.active():
            witness = _run([removal.test])
        yield Result(removal, *_judged(witness))


def _run(tests: list[str]) -> _Witness:
    witness = _Witness()
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main([*_QUIET, *tests], plugins=[witness])
    return witness


def _judged(witness: _Witness) -> tuple[Verdict, str]:
    if not witness.ran and not witness.errors:
        return Verdict.MISSING, ""
    if not witness.errors:
        return Verdict.GREEN, ""
    first = witness.errors[0]
    said = (str(first).splitlines() or [type(first).__name__])[0]
    broken = not any(isinstance(error, _FAILURES) for error in witness.errors)
    return (Verdict.BROKEN, repr(first)) if broken else (Verdict.RED, said)
