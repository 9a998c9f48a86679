"""The sample city brought to the point where loans can be asked for."""

import asyncio
from dataclasses import dataclass

from chaincode.membership.proposal import Action
from chaincode.membership.purpose import PurposeDefine
from chaincode.registration.records import (
    ChannelKind,
    Custody,
    FeeClass,
    ProductClass,
    ProductTerms,
    PurposeFields,
    ResourceKind,
    RowBucket,
    Sensitivity,
    Source,
    SourceMode,
    UpdateCycle,
)
from chaincode.registration.review import Decision
from chaincode.rights import PartyKind, Right
from chaincode.settlement.records import Payee
from genesis.committee import first_committee, share_key_name
from genesis.organisation import SIGN_KEY
from genesis.testnet import PASSPHRASE_FILE, Testnet, TestnetParty
from ledger.genesis import decode_genesis
from ledger.suites import ZERO_HASH, public_key_of, tagged_hash
from quancheng.audit import confirm_share
from quancheng.client import Client
from quancheng.keystore import Keystore
from quancheng.notice import notice_hash

PURPOSE = 110
FIELDS = 0b1111
PRICE = 100
FUNDS = 10**12
CATALOGUE = tagged_hash(b"bench catalogue")
NOTICE = (
    "本行因您的贷款申请查询您的信用基础信息，仅限本次审批使用。您可以拒绝，也可以在交付前撤回同意。"
)
"""What a person is shown before consenting."""
_VOTERS = ("authorizer", "department", "operator", "bank", "identity-authority", "supervisor")
_SUPERVISORS = ("supervisor", "audit-supervisor")
_YEAR_MS = 365 * 86_400_000
_OFFER_MS = 60_000
_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class City:
    """What a load needs to know: who signs, and what is on offer."""

    seeds: dict[str, bytes]
    parties: dict[str, bytes]
    product: bytes
    notice: bytes
    listing: bytes
    channel: bytes
    joint_key: bytes
    """The supervisors', for which every envelope has a wrap."""


class Founder:
    """Takes the city through registration, authorization and listing."""

    def __init__(self, client: Client, testnet: Testnet) -> None:
        self._client = client
        self._testnet = testnet
        self._genesis = decode_genesis(testnet.genesis.read_bytes())
        self.seeds = {party.label: _seed(testnet, party.label) for party in testnet.parties}
        self.parties: dict[str, bytes] = {}

    async def found(self) -> City:
        """Return the city with a product on offer and a bank that can pay."""
        await self._learn_parties()
        joint_key = await self._set_committee()
        await self._define_purpose()
        resource = await self._register_resource()
        venue, channel = await self._designate()
        grants = await self._grant(resource, channel)
        notice = await self._send(
            "notice.register",
            "operator",
            "registrar",
            text=notice_hash(NOTICE),
            purpose=PURPOSE,
            user_kind=PartyKind.USER,
        )
        product = await self._register_product(resource, notice, grants[Right.DEVELOP])
        listing = await self._offer(product, venue, grants)
        await self._send(
            "credit.mint",
            "settlement-bank",
            account=self.parties["bank"],
            amount=FUNDS,
            bank_reference=tagged_hash(b"bench funds"),
        )
        return City(self.seeds, self.parties, product, notice, listing, channel, joint_key)

    async def _send(self, type_name: str, *labels: str, **body: object) -> bytes:
        seeds = [self.seeds[label] for label in labels]
        return (await self._client.send(type_name, seeds, **body)).tx_id

    async def _now_ms(self) -> int:
        return (await self._client.status()).now_ms

    async def _learn_parties(self) -> None:
        for label, seed in self.seeds.items():
            key = await self._client.entity("key", public_key_of(seed))
            fields = key.fields
            assert isinstance(fields, dict)
            self.parties[label] = bytes.fromhex(str(fields["party"]))

    async def _set_committee(self) -> bytes:
        """Put the supervisors' key into force, of which their keystores have the shares."""
        committee = first_committee(self._genesis, self._testnet.dealings())
        await self._decide(committee)
        for label in _SUPERVISORS:
            party = _party(self._testnet, label)
            share = _secret(self._testnet, party, share_key_name(committee.epoch))
            joint_key = committee.commitments[0]
            proof = confirm_share(self._genesis.hash(), committee.epoch, joint_key, share)
            await self._send("committee.confirm", label, epoch=committee.epoch, proof=proof)
        return committee.commitments[0]

    async def _define_purpose(self) -> None:
        await self._decide(PurposeDefine(PURPOSE, "贷款信用评估", parent=None, sensitive=False))

    async def _decide(self, action: Action) -> None:
        proposal = await self._send("proposal.open", _VOTERS[0], action=action)
        quorum = 2 * len(_VOTERS) // 3 + 1
        for label in _VOTERS[1:quorum]:
            await self._send("proposal.approve", label, proposal=proposal)

    async def _register_resource(self) -> bytes:
        resource = await self._send(
            "resource.submit",
            "department",
            name="个人信用基础信息",
            kind=ResourceKind.DATA,
            source_mode=SourceMode.REPLICA,
            custody=Custody.SELF_HELD,
            classification=1,
            sensitivity=Sensitivity.PERSONAL,
            catalogue=CATALOGUE,
            rows=RowBucket.BELOW_100_000,
            update_cycle=UpdateCycle.DAILY,
            project=None,
            legality=ZERO_HASH,
        )
        notice_ms = await self._parameter("notice_ms")
        await self._send(
            "resource.review",
            "registrar",
            resource=resource,
            decision=Decision.APPROVED,
            notice_ms=notice_ms,
        )
        await self.pause(notice_ms)
        await self._send(
            "resource.activate",
            "registrar",
            resource=resource,
            registration=ZERO_HASH,
            valid_until_ms=await self._now_ms() + _YEAR_MS,
        )
        return resource

    async def _parameter(self, name: str) -> int:
        parameters = (await self._client.parameters()).parameters
        return next(item.value for item in parameters if item.name == name)

    async def pause(self, milliseconds: int) -> None:
        """Wait until the chain's clock is that much further."""
        until_ms = await self._now_ms() + milliseconds
        while (now_ms := await self._now_ms()) <= until_ms:
            await asyncio.sleep((until_ms - now_ms + 1) / 1_000)

    async def _designate(self) -> tuple[bytes, bytes]:
        found = []
        for kind, deliverers in (
            (ChannelKind.VENUE, ()),
            (ChannelKind.DELIVERY, (self.parties["deliverer"],)),
        ):
            channel = await self._send(
                "channel.register",
                "market",
                "supervisor",
                name=f"bench {kind.name.lower()}",
                kind=kind,
                endpoint=ZERO_HASH,
                deliverers=deliverers,
                replaces=None,
            )
            found.append(channel)
        return found[0], found[1]

    async def _grant(self, resource: bytes, channel: bytes) -> dict[Right, bytes]:
        grants = {}
        for kind, label, designated in (
            (Right.DEVELOP, "operator", None),
            (Right.OPERATE, "operator", None),
            (Right.DELIVER, "deliverer", channel),
        ):
            now_ms = await self._now_ms()
            grants[kind] = await self._send(
                "grant.offer",
                "department",
                kind=kind,
                grantee=self.parties[label],
                resources=(resource,),
                classes=(ProductClass.DETAIL,),
                purposes=(PURPOSE,),
                channel=designated,
                accept_until_ms=now_ms + _OFFER_MS,
                until_ms=now_ms + _YEAR_MS // 4,
                consideration=0,
                agreement=ZERO_HASH,
            )
            await self._send("grant.accept", label, grant=grants[kind])
        return grants

    async def _register_product(self, resource: bytes, notice: bytes, grant: bytes) -> bytes:
        terms = ProductTerms(
            name="普惠金融信用画像",
            product_class=ProductClass.DETAIL,
            operator=self.parties["operator"],
            sources=(Source(resource, _WHOLE, CATALOGUE),),
            field_count=FIELDS.bit_length(),
            schema=ZERO_HASH,
            purposes=(PurposeFields(PURPOSE, FIELDS, notice),),
            algorithms=(),
            output_size_max=65_536,
            group_size_min=0,
            epsilon_max=0,
            fee_class=FeeClass.INDUSTRY,
        )
        product = await self._send(
            "product.submit", "operator", product=None, terms=terms, grants=(grant,)
        )
        await self._send(
            "product.review",
            "registrar",
            product=product,
            decision=Decision.APPROVED,
            impact_assessment=ZERO_HASH,
        )
        return product

    async def _offer(self, product: bytes, venue: bytes, grants: dict[Right, bytes]) -> bytes:
        await self._send(
            "price.cap", "authorizer", product=product, price=PRICE, revenue_per_period=FUNDS
        )
        shares = (("department", 4_000), ("operator", 3_500), ("deliverer", 2_500))
        await self._send(
            "policy.set",
            "operator",
            "department",
            "deliverer",
            product=product,
            payees=tuple(Payee(self.parties[label], share) for label, share in shares),
            agreement=ZERO_HASH,
        )
        return await self._send(
            "supply.list",
            "operator",
            product=product,
            product_version=1,
            operating_grants=(grants[Right.OPERATE],),
            delivery_grants=(grants[Right.DELIVER],),
            venue=venue,
            price=PRICE,
            auto_confirm=True,
            quantity=None,
            until_ms=await self._now_ms() + _YEAR_MS // 12,
        )


def _seed(testnet: Testnet, label: str) -> bytes:
    return _secret(testnet, _party(testnet, label), SIGN_KEY)


def _party(testnet: Testnet, label: str) -> TestnetParty:
    return next(party for party in testnet.parties if party.label == label)


def _secret(testnet: Testnet, party: TestnetParty, name: str) -> bytes:
    folder = testnet.keystore(party)
    passphrase = (folder / PASSPHRASE_FILE).read_text(encoding="utf-8").strip()
    return Keystore(folder).secret(name, passphrase)
