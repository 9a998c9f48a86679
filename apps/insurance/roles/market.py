"""The market operator: designates the venue and the channel; what is sold here needs no match."""

import asyncio

from apps.stage.desk import Desk
from apps.stage.roles.market import designate


async def play(desk: Desk) -> None:
    """Play the market operator."""
    await designate(desk)
    await asyncio.Event().wait()
