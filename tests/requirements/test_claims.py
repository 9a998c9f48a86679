"""What the founding document claims and no other test shows."""

from dataclasses import replace
from itertools import product

import pytest

from chaincode.authorization.requests import ConsentRequest
from chaincode.codec import record_codec
from chaincode.membership.proposal import ProposalOpen
from chaincode.membership.purpose import PurposeDefine
from chaincode.registration.records import (
    RESOURCES,
    Custody,
    ResourceKind,
    RowBucket,
    Sensitivity,
    SourceMode,
    UpdateCycle,
)
from chaincode.registration.resource import ResourceSubmit
from ledger.refusal import Code, Refused
from quancheng.wallet_keys import matter_keys
from tests.unit.chaincode.city import CREDIT, MARKETING, City
from tests.unit.chaincode.play_actions import drawn_steps, play_out
from tests.unit.chaincode.world import salted

SUBMITTED = ResourceSubmit(
    name="社会保险缴费",
    kind=ResourceKind.DATA,
    source_mode=SourceMode.REPLICA,
    custody=Custody.SELF_HELD,
    classification=2,
    sensitivity=Sensitivity.PERSONAL,
    catalogue=salted("catalogue"),
    rows=RowBucket.BELOW_10_000_000,
    update_cycle=UpdateCycle.DAILY,
    project=salted("project"),
    legality=salted("legality"),
)


@pytest.fixture
def city() -> City:
    return City.founded()


def test_one_inventory_shows_every_resource_with_its_holder_and_project(city: City) -> None:
    """Q1, Q3, Q4: whoever reads the table sees all of them, with what each is bound to."""
    kinds = tuple(ResourceKind)
    made = {
        city.world.do(replace(SUBMITTED, kind=kind, project=salted(kind.name)), city.holder): kind
        for kind in kinds
    }
    inventory = dict(RESOURCES.scan(city.world.state))
    assert set(inventory) == {city.resource, *made}
    for resource, kind in made.items():
        record = inventory[resource]
        assert (record.holder, record.project) == (city.holder.id, salted(kind.name))
        assert (record.kind, record.catalogue) == (kind, SUBMITTED.catalogue)


def test_five_kinds_two_modes_two_custodies_and_no_other(city: City) -> None:
    """Q5, Q6, Q14: each combination is registered as such, and there is no further one."""
    for kind, mode, custody in product(ResourceKind, SourceMode, Custody):
        body = replace(SUBMITTED, kind=kind, source_mode=mode, custody=custody)
        record = RESOURCES.known(city.world.state, city.world.do(body, city.holder))
        assert (record.kind, record.source_mode, record.custody) == (kind, mode, custody)
    codec = record_codec(ResourceSubmit)
    assert (len(ResourceKind), len(SourceMode), len(Custody)) == (5, 2, 2)
    for name in ("kind", "source_mode", "custody"):
        written = codec.write(SUBMITTED)
        written[codec.names.index(name)] = 6
        with pytest.raises(Refused) as refused:
            codec.read(written)
        assert (refused.value.refusal.code, refused.value.refusal.field) == (Code.SCHEMA, name)


def test_a_purpose_never_moves_under_another_one(city: City) -> None:
    """X5: a code that is taken is defined by nobody again, neither elsewhere nor as it stands."""
    for parent in (MARKETING, 1, None):
        again = ProposalOpen(PurposeDefine(CREDIT, "credit", parent, sensitive=False))
        assert city.world.refused(again, city.world.governor(0)) is Code.TAKEN


def test_a_bundled_consent_cannot_be_written_down(city: City) -> None:
    """X7, Q18: a request names one product and one matter of one user; a list is not one."""
    codec = record_codec(ConsentRequest)
    matter = city.world.do(city.matter_open(), city.bank)
    request = city.consent_request(matter, city.bound().key)
    for name in ("product", "matter", "sid", "notice"):
        written = codec.write(request)
        index = codec.names.index(name)
        written[index] = [written[index], written[index]]
        with pytest.raises(Refused) as refused:
            codec.read(written)
        assert (refused.value.refusal.code, refused.value.refusal.field) == (Code.SCHEMA, name)


def test_a_committed_identity_cannot_be_searched_for() -> None:
    """X26: two matters of one person have two commitments, and no salt stands on chain."""
    seed, identity = b"\x07" * 32, "370102199001011234"
    keys = [matter_keys(seed, index) for index in range(3)]
    commitments = {item.identity_commitment(identity) for item in keys}
    assert len(commitments) == len(keys)
    assert commitments.isdisjoint({item.identity_commitment("370102199001011235") for item in keys})


def test_short_histories_keep_every_invariant() -> None:
    """I1 to I6, I8, I9, I12, I16, I18, I20, I23, I24, I27: what long ones check, in short."""
    for seed in (3, 11):
        play_out(drawn_steps(seed), 100)
