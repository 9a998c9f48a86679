"""Founding supervisors generate their key: only dealings travel, and each keeps one share."""

import dataclasses

import pytest

from chaincode.ids import key_id
from chaincode.rights import Right
from genesis.committee import (
    MemberKeys,
    first_committee,
    keep_share,
    make_dealing,
    members_of,
    share_key_name,
    usual_threshold,
)
from genesis.plan import Plan
from genesis.testnet import PASSPHRASE_FILE, Testnet, TestnetParty, lay_out_testnet
from ledger.genesis import Genesis, decode_genesis
from ledger.refusal import Code, Refused
from ledger.threshold import share_key
from quancheng.keystore import QUICK, KeyKind, Keystore
from tests.unit.genesis.conftest import NOW

SUPERVISORS = 3
TWO = 2


@pytest.fixture(scope="module")
def testnet(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Testnet:
    """Lay out a network of which three parties supervise."""
    organisations = tuple(
        dataclasses.replace(
            item,
            parties=tuple(
                dataclasses.replace(party, rights=(int(Right.WATCH),)) for party in item.parties
            ),
        )
        for item in plan.organisations[:SUPERVISORS]
    )
    changed = dataclasses.replace(
        plan, organisations=(*organisations, *plan.organisations[SUPERVISORS:])
    )
    return lay_out_testnet(tmp_path_factory.mktemp("committee") / "net", changed, NOW)


def genesis_of(testnet: Testnet) -> Genesis:
    """Return the founding document."""
    return decode_genesis(testnet.genesis.read_bytes())


def keys_of(testnet: Testnet, party: TestnetParty) -> MemberKeys:
    """Return the keystore of a party."""
    folder = testnet.keystore(party)
    return MemberKeys(folder, (folder / PASSPHRASE_FILE).read_text().strip(), QUICK)


def members(testnet: Testnet) -> list[TestnetParty]:
    """Return the supervisors in the order of their shares."""
    by_key = {party.sign_key: party for party in testnet.parties}
    return [by_key[party.sign_key.hex()] for party in members_of(genesis_of(testnet))]


def test_each_supervisor_has_the_share_that_the_committee_names(testnet: Testnet) -> None:
    """The images of the shares in the keystores are those that all compute from the dealings."""
    committee = first_committee(genesis_of(testnet), testnet.dealings())
    assert (committee.threshold, len(committee.members)) == (TWO, SUPERVISORS)
    for index, party in enumerate(members(testnet)):
        kept = Keystore(testnet.keystore(party)).public_key(share_key_name(1))
        assert kept.kind is KeyKind.SHARE
        assert kept.public_key == share_key(committee.commitments, index + 1)
        assert committee.members[index] == key_id(bytes.fromhex(party.sign_key))


def test_nothing_of_a_share_is_public(testnet: Testnet) -> None:
    """A dealing has points, a proof, and shares sealed for their members alone."""
    for party in members(testnet):
        keys = keys_of(testnet, party)
        share = keys.secret(share_key_name(1))
        assert all(share not in item.encoded() for item in testnet.dealings())


def test_a_missing_a_foreign_and_a_wrong_dealing_are_refused(testnet: Testnet) -> None:
    """Everybody deals once, for this chain and threshold; who deals wrongly is named."""
    genesis, dealings = genesis_of(testnet), testnet.dealings()
    keys = keys_of(testnet, members(testnet)[0])
    other_chain = dataclasses.replace(genesis, time_ms=genesis.time_ms + 1)
    foreign = make_dealing(other_chain, TWO, keys)
    other_threshold = make_dealing(genesis, SUPERVISORS, keys)
    swapped = dataclasses.replace(dealings[1], shares=dealings[1].shares[::-1])
    others = [item for item in dealings if item.dealer != 1]
    for changed, code in (
        (dealings[1:], Code.NOT_FOUND),
        ([], Code.NOT_FOUND),
        ([*others, foreign], Code.WRONG_CHAIN),
        ([*others, other_threshold], Code.SCHEMA),
        ([dealings[0], swapped, dealings[2]], Code.BAD_SIGNATURE),
    ):
        with pytest.raises(Refused) as caught:
            keep_share(genesis, changed, keys)
        assert caught.value.refusal.code is code


def test_who_does_not_supervise_takes_no_part(testnet: Testnet) -> None:
    genesis = genesis_of(testnet)
    keys = keys_of(testnet, testnet.parties[-1])
    for attempt in (
        lambda: make_dealing(genesis, TWO, keys),
        lambda: keep_share(genesis, testnet.dealings(), keys),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert caught.value.refusal.code is Code.NO_RIGHT


@pytest.mark.parametrize("threshold", [0, 1, SUPERVISORS + 1])
def test_one_supervisor_alone_never_opens_anything(testnet: Testnet, threshold: int) -> None:
    keys = keys_of(testnet, members(testnet)[0])
    with pytest.raises(Refused) as caught:
        make_dealing(genesis_of(testnet), threshold, keys)
    assert caught.value.refusal.code is Code.OUT_OF_BOUNDS


def test_more_than_half_open_by_default() -> None:
    assert [usual_threshold(count) for count in range(1, 6)] == [1, 2, 2, 3, 3]
