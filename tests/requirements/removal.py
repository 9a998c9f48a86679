"""Taking one rule out of the product while a test runs. The product itself has no switches."""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from unittest.mock import patch

from ledger.refusal import Code
from tests.tidy.sources import ROOMS

Thing = Any
"""What stands in the product under a name: a function mostly, with whatever it takes and gives."""

Substitute = Callable[[Thing], Thing]
"""From what stands in the product to what stands in its place while the rule is out."""


@dataclass(frozen=True, slots=True)
class Removal:
    """One rule, how it is taken out, and the test that cannot hold without it.

    `target` is `module:name` or `module:Class.name`. `rule` is the function that reads the rule,
    where the target is only what it calls.
    """

    name: str
    target: str
    substitute: Substitute
    test: str
    rule: str = ""

    @property
    def place(self) -> str:
        """The function that holds the rule, for readers."""
        return self.rule or self.target

    @contextmanager
    def active(self) -> Iterator[None]:
        """Take the rule out for a while."""
        with ExitStack() as stack:
            for owner, name, original in places_of(self.target):
                stack.enter_context(patch.object(owner, name, self.substitute(original)))
            yield


def places_of(target: str) -> list[tuple[Thing, str, Thing]]:
    """Return every place from which the target is reached, with what stands there.

    A function is reached under every name by which a module imported it; what a module only
    imported is changed in that module alone.
    """
    module_name, _, path = target.partition(":")
    module = importlib.import_module(module_name)
    *owners, name = path.split(".")
    owner: Thing = module
    for part in owners:
        owner = getattr(owner, part)
    original = vars(owner)[name]
    if isinstance(owner, ModuleType) and getattr(original, "__module__", None) == module_name:
        return [
            (holder, found, original)
            for holder in _modules_of_the_project()
            for found, value in list(vars(holder).items())
            if value is original
        ]
    return [(owner, name, original)]


def _modules_of_the_project() -> list[ModuleType]:
    return [
        module
        for name, module in sorted(sys.modules.items())
        if name.partition(".")[0] in (*ROOMS, "tests") and isinstance(module, ModuleType)
    ]


def nothing(_: Thing) -> Thing:
    """Let the rule do nothing."""

    def substitute(*_: Thing, **__: Thing) -> None:
        return None

    return substitute


def always(answer: Thing) -> Substitute:
    """Let the rule give one answer whatever it is asked."""

    def substitute_for(_: Thing) -> Thing:
        def substitute(*_: Thing, **__: Thing) -> Thing:
            return answer

        return substitute

    return substitute_for


def silent(*codes: Code, within: str | None = None) -> Substitute:
    """Let `require` refuse nothing with these codes, in one function if it is named."""

    def substitute_for(original: Thing) -> Thing:
        def require(condition: bool, code: Code, field: str = "") -> None:
            here = within is None or sys._getframe(1).f_code.co_name == within
            if not (code in codes and here):
                original(condition, code, field)

        return require

    return substitute_for


def without(name: str, place: str, code: Code, test: str) -> Removal:
    """Return the removal of the conditions of one function that refuse with one code."""
    module, _, function = place.partition(":")
    return Removal(
        name=name,
        target=f"{module}:require",
        substitute=silent(code, within=function.rpartition(".")[2]),
        test=test,
        rule=place,
    )


def unit(name: str) -> str:
    """Return the id of a test of the chaincode: `file.test`, without their prefixes."""
    file, _, test = name.partition(".")
    return f"tests/unit/chaincode/test_{file}.py::test_{test}"
