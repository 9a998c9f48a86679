"""The ceremony gives every founder the same document, and nobody a document that was not agreed."""

import dataclasses
from pathlib import Path

import pytest

from genesis.assembly import assemble
from genesis.certificates import found_authority
from genesis.contribution import (
    ContributedParty,
    ContributedValidator,
    Contribution,
    decode_contribution,
    proofs_of,
)
from genesis.node_home import NodeAddresses
from genesis.organisation import (
    Founder,
    KeyCare,
    OrganisationFolder,
    finish_homes,
    found_organisation,
)
from genesis.plan import Plan
from genesis.verification import require_own_keys, verify_genesis
from ledger import suites
from ledger.encoding import encode
from ledger.genesis import decode_genesis
from ledger.refusal import Code, Refused
from quancheng.kem import kem_key_of
from quancheng.keystore import DerivationCost
from tests.unit.genesis.conftest import NOW

CHEAP = DerivationCost(operations=1, memory=8_192)


def founders_of(plan: Plan, root: Path) -> list[Founder]:
    """Return one founder for each planned organisation, each with a folder of its own."""
    return [
        Founder(
            OrganisationFolder(root / item.label),
            item.label,
            tuple(
                NodeAddresses(f"10.0.{index}.{node}:26600", "127.0.0.1:26680")
                for node in range(item.validators)
            ),
        )
        for index, item in enumerate(plan.organisations)
    ]


def contributions_of(plan: Plan, founders: list[Founder]) -> list[Contribution]:
    """Let every founder make its keys; return the contributions as they come out of their files."""
    passphrases = {party.label: "p" for item in plan.organisations for party in item.parties}
    for founder in founders:
        found_organisation(founder, plan, KeyCare(passphrases, CHEAP), NOW)
    return [decode_contribution(item.folder.contribution.read_bytes()) for item in founders]


@pytest.fixture
def contributions(plan: Plan, tmp_path: Path) -> list[Contribution]:
    """One sound contribution of each organisation."""
    return contributions_of(plan, founders_of(plan, tmp_path))


def refusal_of(plan: Plan, contributions: list[Contribution]) -> Code:
    """Assemble what must be refused and return the code."""
    with pytest.raises(Refused) as caught:
        assemble(plan, contributions)
    return caught.value.refusal.code


def test_every_founder_computes_the_same_document(
    plan: Plan, contributions: list[Contribution]
) -> None:
    """The order in which contributions arrive does not matter; the plan is what comes out."""
    data = assemble(plan, contributions).encoded()
    assert assemble(plan, contributions[::-1]).encoded() == data
    genesis = decode_genesis(data)
    assert genesis.chain_name == plan.chain_name
    assert {item.name for item in genesis.organisations} == {f"机构 {i}" for i in range(4)}
    assert [item.name for item in genesis.parameters] == ["a", "b"]
    assert verify_genesis(data, plan, contributions) == genesis.hash()


def test_a_document_that_differs_is_refused(plan: Plan, contributions: list[Contribution]) -> None:
    """A well-formed document of other facts does not pass as the agreed one."""
    other = dataclasses.replace(assemble(plan, contributions), time_ms=1)
    with pytest.raises(Refused) as caught:
        verify_genesis(other.encoded(), plan, contributions)
    assert caught.value.refusal.field == "genesis"


def test_missing_doubled_and_uninvited_contributions_are_refused(
    plan: Plan, contributions: list[Contribution]
) -> None:
    """Exactly one contribution for each planned organisation."""
    stranger = dataclasses.replace(contributions[0], label="stranger")
    assert refusal_of(plan, contributions[1:]) is Code.NOT_FOUND
    assert refusal_of(plan, [*contributions, contributions[0]]) is Code.DUPLICATE
    assert refusal_of(plan, [*contributions, stranger]) is Code.NOT_FOUND


def test_contribution_to_another_plan_is_refused(
    plan: Plan, contributions: list[Contribution]
) -> None:
    """One changed right in the plan and no contribution counts any more."""
    first = plan.organisations[0]
    party = dataclasses.replace(first.parties[0], rights=(1, 2))
    richer = dataclasses.replace(first, parties=(party,))
    changed = dataclasses.replace(plan, organisations=(richer, *plan.organisations[1:]))
    assert refusal_of(changed, contributions) is Code.WRONG_CHAIN


@pytest.mark.parametrize("index", [0, 1, 2])
def test_every_key_proves_its_possession(
    plan: Plan, contributions: list[Contribution], index: int
) -> None:
    """A proof by another key, for authority, validator or party, is refused."""
    proofs = list(contributions[0].proofs)
    proofs[index] = contributions[1].proofs[index]
    forged = dataclasses.replace(contributions[0], proofs=tuple(proofs))
    assert refusal_of(plan, [forged, *contributions[1:]]) is Code.BAD_SIGNATURE


def test_keys_of_another_organisation_cannot_be_claimed(
    plan: Plan, contributions: list[Contribution]
) -> None:
    """A copied public key fails: the proof of its owner covers another contribution."""
    copied = dataclasses.replace(contributions[0], validators=contributions[1].validators)
    assert refusal_of(plan, [copied, *contributions[1:]]) is Code.BAD_SIGNATURE


def signed_contribution(
    plan: Plan, *, validators: int = 1, parties: tuple[str, ...] = ("party-0",)
) -> Contribution:
    """Return a contribution of the first organisation, truly signed by every key in it."""
    seeds = [bytes([index + 1]) * 32 for index in range(1 + validators + len(parties))]
    authority = found_authority(seeds[0], "机构 0", NOW)
    keys = [suites.public_key_of(seed) for seed in seeds[1:]]
    unsigned = Contribution(
        plan.hash(),
        "organisation-0",
        authority.certificate,
        tuple(ContributedValidator(key, "10.0.0.1:26600") for key in keys[:validators]),
        tuple(
            ContributedParty(label, key, kem_key_of(b"\x01" * 32))
            for label, key in zip(parties, keys[validators:], strict=True)
        ),
    )
    return dataclasses.replace(unsigned, proofs=proofs_of(unsigned, seeds))


def test_signed_keys_that_the_plan_does_not_name_are_refused(
    plan: Plan, contributions: list[Contribution]
) -> None:
    """Nobody brings in a second validator, a further party, or a party under another label."""
    others = contributions[1:]
    assert assemble(plan, [signed_contribution(plan), *others]).parties
    for greedy in (
        signed_contribution(plan, validators=2),
        signed_contribution(plan, validators=0),
        signed_contribution(plan, parties=("party-0", "party-9")),
        signed_contribution(plan, parties=("party-9",)),
        signed_contribution(plan, parties=()),
    ):
        assert refusal_of(plan, [greedy, *others]) is Code.SCHEMA


def test_an_address_is_nothing_but_an_address(
    plan: Plan, contributions: list[Contribution]
) -> None:
    """What would break out of a peer's configuration file is refused."""
    validator = dataclasses.replace(contributions[0].validators[0], address='a:1"]\n[rpc]#:1')
    hostile = dataclasses.replace(contributions[0], validators=(validator,))
    assert refusal_of(plan, [hostile, *contributions[1:]]) is Code.SCHEMA


def test_truncated_and_foreign_bytes_are_refused(contributions: list[Contribution]) -> None:
    """A contribution file is decoded strictly."""
    data = contributions[0].encoded()
    for bad in (data[:-1], data + b"\0", encode([1, 2]), b""):
        with pytest.raises(Refused):
            decode_contribution(bad)


def test_finished_homes_hold_the_document_and_the_other_nodes(plan: Plan, tmp_path: Path) -> None:
    """Each founder assembles by itself; its node then knows the document and dials all others."""
    founders = founders_of(plan, tmp_path)
    contributions = contributions_of(plan, founders)
    homes = [finish_homes(founder, plan, contributions)[0] for founder in founders]
    documents = {(home / "genesis.qc").read_bytes() for home in homes}
    assert documents == {assemble(plan, contributions).encoded()}
    config = (homes[1] / "config.toml").read_text()
    assert 'peers = ["10.0.0.0:26600", "10.0.2.0:26600", "10.0.3.0:26600"]' in config


def test_a_founder_finds_its_keys_in_the_document(
    plan: Plan, contributions: list[Contribution], tmp_path: Path
) -> None:
    """A document assembled from somebody else's keys for one's own label is noticed."""
    others = contributions_of(plan, founders_of(plan, tmp_path / "others"))
    data = assemble(plan, [others[0], *contributions[1:]]).encoded()
    require_own_keys(data, contributions[1])
    own, other = contributions[1], contributions[0]
    for missed in (
        other,
        dataclasses.replace(own, ca_certificate=other.ca_certificate),
        dataclasses.replace(own, validators=other.validators),
        dataclasses.replace(own, parties=other.parties),
    ):
        with pytest.raises(Refused) as caught:
            require_own_keys(data, missed)
        assert caught.value.refusal.code is Code.NOT_FOUND


def test_keys_are_never_made_twice(plan: Plan, tmp_path: Path) -> None:
    """Founding again in the same folder fails and keeps the keys that stand."""
    founders = founders_of(plan, tmp_path)
    contributions_of(plan, founders)
    key = founders[0].folder.node(0) / "keys" / "validator.key"
    before = key.read_bytes()
    with pytest.raises(FileExistsError):
        contributions_of(plan, founders)
    assert key.read_bytes() == before
