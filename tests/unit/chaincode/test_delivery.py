"""Delivery: envelopes that fit their line, one commit point, one receipt, the duty to erase."""

from dataclasses import replace

import pytest

from chaincode.authorization.consents import ConsentGrant
from chaincode.authorization.grants import GrantRevoke
from chaincode.authorization.matters import MatterClose
from chaincode.authorization.records import (
    CONSENTS,
    MATTERS,
    AmountBucket,
    Consent,
    ConsentStatus,
    MatterOutcome,
)
from chaincode.context import Context
from chaincode.delivery.consignment import consignment
from chaincode.delivery.envelopes import header_of
from chaincode.delivery.erasure import ErasureAttest, ErasureRequest
from chaincode.delivery.preambles import NO_SUPERVISORS
from chaincode.delivery.records import ASSETS, METERS, Asset, AssetStatus, Verdict
from chaincode.execution import execute_block
from chaincode.membership.parameter import ParameterSet
from chaincode.membership.party import PartyReason, PartyResume, PartySuspend
from chaincode.membership.right import RightWithdraw
from chaincode.parameters import ParameterName
from chaincode.registration.channel import ChannelRegister
from chaincode.registration.product import ProductReason, ProductRetire, ProductSuspend
from chaincode.registration.records import PRODUCTS, ChannelKind, ProductClass
from chaincode.registration.resource import (
    ChangeKind,
    DeregistrationReason,
    ResourceChange,
    ResourceDeregister,
)
from chaincode.rights import Right
from chaincode.trading.records import LINES, LineState
from ledger.refusal import Code
from tests.unit.chaincode.city import ALL_FIELDS, CREDIT_FIELDS, DAY, HOUR, PRICE, City, varied
from tests.unit.chaincode.world import Actor, codes, envelope_key, person, salted


@pytest.fixture
def city() -> City:
    return City.founded()


def asset_of(city: City, line: bytes) -> tuple[bytes, Asset]:
    goods = consignment(city.world.state, line, "line")
    return goods.asset_id, goods.asset


# Preparing and acknowledging


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"line": salted("unknown")}, Code.NOT_FOUND),
        ({"channel": salted("unknown")}, Code.CHANNEL_NOT_DESIGNATED),
        ({"fields": 0}, Code.WRONG_FIELDS),
        ({"fields": ALL_FIELDS}, Code.WRONG_FIELDS),
        ({"size": 10_001}, Code.OUTPUT_TOO_LARGE),
        ({"chunk_size": 1_000}, Code.SCHEMA),
        ({"header_hash": salted("other header")}, Code.ENVELOPE_MISMATCH),
        ({"cipher_root": salted("other root")}, Code.ENVELOPE_MISMATCH),
        ({"key_commitment": salted("other key")}, Code.ENVELOPE_MISMATCH),
        ({"content_commitment": salted("other content")}, Code.ENVELOPE_MISMATCH),
        ({"fields": 0b001}, Code.ENVELOPE_MISMATCH),
        ({"wraps": (b"\x01" * 112,)}, Code.BAD_WRAP),
    ],
)
def test_an_envelope_that_does_not_fit_is_refused(
    city: City, changes: dict[str, object], code: Code
) -> None:
    """The chain rebuilds the header: nothing in it can be another's line, field or key."""
    consent, _ = city.granted()
    line = city.ordered(consent)
    body = varied(city.envelope_prepare(line), changes)
    assert city.world.refused(body, city.deliverer) is code


def test_a_designated_channel_that_no_grant_names_is_refused(city: City) -> None:
    """Who grants the delivery of a source decides on which channel it leaves."""
    deliverers = (city.deliverer.id,)
    other = ChannelRegister("旁路", ChannelKind.DELIVERY, salted("bypass"), deliverers, None)
    bypass = city.world.do(other, city.market, city.supervisor)
    consent, _ = city.granted()
    line = city.ordered(consent)
    body = city.with_header_hash(varied(city.envelope_prepare(line), {"channel": bypass}))
    assert city.world.refused(body, city.deliverer) is Code.CHANNEL_NOT_DESIGNATED


def test_only_the_lines_deliverer_prepares_once_and_in_time(city: City) -> None:
    consent, _ = city.granted()
    line = city.ordered(consent)
    body = city.envelope_prepare(line)
    assert city.world.refused(body, city.other_deliverer) is Code.NO_RIGHT
    city.world.do(body, city.deliverer)
    assert city.world.refused(body, city.deliverer) is Code.BAD_STATE
    late, _ = city.granted()
    other = city.ordered(late)
    preparation = city.envelope_prepare(other)
    city.world.wait(HOUR)
    assert city.world.refused(preparation, city.deliverer) is Code.BAD_STATE


def test_fewer_fields_than_consented_may_be_delivered(city: City) -> None:
    """Delivered ⊆ consented: least is best."""
    consent, _ = city.granted()
    line = city.ordered(consent)
    city.world.do(city.envelope_prepare(line, fields=0b010), city.deliverer)
    assert asset_of(city, line)[1].fields == 0b010


def test_only_the_user_acknowledges_and_only_what_was_prepared(city: City) -> None:
    """X15: the acknowledged root is the prepared one."""
    consent, _ = city.granted()
    line = city.ordered(consent)
    city.world.do(city.envelope_prepare(line), city.deliverer)
    body = city.acknowledgement(line)
    assert city.world.refused(body, city.other_bank) is Code.NOT_RECEIVER
    assert city.world.refused(body, city.deliverer) is Code.NOT_RECEIVER
    swapped = replace(body, cipher_root=salted("swapped"))
    assert city.world.refused(swapped, city.bank) is Code.ENVELOPE_MISMATCH
    other = replace(body, header_hash=salted("other"))
    assert city.world.refused(other, city.bank) is Code.ENVELOPE_MISMATCH
    city.world.do(body, city.bank)
    assert city.world.refused(body, city.bank) is Code.BAD_STATE


def test_a_person_who_asked_for_a_copy_gets_a_wrap(city: City) -> None:
    """The person's key is a recipient of the header, and the envelope needs its wrap."""
    consent, somebody = city.requested()
    city.world.do(ConsentGrant(consent, city.notice, envelope_key("copy")), somebody)
    line = city.ordered(consent)
    body = city.envelope_prepare(line)
    assert city.world.refused(body, city.deliverer) is Code.BAD_WRAP
    city.world.do(replace(body, wraps=(b"\x01" * 112,)), city.deliverer)
    _, asset = asset_of(city, line)
    assert [(wrap.right, wrap.key) for wrap in asset.wraps] == [(Right.CARRY, envelope_key("copy"))]
    header = header_of(
        city.world.genesis_hash, consignment(city.world.state, line, ""), body, NO_SUPERVISORS
    )
    rows = [(item.right, item.key) for item in header.preamble.recipients]
    assert rows == [(Right.CARRY, envelope_key("copy")), (Right.USE, envelope_key("order"))]


# Releasing


def test_a_release_uses_the_use_and_starts_the_clocks(city: City) -> None:
    consent, _ = city.granted()
    line = city.released(consent)
    record = CONSENTS.known(city.world.state, consent)
    assert (record.used, record.reserved) == ((line,), ())
    assert record.status is ConsentStatus.EXHAUSTED
    asset_id, asset = asset_of(city, line)
    assert asset.status is AssetStatus.USABLE
    assert asset.wraps[-1].key == envelope_key("order")
    assert asset.erase_until_ms == record.retention_until_ms
    period = city.now_ms // city.world.parameter(ParameterName.METER_PERIOD_MS)
    meter = METERS.known(city.world.state, (city.product, period))
    assert (meter.releases, meter.gross) == (1, PRICE)
    assert ASSETS.known(city.world.state, asset_id) == asset


def test_a_release_comes_after_the_acknowledgement_and_once(city: City) -> None:
    """X17: E502 before, E503 after."""
    consent, _ = city.granted()
    line = city.ordered(consent)
    city.world.do(city.envelope_prepare(line), city.deliverer)
    release = city.release(line)
    assert city.world.refused(release, city.deliverer) is Code.NOT_ACKNOWLEDGED
    city.world.do(city.acknowledgement(line), city.bank)
    city.world.do(release, city.deliverer)
    assert city.world.refused(release, city.deliverer) is Code.ALREADY_RELEASED


def test_a_stranger_to_the_delivery_cannot_release(city: City) -> None:
    """Another deliverer, with the right and on the channel, is still a stranger here."""
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    for actor in (city.other_deliverer, city.bank, city.operator, city.supervisor):
        assert city.world.refused(city.release(line), actor) is Code.NO_RIGHT


def test_a_release_binds_the_acknowledged_header(city: City) -> None:
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    body = city.release(line)
    other = replace(body, header_hash=salted("other"))
    assert city.world.refused(other, city.deliverer) is Code.ENVELOPE_MISMATCH
    empty = replace(body, wrap=bytes(112))
    assert city.world.refused(empty, city.deliverer) is Code.BAD_WRAP


def test_a_right_that_ends_stops_the_release_at_once(city: City) -> None:
    """X8: E302, E202, E203 and E206 in the very block in which a right ends or changes."""
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    release = city.release(line)
    changed = ResourceChange(city.resource, ChangeKind.CHANGE, catalogue=salted("new catalogue"))
    changing = city.world.transaction(changed, city.holder, city.registrar)
    end = ResourceDeregister(city.resource, DeregistrationReason.SOURCE_CLOSED)
    ending = city.world.transaction(end, city.registrar)
    retire = ProductRetire(city.product, ProductReason.REPLACED)
    retiring = city.world.transaction(retire, city.operator)
    suspend = ProductSuspend(city.product, ProductReason.DEFECT)
    suspending = city.world.transaction(suspend, city.operator)
    revoking = city.world.transaction(GrantRevoke(city.operating_grant), city.holder)
    context = city.world.block_context()
    for transaction, code in (
        (revoking, Code.GRANT_ENDED),
        (changing, Code.RECONFIRMATION_NEEDED),
        (ending, Code.RESOURCE_NOT_ACTIVE),
        (retiring, Code.PRODUCT_NOT_ACTIVE),
        (suspending, Code.PRODUCT_NOT_ACTIVE),
    ):
        attempt = city.world.transaction(release, city.deliverer)
        execution = execute_block(city.world.state, context, (transaction, attempt))
        assert [receipt.code for receipt in execution.receipts] == [Code.OK, code]


def test_a_suspended_party_stops_the_release(city: City) -> None:
    """User, operator, deliverer and holder must all be ACTIVE."""
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    for actor in (city.bank, city.operator, city.deliverer, city.holder):
        city.world.govern(PartySuspend(actor.id, PartyReason.INVESTIGATION))
        code = city.world.refused(city.release(line), city.deliverer)
        assert code is Code.PARTY_NOT_ACTIVE
        city.world.govern(PartyResume(actor.id, PartyReason.RESOLVED))
    city.world.do(city.release(line), city.deliverer)


def test_a_withdrawn_right_stops_the_release(city: City) -> None:
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    city.world.govern(RightWithdraw(city.deliverer.id, Right.DELIVER))
    assert city.world.refused(city.release(line), city.deliverer) is Code.NO_RIGHT
    # The missing right is found before the source that ends in the same block.
    end = ResourceDeregister(city.resource, DeregistrationReason.SOURCE_CLOSED)
    ending = city.world.transaction(end, city.registrar)
    release = city.world.transaction(city.release(line), city.deliverer)
    assert codes(city.world.block(ending, release)) == [Code.OK, Code.NO_RIGHT]


def test_a_line_that_changed_its_class_is_refused(city: City) -> None:
    """I8: neither a line against its product nor a consent on data about nobody gets through."""
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    body = city.release(line)
    sound = LINES.known(city.world.state, line)
    product = PRODUCTS.known(city.world.state, city.product)
    nobody = varied(sound, {"product_class": ProductClass.NON_PERSONAL})
    terms = varied(product.terms, {"product_class": ProductClass.NON_PERSONAL})

    def change_line(context: Context) -> None:
        LINES.put(context.state, line, nobody)

    def change_product(context: Context) -> None:
        PRODUCTS.put(context.state, city.product, varied(product, {"terms": terms}))

    for change in (change_line, change_product):
        city.world.change(change)
        assert city.world.refused(body, city.deliverer) is Code.WRONG_CLASS


def test_a_replaced_channel_or_venue_stops_the_release(city: City) -> None:
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    venue = ChannelRegister("新平台", ChannelKind.VENUE, salted("v"), (), city.venue)
    city.world.do(venue, city.market, city.supervisor)
    code = city.world.refused(city.release(line), city.deliverer)
    assert code is Code.VENUE_NOT_DESIGNATED
    deliverers = (city.deliverer.id,)
    channel = ChannelRegister("新通道", ChannelKind.DELIVERY, salted("c"), deliverers, city.channel)
    city.world.do(channel, city.market, city.supervisor)
    code = city.world.refused(city.release(line), city.deliverer)
    assert code is Code.CHANNEL_NOT_DESIGNATED


def test_the_supervisors_wrap_is_demanded_once_the_parameter_says_so(city: City) -> None:
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    from_height = city.world.height + 10
    city.world.govern(ParameterSet(ParameterName.SUPERVISOR_WRAP, 1, from_height))
    while city.world.height < from_height:
        city.world.block()
    code = city.world.refused(city.release(line), city.deliverer)
    assert code is Code.SUPERVISOR_WRAP_MISSING


def test_a_release_is_refused_with_what_ended_the_line(city: City) -> None:
    """E312 for a closed matter, E514 for a deadline: the deliverer learns why."""
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    matter = CONSENTS.known(city.world.state, consent).matter
    closing = MatterClose(matter, MatterOutcome.WITHDRAWN, AmountBucket.NONE)
    city.world.do(closing, city.bank)
    assert city.world.refused(city.release(line), city.deliverer) is Code.MATTER_CLOSED
    other, _ = city.granted()
    late = city.acknowledged(other)
    body = city.release(late)
    city.world.wait(HOUR)
    assert city.world.refused(body, city.deliverer) is Code.DEADLINE_PASSED


def test_a_triple_that_disagrees_is_refused(city: City) -> None:
    """I6: whatever could make consent, line and header disagree, the release finds it."""
    consent, _ = city.granted()
    line = city.acknowledged(consent)
    body = city.release(line)
    cases: tuple[tuple[dict[str, object], Code], ...] = (
        ({"user": city.other_bank.id}, Code.WRONG_USER),
        ({"product_version": 2}, Code.WRONG_PRODUCT),
        ({"sid": person("other").key}, Code.WRONG_SUBJECT),
        ({"purpose": 20}, Code.WRONG_PURPOSE),
        ({"fields": 0b1}, Code.WRONG_FIELDS),
        ({"reserved": ()}, Code.CONSENT_EXHAUSTED),
        ({"status": ConsentStatus.REQUESTED}, Code.CONSENT_NOT_GRANTED),
        ({"until_ms": 0}, Code.CONSENT_EXPIRED),
    )
    sound = CONSENTS.known(city.world.state, consent)
    for changes, code in cases:
        _overwrite(city, consent, varied(sound, changes))
        assert city.world.refused(body, city.deliverer) is code
    _overwrite(city, consent, sound)
    matter = MATTERS.known(city.world.state, sound.matter)

    def end_matter(context: Context) -> None:
        MATTERS.put(context.state, sound.matter, replace(matter, until_ms=city.now_ms))

    city.world.change(end_matter)
    assert city.world.refused(body, city.deliverer) is Code.MATTER_CLOSED


def _overwrite(city: City, consent_id: bytes, consent: Consent) -> None:
    def change(context: Context) -> None:
        CONSENTS.put(context.state, consent_id, consent)

    city.world.change(change)


# Receipts


def test_a_receipt_signed_by_the_deliverer_is_refused(city: City) -> None:
    """X12: E513 for everyone but the line's user."""
    consent, _ = city.granted()
    line = city.released(consent)
    for actor in (city.deliverer, city.other_bank):
        assert city.world.refused(city.receipt(line), actor) is Code.NOT_RECEIVER


def test_a_receipt_is_given_once_for_the_right_header(city: City) -> None:
    consent, _ = city.granted()
    line = city.released(consent)
    body = city.receipt(line)
    other = replace(body, header_hash=salted("other"))
    assert city.world.refused(other, city.bank) is Code.ENVELOPE_MISMATCH
    city.world.do(body, city.bank)
    assert LINES.known(city.world.state, line).state is LineState.ACCEPTED
    assert city.world.refused(body, city.bank) is Code.BAD_STATE


def test_a_bad_verdict_does_not_accept_but_silence_does(city: City) -> None:
    """X13: a claim alone does not keep the money; without a dispute the term accepts."""
    consent, _ = city.granted()
    line = city.released(consent)
    city.world.do(city.receipt(line, Verdict.BAD_CONTENT), city.bank)
    assert LINES.known(city.world.state, line).state is LineState.RELEASED
    assert city.world.refused(city.receipt(line), city.bank) is Code.BAD_STATE
    until = LINES.known(city.world.state, line).receipt_until_ms
    assert until is not None
    city.world.wait(until - city.now_ms)
    record = LINES.known(city.world.state, line)
    assert (record.state, record.accepted_ms) == (LineState.ACCEPTED, until)


def test_a_late_receipt_is_refused(city: City) -> None:
    consent, _ = city.granted()
    line = city.released(consent)
    city.world.wait(city.world.parameter(ParameterName.RECEIPT_TERM_MS))
    assert city.world.refused(city.receipt(line), city.bank) is Code.BAD_STATE


# Erasing


def delivered(city: City) -> tuple[bytes, Actor]:
    """Return an asset in use, and the person it is about."""
    consent, somebody = city.granted()
    return asset_of(city, city.released(consent))[0], somebody


def test_the_user_attests_erasure_once(city: City) -> None:
    asset, _ = delivered(city)
    assert city.world.refused(ErasureAttest(asset), city.deliverer) is Code.NOT_RECEIVER
    assert city.world.refused(ErasureAttest(salted("unknown")), city.bank) is Code.NOT_FOUND
    city.world.do(ErasureAttest(asset), city.bank)
    record = ASSETS.known(city.world.state, asset)
    assert (record.status, record.overdue) == (AssetStatus.ERASED, False)
    assert city.world.refused(ErasureAttest(asset), city.bank) is Code.BAD_STATE


def test_the_person_can_shorten_the_retention(city: City) -> None:
    """The demand sets the statutory term from now, and never lengthens a shorter one."""
    asset, somebody = delivered(city)
    assert city.world.refused(ErasureRequest(asset), city.bound()) is Code.WRONG_SUBJECT
    city.world.do(ErasureRequest(asset), somebody)
    term = city.world.parameter(ParameterName.ERASURE_TERM_MS)
    assert ASSETS.known(city.world.state, asset).erase_until_ms == city.now_ms + term
    first = ASSETS.known(city.world.state, asset).erase_until_ms
    city.world.do(ErasureRequest(asset), somebody)
    assert ASSETS.known(city.world.state, asset).erase_until_ms == first


def test_a_missed_duty_is_flagged_for_good(city: City) -> None:
    """I21, X41: a chain cannot delete, but it does not forget who did not."""
    asset, _ = delivered(city)
    city.world.wait(30 * DAY)
    record = ASSETS.known(city.world.state, asset)
    assert (record.status, record.overdue) == (AssetStatus.USABLE, True)
    city.world.do(ErasureAttest(asset), city.bank)
    record = ASSETS.known(city.world.state, asset)
    assert (record.status, record.overdue) == (AssetStatus.ERASED, True)


def test_what_was_never_released_needs_no_erasure(city: City) -> None:
    consent, somebody = city.granted()
    line = city.acknowledged(consent)
    asset = asset_of(city, line)[0]
    assert city.world.refused(ErasureAttest(asset), city.bank) is Code.BAD_STATE
    assert city.world.refused(ErasureRequest(asset), somebody) is Code.BAD_STATE
    assert asset_of(city, line)[1].fields == CREDIT_FIELDS
