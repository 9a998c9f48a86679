"""The deliverer: seals one person's row, and hands over the key when the chain permits."""

import asyncio

from apps.loan.cast import Role
from apps.stage import rows
from apps.stage.cosigning import add_cosigning
from apps.stage.delivering import acknowledged, deliver_all, prepare, release
from apps.stage.desk import Desk
from apps.stage.sealing import seal_parcel
from apps.stage.serving import new_service, serving
from apps.stage.sharing import agrees_to_share
from chaincode.delivery.records import Verdict
from chaincode.trading.records import Line

RELEASE_PAUSE_SECONDS = 1.5
"""The person's last moment to take the consent back, once the user holds the ciphertext."""


async def play(desk: Desk) -> None:
    """Play the deliverer."""
    service = new_service()
    add_cosigning(service, desk, agrees_to_share)
    async with serving(desk, service):
        await deliver_all(desk, _Deliverer(desk).deliver)


class _Deliverer:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._signed_for_user = False

    async def deliver(self, line_id: bytes, line: Line, channel: bytes) -> None:
        """Deliver one line, and once say in the user's place that all was well."""
        desk, signs_for_user = self._desk, not self._signed_for_user
        self._signed_for_user = True
        content = await rows.ask(desk, Role.DEPARTMENT, line_id)
        parcel = await seal_parcel(desk, channel, (line_id, line), content)
        await prepare(desk, line_id, channel, parcel)
        await acknowledged(desk, line_id)
        await asyncio.sleep(RELEASE_PAUSE_SECONDS)
        # A consent that was taken back meanwhile makes this attempt stand as FAILED.
        await release(desk, line_id, parcel)
        if signs_for_user:
            # Abuse: to say in the user's place that the delivery was fine.
            header_hash = parcel.header.hash()
            await desk.attempt(
                "envelope.receipt", line=line_id, header_hash=header_hash, verdict=Verdict.OK
            )
