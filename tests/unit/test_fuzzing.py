"""Inputs that fuzzing found stay harmless, and a short run finds nothing new.

The long runs are `python -m tests.campaigns.fuzz`.
"""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest

from tests.campaigns.fuzzing.campaign import Course, run_target, taken
from tests.campaigns.fuzzing.corpus import kept_inputs
from tests.campaigns.fuzzing.forms import CBOR
from tests.campaigns.fuzzing.mutation import mutated
from tests.campaigns.fuzzing.targets import READ, TARGETS, Target, seeds_of

SHORT = 300
SEED = 7
EVERY_TARGET = pytest.mark.parametrize("target", TARGETS.values(), ids=lambda item: item.name)


def reproducing(target: Target, course: Course) -> list[str]:
    """Return, for each defect, what it was and the line that shows it again."""
    line = "python -m tests.campaigns.fuzz --target"
    return [
        f"{line} {target.name!r} --input {item.data.hex()}: {item.what}" for item in course.defects
    ]


@EVERY_TARGET
def test_what_was_found_is_harmless(target: Target) -> None:
    """Every kept input is read or refused, within bounds of time and memory."""
    course = Course()
    with target.open() as read:
        for data in kept_inputs(target.name):
            taken(course, read, data)
    assert course.inputs
    assert reproducing(target, course) == []


@EVERY_TARGET
def test_a_short_run_finds_nothing(target: Target) -> None:
    """Valid inputs are read; changed ones are refused in several ways, and none is a defect."""
    course = run_target(target, SHORT, SEED)
    assert reproducing(target, course) == []
    assert len(course.outcomes) >= 3
    with target.open() as read:
        assert {read(data) for data in seeds_of(target.name)} >= {READ}


def careless(data: bytes) -> str:
    """Read as nobody should: take a length for granted."""
    return str(data[data[0]])


def test_a_careless_reader_is_found() -> None:
    """The campaign can fail: a reader that trusts a length raises within a short run."""
    opened: Callable[[], AbstractContextManager[Callable[[bytes], str]]]
    opened = lambda: nullcontext(careless)  # noqa: E731 - what opens a reader
    course = run_target(Target("receipts", CBOR, list, opened), SHORT, SEED)
    assert any("IndexError" in item.what for item in course.defects)


def test_a_run_is_repeated_by_its_seed() -> None:
    """The same seed gives the same inputs."""
    seeds = seeds_of("receipts")
    first, second = (random.Random(SEED) for _ in range(2))
    assert [mutated(CBOR, seeds, first) for _ in range(50)] == [
        mutated(CBOR, seeds, second) for _ in range(50)
    ]
