"""A reader can take in every line, function and module at one sitting."""

import ast

from tests.tidy.sources import ROOMS, ROOT, functions, sources

LINE_LENGTH_MAX = 100
FUNCTION_LENGTH_MAX = 60
MODULE_LENGTH_MAX = 400
PARAMETERS_MAX = 5
README_LENGTH_MAX = 60


def test_lines_are_short() -> None:
    """No line of any module, tests and scripts included, is longer than 100 characters."""
    long = [
        f"{source.name}:{number}"
        for source in sources(*ROOMS, "tests", "scripts")
        for number, line in enumerate(source.text.splitlines(), start=1)
        if len(line) > LINE_LENGTH_MAX
    ]
    assert long == []


def test_functions_are_short() -> None:
    """No function is longer than 60 lines."""
    long = [
        f"{source.name}:{function.lineno} {function.name}"
        for source in sources(*ROOMS, "tests", "scripts")
        for function in functions(source)
        if (function.end_lineno or 0) - function.lineno + 1 > FUNCTION_LENGTH_MAX
    ]
    assert long == []


def test_modules_are_short() -> None:
    """No module of the product is longer than 400 lines."""
    long = [
        source.name
        for source in sources(*ROOMS)
        if len(source.text.splitlines()) > MODULE_LENGTH_MAX
    ]
    assert long == []


def test_functions_take_few_parameters() -> None:
    """No function of the product takes more than five parameters beside self."""
    many = [
        f"{source.name}:{function.lineno} {function.name}"
        for source in sources(*ROOMS)
        for function in functions(source)
        if len(_parameters(function)) > PARAMETERS_MAX
    ]
    assert many == []


def test_every_room_has_a_short_readme() -> None:
    """Each room says on at most a page what it owns, its law, its files and its tests."""
    for room in ROOMS:
        readme = ROOT / room / "README.md"
        assert readme.exists(), f"{room} has no README.md"
        assert len(readme.read_text(encoding="utf-8").splitlines()) <= README_LENGTH_MAX, room


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [argument.arg for argument in every if argument.arg not in {"self", "cls"}]
