"""Sealing a line's content into an envelope whose header the chain will rebuild and compare."""

import io
from dataclasses import dataclass
from pathlib import Path

from apps.stage.desk import Desk
from chaincode.delivery.preambles import SealerChoice, preamble_of
from chaincode.trading.records import Line
from ledger.envelope_header import CHUNK_SIZE_DEFAULT, EnvelopeHeader
from quancheng.computed import seal_computed
from quancheng.consignments import consignment_of, supervisors_now
from quancheng.envelope import seal
from quancheng.envelope_keys import key_commitment_of, new_content_key


@dataclass(frozen=True, slots=True)
class Parcel:
    """A sealed content: its header, its key, and the file with the ciphertext."""

    header: EnvelopeHeader
    content_key: bytes
    ciphertext: Path


async def seal_parcel(
    desk: Desk, channel: bytes, ordered: tuple[bytes, Line], content: bytes
) -> Parcel:
    """Seal a content for an order line under a fresh key; a computed one begins with its salt."""
    line_id, line = ordered
    content_key = new_content_key()
    commitment = key_commitment_of(content_key)
    choice = SealerChoice(channel, line.fields, CHUNK_SIZE_DEFAULT, None, commitment)
    goods = await consignment_of(desk.client, line_id)
    supervisors = await supervisors_now(desk.client)
    preamble = preamble_of(desk.genesis_hash, goods, choice, supervisors)
    path = desk.folder / f"{line_id.hex()}.sealed"
    with path.open("wb") as target:
        if line.product_class.is_computed:
            header = seal_computed(preamble, content_key, content, target)
        else:
            header = seal(preamble, content_key, io.BytesIO(content), target)
    return Parcel(header, content_key, path)
