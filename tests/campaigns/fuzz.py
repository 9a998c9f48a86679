"""`python -m tests.campaigns.fuzz --target T --inputs N`: changed inputs for outside readers.

Valid inputs are changed in one place of their structure or in their bytes, and what brings
something new is changed further. A reader may refuse, and must neither crash, take a second form of
an object for the first, nor need much time or memory. Without --target all of them are run.

    python -m tests.campaigns.fuzz --target frames --inputs 1000000
    python -m tests.campaigns.fuzz --target frames --input 0a0b    # once more what was found
"""

import resource
import sys

import click
from rich.console import Console
from rich.table import Table

from tests.campaigns.fuzzing.campaign import Course, run_target
from tests.campaigns.fuzzing.corpus import keep
from tests.campaigns.fuzzing.targets import TARGETS

ADDRESS_SPACE_MAX = 4 * 1024 * 1024 * 1024
"""Bytes beyond which this process gets no memory, so that a greedy reader is seen."""


def row(name: str, course: Course) -> tuple[str, ...]:
    """Return what a run has shown, as a row."""
    return (
        name,
        f"{course.inputs:,}",
        str(len(course.outcomes)),
        f"{course.slowest_s * 1_000:.0f} ms",
        f"{course.memory_bytes / 2**20:.0f} MiB",
        str(len(course.defects)),
    )


@click.command(help=__doc__)
@click.option("--target", "names", type=click.Choice(list(TARGETS)), multiple=True)
@click.option("--inputs", default=100_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--input", "given", help="One input in hexadecimal instead of changed ones.")
@click.option("--keep", "is_kept", is_flag=True, help="Keep what was found as tests.")
def main(
    *, names: tuple[str, ...], inputs: int, seed: int, given: str | None, is_kept: bool
) -> None:
    """Run the campaign; exit with 1 where a defect was found."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_MAX, ADDRESS_SPACE_MAX))
    console = Console(soft_wrap=True)
    if given is not None:
        (name,) = names
        with TARGETS[name].open() as read:
            console.print(read(bytes.fromhex(given)))
        return
    table = Table(title=f"seed {seed}")
    for column in ("target", "inputs", "outcomes", "slowest", "memory", "defects"):
        table.add_column(column)
    failed = False
    for name in names or tuple(TARGETS):
        course = run_target(TARGETS[name], inputs, seed)
        table.add_row(*row(name, course))
        console.print(*row(name, course), markup=False)
        for defect in course.defects:
            console.print(f"{name}: {defect.what}", markup=False)
            console.print(f"  --target {name!r} --input {defect.data.hex()}", markup=False)
        failed |= bool(course.defects)
        if is_kept:
            keep(name, [*(item.data for item in course.defects), *course.kept.values()])
    console.print(table, soft_wrap=False)
    sys.exit(int(failed))


if __name__ == "__main__":
    main()
