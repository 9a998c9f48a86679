"""One party's process: `python -m apps.loan.process ROLE FOLDER NETWORK`.

Raises the fence, opens the desk, plays the role, and keeps following the chain until it is told to
stop.
"""

import argparse
import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from apps.loan.cast import Role
from apps.loan.desk import Desk, open_desk
from apps.loan.directory import DIRECTORY_FILE, read_directory
from apps.loan.fence import raise_fence
from apps.loan.roles import PLAYS

PUBLIC_FOLDER = "public"


def main(arguments: list[str]) -> int:
    """Play a role; return 0 after a clean stop."""
    parser = argparse.ArgumentParser(description="Play one part of the loan scenario.")
    parser.add_argument("role", type=Role, choices=list(Role))
    parser.add_argument("folder", type=Path, help="folder of this party alone")
    parser.add_argument("network", type=Path, help="folder of the whole scenario")
    chosen = parser.parse_args(arguments)
    public = chosen.network / PUBLIC_FOLDER
    raise_fence(chosen.network, [chosen.folder, public])
    directory = read_directory(public / DIRECTORY_FILE)
    desk = open_desk(chosen.role, chosen.folder, directory)
    asyncio.run(_play(desk, PLAYS[chosen.role]))
    return 0


async def _play(desk: Desk, play: Callable[[Desk], Awaitable[None]]) -> None:
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        async with desk.client, asyncio.TaskGroup() as group:
            group.create_task(desk.follow())
            await play(desk)
    except asyncio.CancelledError:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
