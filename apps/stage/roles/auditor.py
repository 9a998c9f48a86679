"""The audit office: the second supervisor, without whose share no envelope is opened."""

import asyncio

from apps.stage.committee import confirm_own_share
from apps.stage.desk import Desk


async def play(desk: Desk) -> None:
    """Play the audit office: put its share into force, then stay for openings."""
    await confirm_own_share(desk)
    await asyncio.Event().wait()
