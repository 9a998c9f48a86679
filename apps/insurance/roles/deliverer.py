"""The deliverer: seals what holders give for one person, and hands over the key when permitted."""

from apps.insurance.story import ANSWER_SIZE_MAX
from apps.stage import rows
from apps.stage.cosigning import add_cosigning
from apps.stage.delivering import acknowledged, deliver_all, preparation, prepare, release
from apps.stage.desk import Desk
from apps.stage.sealing import seal_parcel
from apps.stage.serving import new_service, serving
from apps.stage.sharing import agrees_to_share
from chaincode.authorization.records import CONSENTS
from chaincode.registration.records import PRODUCTS, ProductClass
from chaincode.trading.records import Line


async def play(desk: Desk) -> None:
    """Play the deliverer."""
    service = new_service()
    add_cosigning(service, desk, agrees_to_share)
    async with serving(desk, service):
        await deliver_all(desk, _Deliverer(desk).deliver)


class _Deliverer:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tried_detail = False

    async def deliver(self, line_id: bytes, line: Line, channel: bytes) -> None:
        """Deliver one line, unless the person brings its content themselves."""
        desk = self._desk
        assert line.consent is not None
        consent = await desk.record(CONSENTS, line.consent)
        assert consent is not None
        if consent.receiving_key is not None:
            return
        product = await desk.record(PRODUCTS, line.product)
        assert product is not None
        ((source, _),) = desk.agreement.product(product.terms.name).sources
        content = await rows.ask(desk, source.holder, line_id)
        parcel = await seal_parcel(desk, channel, (line_id, line), content)
        if line.product_class is ProductClass.VERIFY and not self._tried_detail:
            # Abuse: to send details where an answer was agreed on.
            self._tried_detail = True
            detail = preparation(line_id, channel, parcel) | {"size": 8 * ANSWER_SIZE_MAX}
            await desk.attempt("envelope.prepare", **detail)
        await prepare(desk, line_id, channel, parcel)
        await acknowledged(desk, line_id)
        await release(desk, line_id, parcel)
