"""One party's process: `python -m PACKAGE.process ROLE FOLDER NETWORK`.

Raises the fence, opens the desk, plays the role, and keeps following the chain until it is told to
stop.
"""

import argparse
import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from apps.stage.desk import Desk, open_desk
from apps.stage.directory import DIRECTORY_FILE, read_directory
from apps.stage.fence import raise_fence
from apps.stage.founding import PUBLIC_FOLDER
from apps.stage.scenario import Scenario, Setting

Play = Callable[[Desk], Awaitable[None]]
"""The whole conduct of one party."""


def play_part(scenario: Scenario, plays: Mapping[str, Play], arguments: list[str]) -> int:
    """Play the role that the arguments name; return 0 after a clean stop."""
    parser = argparse.ArgumentParser(description=f"Play one part of {scenario.package}.")
    parser.add_argument("role", choices=sorted(plays))
    parser.add_argument("folder", type=Path, help="folder of this party alone")
    parser.add_argument("network", type=Path, help="folder of the whole scenario")
    chosen = parser.parse_args(arguments)
    public = chosen.network / PUBLIC_FOLDER
    raise_fence(chosen.network, [chosen.folder, public])
    setting = Setting(scenario, read_directory(public / DIRECTORY_FILE))
    desk = open_desk(chosen.role, chosen.folder, setting)
    asyncio.run(_play(desk, plays[chosen.role]))
    return 0


async def _play(desk: Desk, play: Play) -> None:
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
