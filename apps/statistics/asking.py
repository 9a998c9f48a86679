"""A user at work: lists a demand, orders on the match, asks, and reads what it gets."""

import secrets
from pathlib import Path

from apps.gateway.results import RESULT_SIZE_MAX, decode_result
from apps.stage import sights
from apps.stage.desk import Desk
from apps.stage.receiving import receive, settle
from apps.statistics.story import PRODUCT, PURPOSE_HOUSING
from chaincode.delivery.job_records import JOBS, UNDER_WAY, JobStatus
from chaincode.delivery.queries import GroupQuery
from chaincode.delivery.records import Verdict
from chaincode.ids import part_id
from chaincode.registration.records import ProductClass
from chaincode.settlement.records import ACCOUNTS
from chaincode.trading.placement import OrderLine
from chaincode.trading.records import LINES, MATCHES, LineState
from quancheng.computed import open_computed
from quancheng.envelope_keys import SALT_SIZE
from quancheng.kem import kem_key_of
from quancheng.private_files import create_private_file

ORDER_TERM_MS = 600_000
_DEMAND_TERM_MS = 600_000
_SECRET_SIZE = 32


class Asker:
    """One user's side of the business, for all the lines of one order."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._secret = secrets.token_bytes(_SECRET_SIZE)
        self.order = b""
        self.algorithm = b""

    async def order_on_match(self, price: int, quantity: int) -> list[bytes]:
        """Say what one looks for, wait for the match, order all of it; return the lines."""
        desk = self._desk
        own = await desk.own_party()
        await desk.state_of(ACCOUNTS, own.id, lambda account: account.free > 0)
        await sights.listing(desk, PRODUCT.name)
        _, product = await sights.product(desk, PRODUCT.name)
        (self.algorithm,) = product.terms.algorithms
        await desk.send(
            "demand.list",
            venue=await sights.venue(desk),
            product_class=ProductClass.GROUP,
            product=None,
            purpose=PURPOSE_HOUSING,
            price=price,
            quantity=quantity,
            until_ms=await desk.chain_time_ms() + _DEMAND_TERM_MS,
        )
        match, _ = await desk.first(MATCHES, user=own.id)
        body = await self.order_body(match, quantity)
        self.order = (await desk.send("order.place", **body)).tx_id
        return [part_id(self.order, index) for index in range(quantity)]

    async def order_body(
        self, offer: bytes, quantity: int, consent: bytes | None = None
    ) -> dict[str, object]:
        """Return the body of an order of some lines from a listing or on a match."""
        until_ms = await self._desk.chain_time_ms() + ORDER_TERM_MS
        return {
            "lines": (OrderLine(offer, PURPOSE_HOUSING, consent),) * quantity,
            "receiving_key": kem_key_of(self._secret),
            "confirm_until_ms": until_ms,
            "deliver_until_ms": until_ms,
        }

    def question(self, line_id: bytes, query: GroupQuery, epsilon: int) -> dict[str, object]:
        """Return the body of `job.submit`."""
        return {
            "line": line_id,
            "algorithm": self.algorithm,
            "query": query,
            "parameters": None,
            "epsilon": epsilon,
        }

    async def ask(self, line_id: bytes, query: GroupQuery, epsilon: int) -> bool:
        """Ask for a line and wait until the job has ended; say whether there is a result."""
        desk = self._desk
        sent = await desk.send("job.submit", **self.question(line_id, query, epsilon))
        job = await desk.state_of(JOBS, sent.tx_id, lambda item: item.status not in UNDER_WAY)
        return job.status is JobStatus.DONE

    async def collect(self, line_id: bytes, query: GroupQuery, path: Path) -> None:
        """Receive a result, see that it answers the question, accept it and have it settled."""
        received = await receive(self._desk, line_id, self._secret)
        assert received is not None
        with received.ciphertext.open("rb") as source:
            data = open_computed(
                received.header, received.content_key, source, SALT_SIZE + RESULT_SIZE_MAX
            )
        answers = decode_result(data).query == query
        verdict = Verdict.OK if answers else Verdict.BAD_CONTENT
        header_hash = received.header.hash()
        await self._desk.send(
            "envelope.receipt", line=line_id, header_hash=header_hash, verdict=verdict
        )
        create_private_file(path, data)
        await settle(self._desk, line_id)

    async def give_up(self, line_id: bytes) -> None:
        """Cancel a line for which there is nothing to ask any more."""
        await self._desk.send("order.cancel", order=self.order, line=line_id)
        await self._desk.state_of(LINES, line_id, lambda item: item.state is LineState.REFUNDED)
