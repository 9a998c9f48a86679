"""TOML costs no more than its size allows, and is refused in one way."""

import time
import tomllib

import pytest

from quancheng.strict_toml import KEY_DOTS_MAX, NoToml, loads

ADDRESSES = ", ".join(f'"node{number}.data.example.gov.cn:26600"' for number in range(256))


def test_what_people_write_is_read() -> None:
    """Tables, dotted keys, a line with every address there may be, and dots in a comment."""
    text = f"# a. b. c.\n[a.b]\nc.d = 1\npeers = [{ADDRESSES}]\n"
    assert loads(text) == tomllib.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        ".".join(["a"] * (KEY_DOTS_MAX + 2)) + " = 1",
        "[" + ".".join(["a"] * (KEY_DOTS_MAX + 2)) + "]",
        "a = {" + ".".join(["a"] * (KEY_DOTS_MAX + 2)) + " = 1}",
        "a = " + "9" * 5_000,
        "a = " + "[" * 20_000,
        "a = ",
    ],
)
def test_what_nobody_writes_is_refused(text: str) -> None:
    """Endless keys, numbers and nesting end as any other text that is no TOML."""
    with pytest.raises(NoToml):
        loads(text)


def test_a_large_text_is_read_in_bounded_time() -> None:
    """A megabyte of the longest keys that are allowed takes a moment, not minutes."""
    key = ".".join(["a"] * KEY_DOTS_MAX)
    text = "\n".join(f"{key}.b{number} = 1" for number in range(1_024 * 1_024 // len(key)))
    start = time.process_time()
    assert loads(text[: text.rindex("\n")])
    assert time.process_time() - start < 10
