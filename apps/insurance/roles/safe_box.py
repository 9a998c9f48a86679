"""A person's safe-box (数字保险箱): what they have a copy of, and how they bring it to a user."""

from dataclasses import dataclass
from pathlib import Path

from apps.channel.client import ChannelClient
from apps.stage import sights
from apps.stage.cast import Office
from apps.stage.delivering import acknowledged, preparation, users_wrap
from apps.stage.desk import Desk
from apps.stage.persons import Person
from apps.stage.sealing import Parcel
from chaincode.delivery.preambles import SealerChoice, preamble_of
from chaincode.rights import Right
from ledger.envelope_header import CHUNK_SIZE_DEFAULT, EnvelopeHeader, Recipient
from quancheng.carrying import SafeBoxEnvelope, seal_carried
from quancheng.consignments import consignment_of, prepared_header, supervisors_now, wraps_of
from quancheng.envelope_keys import key_commitment_of, new_content_key
from quancheng.envelope_wraps import open_wrap, require_same_key
from quancheng.origin import origin_of
from quancheng.wallet_keys import MatterKeys


@dataclass(frozen=True, slots=True)
class SafeBox:
    """One's own copy of an envelope: which asset, its header, its key and its ciphertext."""

    asset: bytes
    header: EnvelopeHeader
    content_key: bytes
    ciphertext: Path


async def safe_box(desk: Desk, line_id: bytes, keys: MatterKeys) -> SafeBox:
    """Take the envelope of a line, in which one has a wrap of one's own, into the safe-box."""
    goods = await consignment_of(desk.client, line_id)
    header = await prepared_header(desk.client, desk.genesis_hash, goods)
    wraps = wraps_of(goods.asset)
    own = wraps[Recipient(Right.CARRY, keys.kem_key)]
    content_key = open_wrap(header, own, keys.kem_secret)
    require_same_key(header, content_key, wraps)
    path = desk.folder / f"safe-box-{goods.asset_id.hex()}.sealed"
    async with ChannelClient(desk.directory.service(Office.CHANNEL)) as store:
        await store.fetch(header, path)
    return SafeBox(goods.asset_id, header, content_key, path)


async def carry(
    desk: Desk,
    box: SafeBox,
    line_id: bytes,
    owner: tuple[Person, MatterKeys],
    stranger: tuple[Person, MatterKeys],
) -> None:
    """Seal what is in the safe-box anew for a user, and hand over the key instead of a deliverer.

    A stranger tries before to bring something in the owner's place.
    """
    channel = await sights.channel(desk)
    parcel = await _sealed_anew(desk, box, line_id, channel)
    async with ChannelClient(desk.directory.service(Office.CHANNEL)) as store:
        await store.put(parcel.header, parcel.ciphertext)
    body = preparation(line_id, channel, parcel)
    other, others_keys = stranger
    # Abuse: to carry for somebody else.
    await other.attempt("envelope.prepare", others_keys, **body)
    person, keys = owner
    await person.send("envelope.prepare", keys, **body)
    await acknowledged(desk, line_id)
    header_hash, wrap = parcel.header.hash(), users_wrap(parcel)
    await person.send("envelope.release", keys, line=line_id, header_hash=header_hash, wrap=wrap)


async def _sealed_anew(desk: Desk, box: SafeBox, line_id: bytes, channel: bytes) -> Parcel:
    goods = await consignment_of(desk.client, line_id)
    origin = origin_of(box.asset, box.header, box.content_key)
    content_key = new_content_key()
    choice = SealerChoice(
        channel,
        goods.line.fields,
        CHUNK_SIZE_DEFAULT,
        origin.source(),
        key_commitment_of(content_key),
    )
    supervisors = await supervisors_now(desk.client)
    preamble = preamble_of(desk.genesis_hash, goods, choice, supervisors)
    path = desk.folder / f"{line_id.hex()}.sealed"
    with box.ciphertext.open("rb") as source, path.open("wb") as target:
        own = SafeBoxEnvelope(box.header, box.content_key, source)
        header = seal_carried(own, origin, preamble, content_key, target)
    return Parcel(header, content_key, path)
