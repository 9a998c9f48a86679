"""The market operator: designates venue and channel, then matches by the published rule."""

from apps.stage import sights
from apps.stage.desk import Desk
from apps.stage.roles.market import designate
from apps.venue.matcher import Matcher


async def play(desk: Desk) -> None:
    """Play the market operator for as long as the venue is open."""
    await designate(desk)
    matcher = Matcher(desk.client, desk.keys.sign_seed, await sights.venue(desk))
    async for _ in matcher.matches():
        pass
