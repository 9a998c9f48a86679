"""A person carries what stands in their safe-box, and the user sees that nothing was changed."""

import dataclasses
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chaincode.authorization.consents import ConsentGrant
from chaincode.delivery.consignment import Consignment, consignment
from chaincode.delivery.envelopes import EnvelopePrepare, header_of
from chaincode.rights import Right
from chaincode.trading.records import LINES
from ledger.envelope_header import CHUNK_SIZE_MIN, EnvelopeHeader
from ledger.refusal import Code, Refused
from quancheng.carrying import (
    Carried,
    SafeBoxEnvelope,
    open_carried,
    require_taken_from,
    seal_carried,
)
from quancheng.envelope import seal
from quancheng.envelope_keys import key_commitment_of, new_content_key
from quancheng.envelope_wraps import open_wrap, wrap_for
from quancheng.kem import kem_key_of
from quancheng.origin import ORIGIN_SIZE, Origin, decode_origin, origin_of
from tests.unit.chaincode.city import City
from tests.unit.chaincode.world import Actor, envelope_key
from tests.unit.quancheng.envelopes import preamble_for, sealed

VECTOR = json.loads(
    (Path(__file__).parents[2] / "vectors" / "carrying.json").read_text(encoding="utf-8")
)
ASSET = b"\x0a" * 32
CONTENT = "门诊记录 2026-11".encode() * 200
COPY_SECRET = bytes([77]) * 32


def carried_envelope(
    content: bytes, origin: Origin | None = None
) -> tuple[EnvelopeHeader, bytes, bytes]:
    """Carry a content out of a safe-box envelope; return header, key and ciphertext."""
    own_header, ciphertext = sealed(content)
    own = SafeBoxEnvelope(own_header, b"\x11" * 32, io.BytesIO(ciphertext))
    origin = origin or origin_of(ASSET, own_header, own.content_key)
    key = new_content_key()
    preamble = dataclasses.replace(preamble_for(key), source=origin.source())
    target = io.BytesIO()
    header = seal_carried(own, origin, preamble, key, target)
    return header, key, target.getvalue()


@settings(deadline=None)
@given(st.integers(0, 4 * CHUNK_SIZE_MIN))
def test_a_carried_content_is_what_stood_in_the_safe_box(size: int) -> None:
    """For every size: the content without its origin, and the commitment of the source."""
    content = bytes(range(256)) * (size // 256 + 1)
    content = content[:size]
    header, key, ciphertext = carried_envelope(content)
    target = io.BytesIO()
    carried = open_carried(header, key, io.BytesIO(ciphertext), target)
    assert target.getvalue() == content
    assert carried.size == size
    assert header.size == size + ORIGIN_SIZE
    assert carried.content_commitment == sealed(content)[0].content_commitment


def test_an_origin_that_the_header_does_not_have_is_refused() -> None:
    """Another asset, salt or key in the content than the one that the source commits to."""
    header, key, _ = carried_envelope(CONTENT)
    for changed in ("asset", "salt"):
        origin = dataclasses.replace(origin_of(ASSET, header, key), **{changed: b"\x0b" * 32})
        forged_key = new_content_key()
        preamble = dataclasses.replace(
            preamble_for(forged_key), source=origin_of(ASSET, header, key).source()
        )
        target = io.BytesIO()
        forged = seal(preamble, forged_key, io.BytesIO(origin.encoded() + CONTENT), target)
        with pytest.raises(Refused) as caught:
            open_carried(forged, forged_key, io.BytesIO(target.getvalue()), io.BytesIO())
        assert caught.value.refusal.field == "source"
    short = io.BytesIO()
    forged = seal(preamble_for(key), key, io.BytesIO(b"too short"), short)
    with pytest.raises(Refused):
        open_carried(forged, key, io.BytesIO(short.getvalue()), io.BytesIO())


def test_an_unsound_safe_box_envelope_is_not_carried() -> None:
    header, ciphertext = sealed(CONTENT)
    origin = origin_of(ASSET, header, b"\x11" * 32)
    own = SafeBoxEnvelope(header, b"\x11" * 32, io.BytesIO(ciphertext[:-1] + b"\0"))
    key = new_content_key()
    preamble = dataclasses.replace(preamble_for(key), source=origin.source())
    with pytest.raises(Refused) as caught:
        seal_carried(own, origin, preamble, key, io.BytesIO())
    assert caught.value.refusal.code is Code.ENVELOPE_MISMATCH


class _SafeBox:
    """A person with a delivered envelope, on a real chain in memory, who carries it once more."""

    def __init__(self, city: City) -> None:
        self.city = city
        body, self.header, self.ciphertext = self._delivered()
        self.asset = city.world.do(body, city.deliverer)
        wrap = wrap_for(b"\x12" * 32, self.header.hash(), self.header.preamble.recipients[0])
        self.content_key = open_wrap(self.header, wrap, COPY_SECRET)

    def _granted(self, *, named: bool) -> tuple[bytes, Actor]:
        city, person = self.city, self.city.bound()
        matter = city.world.do(city.matter_open(), city.bank)
        request = city.consent_request(matter, person.key)
        if named:
            request = dataclasses.replace(request, receiving_key=envelope_key("order"))
        consent = city.world.do(request, city.bank)
        copy_key = None if named else kem_key_of(COPY_SECRET)
        city.world.do(ConsentGrant(consent, city.notice, copy_key), person)
        return consent, person

    def _prepared(
        self, line: bytes, key: bytes, origin: Origin | None
    ) -> tuple[EnvelopePrepare, EnvelopeHeader, bytes]:
        city = self.city
        body = dataclasses.replace(
            city.envelope_prepare(line),
            key_commitment=key_commitment_of(key),
            source=None if origin is None else origin.source(),
        )
        goods = consignment(city.world.state, line, "line")
        draft = header_of(city.world.genesis_hash, goods, body, city.sealed_to())
        target = io.BytesIO()
        if origin is None:
            header = seal(draft.preamble, key, io.BytesIO(CONTENT), target)
        else:
            own = SafeBoxEnvelope(self.header, self.content_key, io.BytesIO(self.ciphertext))
            header = seal_carried(own, origin, draft.preamble, key, target)
        recipients = header.preamble.recipients
        others = [item for item in recipients if item.right != Right.USE]
        wraps = tuple(wrap_for(key, header.hash(), item) for item in others)
        body = dataclasses.replace(
            body,
            size=header.size,
            cipher_root=header.cipher_root,
            content_commitment=header.content_commitment,
            header_hash=header.hash(),
            wraps=wraps,
        )
        return body, header, target.getvalue()

    def _delivered(self) -> tuple[EnvelopePrepare, EnvelopeHeader, bytes]:
        consent, _ = self._granted(named=False)
        return self._prepared(self.city.ordered(consent), b"\x12" * 32, None)

    def carry(self, asset: bytes) -> Carried:
        """Let the person carry to the user, who opens it; the origin names an asset."""
        consent, person = self._granted(named=True)
        key = new_content_key()
        origin = origin_of(asset, self.header, self.content_key)
        line = self.city.ordered(consent)
        body, header, ciphertext = self._prepared(line, key, origin)
        self.last = self.city.world.do(body, person)
        return open_carried(header, key, io.BytesIO(ciphertext), io.BytesIO())

    def goods(self, asset: bytes) -> Consignment:
        """Return what the chain says of the line of an asset."""
        state = self.city.world.state
        line = next(key for key, row in LINES.scan(state) if row.asset == asset)
        return consignment(state, line, "line")


def test_the_user_compares_a_carried_content_with_its_source() -> None:
    """The chain takes the carried envelope, and its content is what the deliverer once sealed."""
    box = _SafeBox(City.founded())
    carried = box.carry(box.asset)
    source = box.goods(box.asset)
    require_taken_from(carried, source)
    changes = (
        ("source.size", dataclasses.replace(carried, size=carried.size + 1)),
        ("source.content_commitment", dataclasses.replace(carried, content_commitment=bytes(32))),
    )
    for field, altered in changes:
        with pytest.raises(Refused) as caught:
            require_taken_from(altered, source)
        assert caught.value.refusal.field == field
    preamble = dataclasses.replace(carried.header.preamble, fields=1)
    header = dataclasses.replace(carried.header, preamble=preamble)
    with pytest.raises(Refused) as caught:
        require_taken_from(dataclasses.replace(carried, header=header), source)
    assert caught.value.refusal.field == "source.fields"
    with pytest.raises(Refused) as caught:
        require_taken_from(carried, box.goods(box.last))
    assert caught.value.refusal.field == "source.asset"


def test_a_carried_envelope_is_no_source() -> None:
    """What the person sealed themselves would prove nothing about the holder's content."""
    box = _SafeBox(City.founded())
    box.carry(box.asset)
    once = box.last
    again = box.carry(once)
    with pytest.raises(Refused) as caught:
        require_taken_from(again, box.goods(once))
    assert caught.value.refusal.field == "source.source"


def test_golden_vector() -> None:
    """The bytes of an origin and its commitment hold."""
    part = {name: bytes.fromhex(text) for name, text in VECTOR.items() if name != "note"}
    origin = decode_origin(part["origin"])
    assert origin.asset == part["asset"]
    assert origin.salt == part["salt"]
    assert origin.content_commitment_key == part["content_commitment_key"]
    assert origin.encoded() == part["origin"]
    assert origin.source() == part["source"]
