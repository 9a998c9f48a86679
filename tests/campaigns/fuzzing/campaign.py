"""A run over one target: changed inputs, what became of them, and the bounds they must keep."""

import gc
import random
import resource
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field

from tests.campaigns.fuzzing.mutation import mutated
from tests.campaigns.fuzzing.targets import Read, Target, seeds_of

PROCESSOR_S_MAX = 1.0
"""Processor time that one input may take, a collection of garbage by Python included."""
MEMORY_GROWTH_MAX = 64 * 1024 * 1024
"""Bytes by which one input may raise the most memory that the process ever had."""
POOL_MAX = 512
"""Inputs that brought something new are changed further; so many, then chance decides."""
POOLED_SIZE_MAX = 16 * 1024
"""Longer ones are not: they would grow for ever."""
KEPT_SIZE_MAX = 1_024
"""Longer inputs are not kept as tests."""
DEFECTS_MAX = 20

_RSS_UNIT = 1 if sys.platform == "darwin" else 1_024


@dataclass(frozen=True, slots=True)
class Defect:
    """An input that a reader did not take as it should, and how."""

    data: bytes
    what: str


@dataclass(slots=True)
class Course:
    """What a run has shown so far."""

    inputs: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    kept: dict[str, bytes] = field(default_factory=dict)
    """The shortest input of each outcome."""
    defects: list[Defect] = field(default_factory=list)
    slowest_s: float = 0.0
    memory_bytes: int = 0
    """By how much the process's peak grew."""


def run_target(target: Target, inputs: int, seed: int) -> Course:
    """Feed a reader with so many changed inputs; stop early at DEFECTS_MAX defects."""
    rng = random.Random(f"{target.name} {seed}")
    course, pool = Course(), list(seeds_of(target.name))
    with target.open() as read:
        for data in pool:
            taken(course, read, data)
        gc.collect()
        before = peak_bytes()
        for _ in range(inputs):
            data = mutated(target.form, pool, rng)
            known = len(course.outcomes)
            taken(course, read, data)
            if len(course.outcomes) > known and len(data) <= POOLED_SIZE_MAX:
                _pooled(pool, data, rng)
            if len(course.defects) >= DEFECTS_MAX:
                break
        course.memory_bytes = peak_bytes() - before
    return course


def taken(course: Course, read: Read, data: bytes) -> None:
    """Let a reader take one input; note its outcome, or what it did that it must not."""
    memory, start = peak_bytes(), time.process_time()
    try:
        outcome = read(data)
    except Exception:  # noqa: BLE001 - whatever a reader raises is what is looked for
        outcome = f"defect: {traceback.format_exc().splitlines()[-1][:100]}"
        course.defects.append(Defect(data, traceback.format_exc()))
    spent, grown = time.process_time() - start, peak_bytes() - memory
    if spent > PROCESSOR_S_MAX:
        course.defects.append(Defect(data, f"{spent:.1f} s of processor time"))
    if grown > MEMORY_GROWTH_MAX:
        course.defects.append(Defect(data, f"{grown / 2**20:.0f} MiB of memory"))
    course.inputs += 1
    course.outcomes[outcome] += 1
    course.slowest_s = max(course.slowest_s, spent)
    known = course.kept.get(outcome)
    if len(data) <= KEPT_SIZE_MAX and (known is None or len(data) < len(known)):
        course.kept[outcome] = data


def peak_bytes() -> int:
    """Return the most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT


def _pooled(pool: list[bytes], data: bytes, rng: random.Random) -> None:
    if len(pool) < POOL_MAX:
        pool.append(data)
    else:
        pool[rng.randrange(POOL_MAX)] = data
