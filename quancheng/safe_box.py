"""The person's safe-box: one's own copy of what was delivered, opened or carried to another user.

`own_content_key` opens the wrap for the person's key. To carry, `seal_for` seals the content anew
for a line of another matter; its ciphertext goes into the channel, `prepare` puts the envelope on
the chain in the deliverer's place, and `release` gives the key once the user has acknowledged.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from chaincode.delivery.consignment import Consignment
from chaincode.delivery.preambles import SealerChoice, preamble_of
from chaincode.rights import Right
from ledger.envelope_header import EnvelopeHeader
from ledger.refusal import Code, require
from quancheng.api.transactions import WaitResult
from quancheng.builders import build
from quancheng.carrying import SafeBoxEnvelope, seal_carried
from quancheng.consignments import consignment_of, prepared_header, supervisors_now, wraps_of
from quancheng.envelope_keys import key_commitment_of
from quancheng.envelope_wraps import differing_wraps, make_wrap, open_wrap, wrap_for
from quancheng.origin import origin_of
from quancheng.person import Person
from quancheng.wallet_keys import MatterKeys


@dataclass(frozen=True, slots=True)
class OwnEnvelope:
    """An envelope about a person, as their own session reads it."""

    sid: bytes
    goods: Consignment
    header: EnvelopeHeader


@dataclass(frozen=True, slots=True)
class OwnParcel:
    """What the person sealed for a user."""

    sid: bytes
    goods: Consignment
    header: EnvelopeHeader
    content_key: bytes
    ciphertext: Path


async def own_envelope(person: Person, sid: bytes, line_id: bytes) -> OwnEnvelope:
    """Return the envelope of a line about a pseudonym; refuse (E010) a line without one."""
    client = await person.session(sid)
    goods = await consignment_of(client, line_id)
    require(goods.envelope is not None, Code.NOT_FOUND, "asset")
    genesis_hash = (await client.status()).genesis_hash
    return OwnEnvelope(sid, goods, await prepared_header(client, genesis_hash, goods))


def own_content_key(envelope: OwnEnvelope, keys: MatterKeys) -> bytes:
    """Return the content key of one's own copy.

    Refuses (E318) an envelope of which the person has no copy, and (E506) one whose other right
    holders were given another key: whoever opens one wrap checks the others.
    """
    asset = envelope.goods.asset
    held = (*asset.wraps, *asset.copies)
    own = [item for item in held if (item.right, item.key) == (Right.CARRY, keys.kem_key)]
    require(bool(own), Code.CONSENT_ALTERED, "asset")
    content_key = open_wrap(envelope.header, own[0].wrap, keys.kem_secret)
    differing = differing_wraps(envelope.header, content_key, wraps_of(asset))
    require(not differing, Code.BAD_WRAP, "wraps")
    return content_key


async def seal_for(
    person: Person, source: OwnEnvelope, ciphertext: Path, target: tuple[bytes, bytes], out: Path
) -> OwnParcel:
    """Seal a safe-box envelope anew for a line, `target` being its pseudonym and its id."""
    sid, line_id = target
    source_key = own_content_key(source, person.wallet.keys_of(source.sid))
    origin = origin_of(source.goods.asset_id, source.header, source_key)
    content_key = person.wallet.carry_key(sid, line_id)
    asset = source.goods.asset
    commitment = key_commitment_of(content_key)
    choice = SealerChoice(
        asset.channel, asset.fields, asset.chunk_size, origin.source(), commitment
    )
    client = await person.session(sid)
    goods = await consignment_of(client, line_id)
    genesis_hash = (await client.status()).genesis_hash
    preamble = preamble_of(genesis_hash, goods, choice, await supervisors_now(client))

    def seal() -> EnvelopeHeader:
        with ciphertext.open("rb") as sealed, out.open("wb") as written:
            own = SafeBoxEnvelope(source.header, source_key, sealed)
            return seal_carried(own, origin, preamble, content_key, written)

    return OwnParcel(sid, goods, await asyncio.to_thread(seal), content_key, out)


async def prepare(person: Person, parcel: OwnParcel) -> WaitResult:
    """Put the envelope of a parcel on the chain; its ciphertext must lie in the channel."""
    header, preamble = parcel.header, parcel.header.preamble
    unsigned = build(
        "envelope.prepare",
        await person.terms(parcel.sid),
        line=preamble.line,
        channel=preamble.channel,
        fields=preamble.fields,
        chunk_size=preamble.chunk_size,
        size=header.size,
        cipher_root=header.cipher_root,
        source=preamble.source,
        key_commitment=preamble.key_commitment,
        content_commitment=header.content_commitment,
        header_hash=header.hash(),
        wraps=tuple(
            wrap_for(parcel.content_key, header.hash(), recipient)
            for recipient in preamble.recipients
            if recipient.right != Right.USE
        ),
    )
    return await person.send(person.wallet.sign(unsigned))


async def release(person: Person, sid: bytes, line_id: bytes) -> WaitResult:
    """Give the key of what was carried to its user; refuse (E505) another's envelope."""
    envelope = await own_envelope(person, sid, line_id)
    content_key = person.wallet.carry_key(sid, line_id)
    preamble = envelope.header.preamble
    own = key_commitment_of(content_key) == preamble.key_commitment
    require(own, Code.ENVELOPE_MISMATCH, "key_commitment")
    header_hash = envelope.header.hash()
    unsigned = build(
        "envelope.release",
        await person.terms(sid),
        line=line_id,
        header_hash=header_hash,
        wrap=make_wrap(content_key, header_hash, preamble.receiving_key),
    )
    return await person.send(person.wallet.sign(unsigned))
