"""TOML of bounded cost: what the standard library reads in minutes and gigabytes is refused."""

import tomllib

KEY_DOTS_MAX = 16
"""A dotted key of n parts costs time and memory in n²; nobody writes one of more than three."""


class NoToml(Exception):
    """A text is no TOML, or is TOML that nobody writes; says what is wrong with it."""


def loads(text: str) -> dict[str, object]:
    """Return the table of a text; raise NoToml. The caller bounds the size."""
    if any(_key_dots(line) > KEY_DOTS_MAX for line in text.splitlines()):
        raise NoToml(f"a key has more than {KEY_DOTS_MAX} dots")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # of numbers and nesting beyond all measure, too
        raise NoToml(str(error)) from error


def _key_dots(line: str) -> int:
    """Return the most dots that a key of a line can have: before an equals sign, or in a header."""
    *before, last = line.split("=")
    places = [*before, last] if line.lstrip().startswith("[") else before
    return max((place.count(".") for place in places), default=0)
