"""The supervisor: takes office, and finds in this scenario nothing to step in for."""

import asyncio

from apps.stage.desk import Desk
from apps.stage.roles.supervisor import supervisors_service, take_office
from apps.stage.serving import serving


async def play(desk: Desk) -> None:
    """Play the supervisor."""
    async with serving(desk, supervisors_service(desk)), asyncio.TaskGroup() as group:
        await take_office(desk, group)
        await asyncio.Event().wait()
