"""The tax bureau: holds invoices, and says of one only whether it is on record."""

from apps.insurance.contents import answer
from apps.stage.desk import Desk
from apps.stage.roles.holder import hold


async def play(desk: Desk) -> None:
    """Play the tax bureau."""
    await hold(desk, answer)
