"""An envelope is opened by t supervisors for one inspector, on record, and by nobody else."""

import io
from dataclasses import dataclass, replace
from itertools import combinations

import pytest

from chaincode.delivery.consignment import consignment
from chaincode.delivery.envelopes import EnvelopePrepare, header_of
from chaincode.delivery.records import ASSETS
from chaincode.membership.parameter import ParameterSet
from chaincode.parameters import ParameterName
from chaincode.rights import PartyKind, Right
from chaincode.supervision.audits import AuditShare
from chaincode.supervision.cases import CaseClose, CaseOpen
from chaincode.supervision.committees import CommitteeConfirm, CommitteeSet, active_committee
from chaincode.supervision.records import (
    AUDITS,
    COMMITTEES,
    AuditStatus,
    CommitteeStatus,
    LegalBasis,
    Target,
    TargetKind,
)
from chaincode.trading.records import LINES
from ledger.envelope_header import EnvelopeHeader
from ledger.refusal import Code, Refused
from quancheng.audit import (
    Opening,
    confirm_share,
    inspector_key_of,
    make_audit_share,
    new_inspector_secret,
    open_for_inspector,
)
from quancheng.envelope import seal
from quancheng.envelope_keys import key_commitment_of
from quancheng.envelope_wraps import make_wrap, wrap_for
from tests.unit.chaincode.city import City
from tests.unit.chaincode.world import Actor, salted
from tests.unit.quancheng.supervisors import Supervisors, generated

CONTENT_KEY = b"\x77" * 32
CONTENT = b"evidence"
THRESHOLD = 2


@dataclass(slots=True)
class Watch:
    """A city under a committee of three supervisors, any two of whom open an envelope."""

    city: City
    members: tuple[Actor, ...]
    secrets: Supervisors
    inspector: bytes

    @staticmethod
    def kept() -> "Watch":
        """Return a city in which every envelope is sealed to the committee."""
        city = City.founded()
        third = city.world.actor("third supervisor", PartyKind.SUPERVISOR, Right.WATCH)
        members = (city.supervisor, city.other_supervisor, third)
        secrets = generated(THRESHOLD, len(members), city.world.genesis_hash)
        watch = Watch(city, members, secrets, new_inspector_secret())
        watch.install(1, secrets)
        demand = ParameterSet(ParameterName.SUPERVISOR_WRAP, 1, 0)
        city.world.govern(demand)
        city.world.wait(1_000)
        return watch

    def proposal(self, epoch: int, secrets: Supervisors) -> CommitteeSet:
        """Return the decision that these members hold this key."""
        ids = tuple(actor.id for actor in self.members)
        return CommitteeSet(epoch, THRESHOLD, ids, secrets.commitments)

    def confirmation(self, epoch: int, index: int, secrets: Supervisors) -> CommitteeConfirm:
        """Return a member's proof of its share."""
        genesis_hash = self.city.world.genesis_hash
        share, key = secrets.shares[index], secrets.commitments[0]
        return CommitteeConfirm(epoch, confirm_share(genesis_hash, epoch, key, share))

    def install(self, epoch: int, secrets: Supervisors) -> None:
        """Set a committee and let every member confirm."""
        self.city.world.govern(self.proposal(epoch, secrets))
        for index, actor in enumerate(self.members):
            self.city.world.do(self.confirmation(epoch, index, secrets), actor)

    def prepared(self, line: bytes) -> tuple[EnvelopePrepare, EnvelopeHeader]:
        """Return a preparation sealed with a real key, and its header."""
        body = replace(
            self.city.envelope_prepare(line),
            key_commitment=key_commitment_of(CONTENT_KEY),
        )
        goods = consignment(self.city.world.state, line, "line")
        genesis_hash = self.city.world.genesis_hash
        draft = header_of(genesis_hash, goods, body, self.city.sealed_to())
        header = seal(draft.preamble, CONTENT_KEY, io.BytesIO(CONTENT), io.BytesIO())
        wraps = tuple(
            wrap_for(CONTENT_KEY, header.hash(), item)
            for item in header.preamble.recipients
            if item.right != Right.USE
        )
        sealed = replace(
            body,
            size=header.size,
            cipher_root=header.cipher_root,
            content_commitment=header.content_commitment,
            header_hash=header.hash(),
            wraps=wraps,
        )
        return sealed, header

    def delivered(self) -> tuple[bytes, EnvelopeHeader]:
        """Return a prepared asset and its header."""
        consent, _ = self.city.granted()
        body, header = self.prepared(self.city.ordered(consent))
        return self.city.world.do(body, self.city.deliverer), header

    def case_on(self, asset: bytes, *, order: bool = True) -> bytes:
        """Return a case about an asset's order or consent, with the inspector's key."""
        state = self.city.world.state
        line = LINES.known(state, ASSETS.known(state, asset).line)
        assert line.consent is not None
        target = Target(TargetKind.CONSENT, line.consent)
        if order:
            target = Target(TargetKind.ORDER, line.order)
        key = inspector_key_of(self.inspector)
        opening = CaseOpen((target,), LegalBasis.COMPLAINT, key)
        return self.city.world.do(opening, self.city.supervisor)

    def opening(self, case: bytes, asset: bytes) -> Opening:
        """Return which envelope is opened under which case."""
        wraps = ASSETS.known(self.city.world.state, asset).wraps
        wrap = next(item.wrap for item in wraps if item.right is Right.WATCH)
        key = inspector_key_of(self.inspector)
        return Opening(self.city.world.genesis_hash, case, asset, wrap, key)

    def share(self, case: bytes, asset: bytes, index: int) -> AuditShare:
        """Return the share that a member posts."""
        made = make_audit_share(self.opening(case, asset), self.secrets.shares[index])
        return AuditShare(case, asset, made)

    def content_key(
        self, opening: Opening, header: EnvelopeHeader, shares: dict[int, bytes]
    ) -> bytes:
        """Return what the inspector gets from some shares."""
        committee = COMMITTEES.known(self.city.world.state, header.preamble.committee)
        public = (committee.key, committee.share_keys)
        return open_for_inspector(header, opening, shares, public, self.inspector)


@pytest.fixture
def watch() -> Watch:
    return Watch.kept()


def test_two_of_three_open_and_the_log_says_who_when_and_why(watch: Watch) -> None:
    """Acceptance 6: the chain counts shares, learns no key, and names members, case and asset."""
    asset, header = watch.delivered()
    case = watch.case_on(asset)
    world = watch.city.world
    world.do(watch.share(case, asset, 2), watch.members[2])
    assert AUDITS.known(world.state, (case, asset)).status is AuditStatus.SHARES
    _, outcome = world.attempt(watch.share(case, asset, 0), watch.members[0])
    names = [event.name for event in outcome.receipt.events]
    assert names == ["audit.shared", "audit.opened"]
    opened = outcome.receipt.events[1].ids
    assert opened[:2] == (case, asset)
    assert opened[-2:] == (watch.members[2].id, watch.members[0].id)
    audit = AUDITS.known(world.state, (case, asset))
    assert audit.status is AuditStatus.OPENED
    order = {member.id: index for index, member in enumerate(watch.members, start=1)}
    shares = {order[item.party]: item.share for item in audit.shares}
    assert watch.content_key(watch.opening(case, asset), header, shares) == CONTENT_KEY
    assert CONTENT_KEY not in b"".join(world.state.values.values())
    assert world.refused(watch.share(case, asset, 1), watch.members[1]) is Code.BAD_STATE


def test_every_pair_opens_and_no_single_share_does(watch: Watch) -> None:
    asset, header = watch.delivered()
    case = watch.case_on(asset, order=False)
    opening = watch.opening(case, asset)
    made = {index + 1: watch.share(case, asset, index).share for index in range(3)}
    for some in combinations(made, THRESHOLD):
        shares = {index: made[index] for index in some}
        assert watch.content_key(opening, header, shares) == CONTENT_KEY
    for index, share in made.items():
        with pytest.raises(Refused) as caught:
            watch.content_key(opening, header, {index: share})
        assert caught.value.refusal.code is Code.BAD_WRAP
    watch.inspector = new_inspector_secret()
    with pytest.raises(Refused):
        open_for_inspector(header, opening, made, (b"", ()), watch.inspector)


def test_a_share_is_ones_own_of_this_envelope_for_this_inspector(watch: Watch) -> None:
    """E703: another member's share, case, envelope or inspector, and every altered byte."""
    asset, _ = watch.delivered()
    other, _ = watch.delivered()
    case, elsewhere = watch.case_on(asset), watch.case_on(other)
    sound = watch.share(case, asset, 0)
    refused = watch.city.world.refused
    assert refused(sound, watch.members[1]) is Code.BAD_SHARE
    moved = replace(watch.share(elsewhere, other, 0), case=case, asset=asset)
    assert refused(moved, watch.members[0]) is Code.BAD_SHARE
    for position in range(0, len(sound.share), 7):
        altered = bytearray(sound.share)
        altered[position] ^= 1
        assert refused(replace(sound, share=bytes(altered)), watch.members[0]) is Code.BAD_SHARE
    assert refused(replace(sound, share=bytes(160)), watch.members[0]) is Code.BAD_SHARE
    watch.city.world.do(sound, watch.members[0])
    assert refused(sound, watch.members[0]) is Code.SHARE_REPEATED


def test_a_share_needs_an_open_case_about_the_envelope(watch: Watch) -> None:
    """E701, E704 and E007: no opening without a proceeding that names it."""
    asset, _ = watch.delivered()
    other, _ = watch.delivered()
    case = watch.case_on(asset)
    refused = watch.city.world.refused
    sound = watch.share(case, asset, 0)
    stranger = watch.city.world.actor("late supervisor", PartyKind.SUPERVISOR, Right.WATCH)
    assert refused(sound, stranger) is Code.NO_RIGHT
    assert refused(sound, watch.city.bank) is Code.NO_RIGHT
    assert refused(watch.share(case, other, 0), watch.members[0]) is Code.FREEZE_TARGET
    assert refused(replace(sound, case=salted("?")), watch.members[0]) is Code.CASE_NEEDED
    watch.city.world.do(CaseClose(case), watch.city.supervisor)
    assert refused(sound, watch.members[0]) is Code.CASE_NEEDED
    unkeyed = CaseOpen(
        (Target(TargetKind.PRODUCT, watch.city.product),), LegalBasis.COMPLAINT, b"\x01" + bytes(32)
    )
    assert refused(unkeyed, watch.city.supervisor) is Code.BAD_KEY


def test_the_chain_demands_the_supervisors_wrap(watch: Watch) -> None:
    """E505 and E506: an envelope sealed to nobody, and one with a wrap less, are not recorded."""
    consent, _ = watch.city.granted()
    line = watch.city.ordered(consent)
    body, _ = watch.prepared(line)
    without = replace(body, wraps=())
    assert watch.city.world.refused(without, watch.city.deliverer) is Code.BAD_WRAP
    asset = watch.city.world.do(body, watch.city.deliverer)
    record = ASSETS.known(watch.city.world.state, asset)
    assert record.committee == 1
    watch.city.world.do(
        replace(watch.city.acknowledgement(line), cipher_root=body.cipher_root), watch.city.bank
    )
    key = consignment(watch.city.world.state, line, "").order.receiving_key
    release = replace(
        watch.city.release(line), wrap=make_wrap(CONTENT_KEY, record.header_hash, key)
    )
    watch.city.world.do(release, watch.city.deliverer)


def test_without_a_committee_nothing_is_sealed_where_its_wrap_is_demanded() -> None:
    """E507: the parameter alone stops every envelope until the supervisors have a key."""
    city = City.founded()
    consent, _ = city.granted()
    line = city.ordered(consent)
    city.world.govern(ParameterSet(ParameterName.SUPERVISOR_WRAP, 1, 0))
    body = city.envelope_prepare(line)
    assert city.world.refused(body, city.deliverer) is Code.SUPERVISOR_WRAP_MISSING


def test_a_new_committee_is_a_new_epoch_and_the_old_opens_its_own(watch: Watch) -> None:
    """In force only once each member proved its share; what was sealed before stays openable."""
    asset, header = watch.delivered()
    world, later = watch.city.world, generated(THRESHOLD, 3, watch.city.world.genesis_hash)
    world.govern(watch.proposal(2, later))
    first = watch.confirmation(2, 0, later)
    assert world.refused(first, watch.members[1]) is Code.BAD_SHARE
    assert world.refused(first, watch.city.bank) is Code.NO_RIGHT
    assert (
        world.refused(watch.confirmation(2, 0, watch.secrets), watch.members[0]) is Code.BAD_SHARE
    )
    world.do(first, watch.members[0])
    assert world.refused(first, watch.members[0]) is Code.SHARE_REPEATED
    found = active_committee(world.state)
    assert found is not None
    assert found[0] == 1
    for index in (1, 2):
        world.do(watch.confirmation(2, index, later), watch.members[index])
    found = active_committee(world.state)
    assert found is not None
    assert found[0] == 2
    assert COMMITTEES.known(world.state, 1).status is CommitteeStatus.RETIRED
    case = watch.case_on(asset)
    for index in (0, 1):
        world.do(watch.share(case, asset, index), watch.members[index])
    shares = {index + 1: watch.share(case, asset, index).share for index in (0, 1)}
    assert watch.content_key(watch.opening(case, asset), header, shares) == CONTENT_KEY


def test_no_single_supervisor_and_nobody_else_is_a_committee(watch: Watch) -> None:
    """X32: threshold one of several, strangers, twins and unsound points are refused."""
    later = generated(THRESHOLD, 3, watch.city.world.genesis_hash)
    sound = watch.proposal(2, later)
    points = later.commitments
    twins = (watch.members[0].id,) * 3
    for body, code in (
        (replace(sound, epoch=3), Code.OUT_OF_BOUNDS),
        (replace(sound, threshold=1, commitments=points[:1]), Code.OUT_OF_BOUNDS),
        (replace(sound, threshold=4), Code.OUT_OF_BOUNDS),
        (replace(sound, commitments=points[:1]), Code.SCHEMA),
        (replace(sound, members=twins), Code.SCHEMA),
        (replace(sound, members=(watch.city.bank.id, *sound.members[1:])), Code.NO_RIGHT),
        (replace(sound, commitments=(points[0], b"\x01" + bytes(32))), Code.BAD_KEY),
    ):
        with pytest.raises(AssertionError, match=code.name):
            watch.city.world.govern(body)
    watch.city.world.govern(sound)
    watch.city.world.govern(replace(sound, epoch=3))
    assert COMMITTEES.known(watch.city.world.state, 2).status is CommitteeStatus.REPLACED
