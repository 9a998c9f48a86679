"""What a node knows of one line's delivery, and from it the header that its envelope must have.

Sealer and user rebuild the header with the validators' own function. A node that lies about a
record cannot make them agree to another envelope: its header has another hash, and no wrap fits it.
"""

from typing import TypeVar

from chaincode.authorization.records import CONSENTS
from chaincode.delivery.consignment import Consignment
from chaincode.delivery.preambles import NO_SUPERVISORS, SealedTo, SealerChoice, preamble_of
from chaincode.delivery.records import ASSETS, Asset
from chaincode.parameters import PARAMETERS, ParameterName
from chaincode.registration.records import PRODUCTS
from chaincode.supervision.records import COMMITTEE_EPOCHS, COMMITTEES
from chaincode.tables import Table
from chaincode.trading.records import LINES, LISTINGS, ORDERS
from ledger.envelope_header import EnvelopeHeader, Recipient
from ledger.refusal import Code, require
from quancheng.client import Client

K = TypeVar("K")
R = TypeVar("R")


async def known(client: Client, table: Table[K, R], key: K) -> R:
    """Return a record that must exist, or refuse (E010) with the table's name."""
    record = await client.record(table, key)
    require(record is not None, Code.NOT_FOUND, table.name)
    assert record is not None
    return record


async def consignment_of(client: Client, line_id: bytes) -> Consignment:
    """Return a line and what stands behind it; refuse (E010) an unknown one."""
    line = await known(client, LINES, line_id)
    consent = await _known_if_any(client, CONSENTS, line.consent)
    envelope = await _known_if_any(client, ASSETS, line.asset)
    return Consignment(
        line_id=line_id,
        line=line,
        order=await known(client, ORDERS, line.order),
        listing=await known(client, LISTINGS, line.listing),
        product=await known(client, PRODUCTS, line.product),
        consent=consent,
        envelope=envelope,
    )


async def supervisors_now(client: Client) -> SealedTo:
    """Return to which supervisors the next envelope is sealed, none where the chain demands none.

    Refuse (E507) to seal where it demands them and no committee is in force.
    """
    demanded = await known(client, PARAMETERS, ParameterName.SUPERVISOR_WRAP)
    if demanded.at((await client.status()).height + 1) == 0:
        return NO_SUPERVISORS
    epoch = (await client.single(COMMITTEE_EPOCHS)).active
    require(epoch != 0, Code.SUPERVISOR_WRAP_MISSING, "wraps")
    return await supervisors_of(client, epoch)


async def supervisors_of(client: Client, epoch: int) -> SealedTo:
    """Return the supervisors of an epoch."""
    if epoch == 0:
        return NO_SUPERVISORS
    return SealedTo(epoch, (await known(client, COMMITTEES, epoch)).key)


async def prepared_header(
    client: Client, genesis_hash: bytes, goods: Consignment
) -> EnvelopeHeader:
    """Return the header of the envelope of a line that is PREPARED or beyond."""
    asset = goods.asset
    choice = SealerChoice(
        asset.channel, asset.fields, asset.chunk_size, asset.source, asset.key_commitment
    )
    committee = await supervisors_of(client, asset.committee)
    preamble = preamble_of(genesis_hash, goods, choice, committee)
    return EnvelopeHeader(preamble, asset.cipher_root, asset.size, asset.content_commitment)


def wraps_of(asset: Asset) -> dict[Recipient, bytes]:
    """Return the wraps of an envelope by recipient, without later copies."""
    return {Recipient(item.right, item.key): item.wrap for item in asset.wraps}


async def _known_if_any(client: Client, table: Table[K, R], key: K | None) -> R | None:
    if key is None:
        return None
    record: R = await known(client, table, key)
    return record
