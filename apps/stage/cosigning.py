"""Co-signing: where two parties bind each other, one builds the transaction and asks the other.

Only unsigned bytes and signatures travel. Who is asked reads the transaction and signs it only if
it is one that this party has agreed to.
"""

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from apps.stage.calling import call
from apps.stage.desk import Desk
from chaincode.catalogue import TYPES
from ledger import shape, suites
from ledger.encoding import decode
from ledger.refusal import Refused
from ledger.transaction import (
    TRANSACTION_SIZE_MAX,
    Transaction,
    UnsignedTransaction,
    assemble,
    signing_bytes,
    unsigned_from_value,
)
from quancheng.builders import build

COSIGN_PATH = "/cosign"

Agreement = Callable[[Desk, object], Awaitable[bool]]
"""Whether a party agrees to sign a transaction with this decoded body."""


def add_cosigning(application: web.Application, desk: Desk, agrees: Agreement) -> None:
    """Let others ask this party to sign with them."""

    async def cosign(request: web.Request) -> web.Response:
        try:
            unsigned = unsigned_from_value(
                decode(await request.read(), size_max=TRANSACTION_SIZE_MAX)
            )
            body = TYPES[unsigned.type].read(unsigned.body)
        except (Refused, KeyError) as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        for_this_chain = unsigned.genesis_hash == desk.genesis_hash
        if not for_this_chain or desk.keys.sign_key not in unsigned.signers:
            raise web.HTTPForbidden(text="not for this party")
        if not await agrees(desk, body):
            raise web.HTTPForbidden(text="not agreed")
        message = signing_bytes(unsigned.tx_id())
        return web.Response(body=suites.sign(desk.keys.sign_seed, message))

    application.router.add_post(COSIGN_PATH, cosign)


async def send_together(
    desk: Desk, type_name: str, others: Sequence[tuple[str, bytes]], **body: object
) -> bytes:
    """Send a transaction that others sign too, each named by role and key; return its tx_id.

    This party signs first and is charged.
    """
    return await _send_signed(desk, type_name, [(desk.role, desk.keys.sign_key), *others], body)


async def send_sponsored(
    desk: Desk, sponsor: tuple[str, bytes], type_name: str, **body: object
) -> bytes:
    """Send a transaction that a sponsor signs first; return its tx_id."""
    signers = [sponsor, (desk.role, desk.keys.sign_key)]
    return await _send_signed(desk, type_name, signers, body)


async def _send_signed(
    desk: Desk, type_name: str, signers: Sequence[tuple[str, bytes]], body: dict[str, object]
) -> bytes:
    unsigned = build(
        type_name,
        await desk.terms([key for _, key in signers]),
        **body,
    )
    signatures = [await _signature(desk, role, unsigned) for role, _ in signers]
    signed: Transaction = assemble(unsigned, signatures)
    await desk.finish(signed)
    return signed.tx_id


async def _signature(desk: Desk, role: str, unsigned: UnsignedTransaction) -> bytes:
    if role == desk.role:
        return suites.sign(desk.keys.sign_seed, signing_bytes(unsigned.tx_id()))
    answer = await call(desk, role, COSIGN_PATH, unsigned.encoded())
    return shape.byte_string(answer, "signature", suites.SIGNATURE_SIZE)
