"""The load: whole loans, signed beforehand, since every id follows from what was signed."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from apps.bench.city import FIELDS, PURPOSE, City
from chaincode.authorization.records import (
    AmountBucket,
    ConsentKind,
    MatterKind,
    MatterOutcome,
)
from chaincode.delivery.records import Verdict
from chaincode.ids import part_id
from chaincode.membership.records import SubjectKind
from chaincode.rights import Right
from chaincode.trading.placement import OrderLine
from genesis.committee import FIRST_EPOCH
from ledger.envelope_header import (
    CHUNK_SIZE_DEFAULT,
    EnvelopeHeader,
    EnvelopePreamble,
    Recipient,
)
from ledger.suites import SEED_SIZE, ZERO_HASH, public_key_of
from ledger.transaction import Transaction
from quancheng.builders import Terms, build, sign
from quancheng.envelope_keys import new_content_key
from quancheng.envelope_supervision import make_supervision_wrap
from quancheng.kem import kem_key_of

CONTENT_SIZE = 256
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_VALIDITY_MS = 9 * 60_000

STEPS = (
    "subject.bind",
    "matter.open",
    "consent.request",
    "consent.grant",
    "order.place",
    "envelope.prepare",
    "envelope.acknowledge",
    "envelope.release",
    "envelope.receipt",
    "line.settle",
    "matter.close",
)
"""The transactions of one loan in their order; before the settlement the dispute window passes."""


@dataclass(frozen=True, slots=True)
class _Signer:
    """Signs for one chain, valid for a while."""

    genesis_hash: bytes
    now_ms: int

    def signed(self, type_name: str, seed: bytes, **body: object) -> Transaction:
        terms = Terms(self.genesis_hash, self.now_ms + _VALIDITY_MS, [public_key_of(seed)])
        return sign(build(type_name, terms, **body), seed)


def signed_loan(city: City, genesis_hash: bytes, now_ms: int) -> tuple[Transaction, ...]:
    """Return the transactions of one loan, in the order of STEPS. A few milliseconds."""
    return tuple(_steps(city, _Signer(genesis_hash, now_ms)))


def _steps(city: City, signer: _Signer) -> Iterator[Transaction]:
    sid_seed = secrets.token_bytes(SEED_SIZE)
    receiving_key = kem_key_of(secrets.token_bytes(SEED_SIZE))
    bank, now_ms = city.seeds["bank"], signer.now_ms
    sid = public_key_of(sid_seed)
    yield signer.signed(
        "subject.bind",
        city.seeds["identity-authority"],
        sid=sid,
        kind=SubjectKind.PERSON,
        identity=secrets.token_bytes(SEED_SIZE),
        until_ms=now_ms + _DAY_MS,
    )
    matter = signer.signed(
        "matter.open",
        bank,
        kind=MatterKind.LOAN_APPLICATION,
        purpose=PURPOSE,
        products=(city.product,),
        evidence=ZERO_HASH,
        max_uses=1,
        until_ms=now_ms + _DAY_MS,
    )
    yield matter
    consent = _request(city, signer, matter.tx_id, sid)
    yield consent
    yield signer.signed(
        "consent.grant", sid_seed, consent=consent.tx_id, notice=city.notice, copy_key=None
    )
    order = signer.signed(
        "order.place",
        bank,
        lines=(OrderLine(city.listing, PURPOSE, consent.tx_id),),
        receiving_key=receiving_key,
        confirm_until_ms=now_ms + _HOUR_MS // 2,
        deliver_until_ms=now_ms + _HOUR_MS // 2,
    )
    yield order
    line = part_id(order.tx_id, 0)
    header = _header(city, signer, (line, consent.tx_id, matter.tx_id, sid), receiving_key)
    yield from _delivery(city, signer, line, header)
    yield signer.signed("line.settle", city.seeds["operator"], lines=(line,))
    yield signer.signed(
        "matter.close",
        bank,
        matter=matter.tx_id,
        outcome=MatterOutcome.GRANTED,
        amount=AmountBucket.BELOW_200_000,
    )


def _request(city: City, signer: _Signer, matter: bytes, sid: bytes) -> Transaction:
    return signer.signed(
        "consent.request",
        city.seeds["bank"],
        matter=matter,
        sid=sid,
        product=city.product,
        product_version=1,
        purpose=PURPOSE,
        fields=FIELDS,
        kind=ConsentKind.USE,
        max_uses=1,
        answer_until_ms=signer.now_ms + _HOUR_MS // 15,
        until_ms=signer.now_ms + _HOUR_MS,
        retention_until_ms=signer.now_ms + 30 * _DAY_MS,
        notice=city.notice,
        receiving_key=None,
    )


def _header(
    city: City, signer: _Signer, ids: tuple[bytes, bytes, bytes, bytes], receiving_key: bytes
) -> EnvelopeHeader:
    """Return the header of an envelope whose ciphertext nobody will fetch in this measurement."""
    line, consent, matter, sid = ids
    preamble = EnvelopePreamble(
        genesis_hash=signer.genesis_hash,
        line=line,
        product=city.product,
        product_version=1,
        purpose=PURPOSE,
        fields=FIELDS,
        consent=consent,
        matter=matter,
        sid=sid,
        retention_until_ms=signer.now_ms + 30 * _DAY_MS,
        user=city.parties["bank"],
        receiving_key=receiving_key,
        channel=city.channel,
        chunk_size=CHUNK_SIZE_DEFAULT,
        recipients=(
            Recipient(Right.USE, receiving_key),
            Recipient(Right.WATCH, city.joint_key),
        ),
        committee=FIRST_EPOCH,
        source=None,
        key_commitment=secrets.token_bytes(SEED_SIZE),
    )
    root, content = secrets.token_bytes(SEED_SIZE), secrets.token_bytes(SEED_SIZE)
    return EnvelopeHeader(preamble, root, CONTENT_SIZE, content)


def _delivery(
    city: City, signer: _Signer, line: bytes, header: EnvelopeHeader
) -> Iterator[Transaction]:
    deliverer, bank, header_hash = city.seeds["deliverer"], city.seeds["bank"], header.hash()
    yield signer.signed(
        "envelope.prepare",
        deliverer,
        line=line,
        channel=city.channel,
        fields=FIELDS,
        chunk_size=header.preamble.chunk_size,
        size=header.size,
        cipher_root=header.cipher_root,
        source=None,
        key_commitment=header.preamble.key_commitment,
        content_commitment=header.content_commitment,
        header_hash=header_hash,
        wraps=(make_supervision_wrap(new_content_key(), header_hash, city.joint_key),),
    )
    yield signer.signed(
        "envelope.acknowledge",
        bank,
        line=line,
        header_hash=header_hash,
        cipher_root=header.cipher_root,
    )
    # A wrap has a form that validators check, and a content that only its owner can.
    wrap = public_key_of(secrets.token_bytes(SEED_SIZE))[1:] + secrets.token_bytes(80)
    yield signer.signed(
        "envelope.release", deliverer, line=line, header_hash=header_hash, wrap=wrap
    )
    yield signer.signed(
        "envelope.receipt", bank, line=line, header_hash=header_hash, verdict=Verdict.OK
    )
