"""What a consent and a grant say as ODRL is valid ODRL, and says what the chain says."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chaincode.authorization.records import (
    Consent,
    ConsentKind,
    ConsentStatus,
    Grant,
    GrantStatus,
)
from chaincode.registration.records import ProductClass
from chaincode.rights import Right
from ledger.refusal import Code, Refused
from quancheng.odrl import Names, consent_policy, grant_policy
from tests.unit.quancheng.odrl_check import profile_terms, violations

GENESIS_HASH = b"\xab" * 32
ID = b"\x01" * 32
NAMES = Names(GENESIS_HASH)
CONSENT = Consent(
    sid=b"\x01" + b"\x02" * 32,
    user=b"\x03" * 32,
    matter=b"\x04" * 32,
    product=b"\x05" * 32,
    product_version=2,
    purpose=110,
    fields=0b1011,
    kind=ConsentKind.USE,
    max_uses=3,
    answer_until_ms=1_700_000_000_000,
    until_ms=1_700_000_000_001,
    retention_until_ms=1_800_000_000_000,
    notice=b"\x06" * 32,
    receiving_key=None,
    copy_key=None,
    status=ConsentStatus.GRANTED,
    answer=b"\x07" * 32,
    custodial=False,
    reserved=(),
    used=(),
)
GRANT = Grant(
    kind=Right.DELIVER,
    grantor=b"\x03" * 32,
    grantee=b"\x04" * 32,
    resources=(b"\x05" * 32, b"\x06" * 32),
    classes=(ProductClass.DETAIL, ProductClass.VERIFY),
    purposes=(100, 110),
    channel=b"\x07" * 32,
    accept_until_ms=1,
    until_ms=1_700_000_000_000,
    consideration=1_999,
    agreement=bytes(32),
    status=GrantStatus.ACTIVE,
)


def test_a_granted_consent_is_a_valid_agreement() -> None:
    """Parties, product, fields, purpose, matter, count and times, as the chain has them."""
    policy: Any = consent_policy(GENESIS_HASH, ID, CONSENT)
    assert violations(policy) == []
    assert policy["type"] == "Agreement"
    assert policy["assigner"] == NAMES.of("subject", CONSENT.sid)
    assert policy["assignee"] == NAMES.of("party", CONSENT.user)
    (permission,) = policy["permission"]
    assert permission["action"] == "use"
    (field,) = permission["target"]["refinement"]
    assert [item["@value"] for item in field["rightOperand"]] == ["1", "2", "4"]
    said = {item["leftOperand"]: item["rightOperand"] for item in permission["constraint"]}
    assert said["count"]["@value"] == "3"
    assert said["dateTime"]["@value"] == "2023-11-14T22:13:20.001Z"
    assert said["purpose"]["@id"] == NAMES.of("purpose", 110)
    assert said["qc:matter"]["@id"] == NAMES.of("matter", CONSENT.matter)
    (erasing,) = policy["obligation"]
    assert erasing["action"] == "delete"
    assert erasing["constraint"][0]["rightOperand"]["@value"] == "2027-01-15T08:00:00.000Z"
    assert policy["prohibition"][0]["action"] == "distribute"


def test_a_grant_is_a_valid_agreement_over_each_resource() -> None:
    policy: Any = grant_policy(GENESIS_HASH, ID, GRANT)
    assert violations(policy) == []
    assert [item["target"] for item in policy["permission"]] == [
        NAMES.of("resource", resource) for resource in GRANT.resources
    ]
    action = policy["permission"][0]["duty"][0]["action"][0]
    assert action["refinement"][0]["rightOperand"]["@value"] == "19.99"
    for kind in (Right.DEVELOP, Right.OPERATE):
        other = replace(GRANT, kind=kind, channel=None, consideration=0)
        assert violations(grant_policy(GENESIS_HASH, ID, other)) == []


def test_what_is_not_agreed_is_no_agreement() -> None:
    """A request and an offer say so; what was refused or lapsed has no policy (E011)."""
    asked = replace(CONSENT, status=ConsentStatus.REQUESTED, answer=None)
    assert consent_policy(GENESIS_HASH, ID, asked)["type"] == "Request"
    assert violations(consent_policy(GENESIS_HASH, ID, asked)) == []
    for offered in (GrantStatus.OFFERED, GrantStatus.REVOKED):
        policy = grant_policy(GENESIS_HASH, ID, replace(GRANT, status=offered))
        assert (policy["type"], violations(policy)) == ("Offer", [])
    for status, answer in (
        (ConsentStatus.DENIED, ID),
        (ConsentStatus.LAPSED, None),
        (ConsentStatus.REVOKED, None),
        (ConsentStatus.CLOSED, None),
    ):
        with pytest.raises(Refused) as caught:
            consent_policy(GENESIS_HASH, ID, replace(CONSENT, status=status, answer=answer))
        assert caught.value.refusal.code is Code.BAD_STATE
    with pytest.raises(Refused):
        grant_policy(GENESIS_HASH, ID, replace(GRANT, status=GrantStatus.LAPSED))


@pytest.mark.parametrize("status", list(ConsentStatus)[4:])
def test_an_ended_consent_says_how_it_stands(status: ConsentStatus) -> None:
    policy = consent_policy(GENESIS_HASH, ID, replace(CONSENT, status=status))
    assert policy["qc:status"] == status.name.lower()
    assert violations(policy) == []


def test_every_term_of_the_profile_is_used() -> None:
    """The page declares no term that no policy has."""
    every_class = grant_policy(GENESIS_HASH, ID, replace(GRANT, classes=tuple(ProductClass)))
    assert violations(every_class) == []
    text = str(consent_policy(GENESIS_HASH, ID, CONSENT)) + str(every_class)
    assert [term for term in profile_terms() if f"qc:{term}" not in text] == []


def _set(*path: str | int, value: object) -> Callable[[Any], None]:
    def change(policy: Any) -> None:  # noqa: ANN401 - JSON
        for step in path[:-1]:
            policy = policy[step]
        policy[path[-1]] = value

    return change


@pytest.mark.parametrize(
    "spoil",
    [
        _set("type", value="Contract"),
        _set("assigner", value=None),
        _set("assignee", value="the bank"),
        _set("uid", value=""),
        _set("profile", value=None),
        _set("invented", value=1),
        _set("permission", 0, "action", value="peruse"),
        _set("permission", 0, "target", value=None),
        _set("permission", 0, "target", "refinement", 0, "leftOperand", value="qc:unknown"),
        _set("permission", 0, "constraint", 0, "leftOperand", value="reason"),
        _set("permission", 0, "constraint", 0, "operator", value="within"),
        _set("permission", 0, "constraint", 0, "rightOperand", value=110),
        _set("permission", 0, "constraint", 4, "rightOperand", "@type", value="xsd:string"),
        _set("permission", 0, "assignee", value="urn:quancheng:other"),
        _set("prohibition", 0, "duty", value=[]),
    ],
)
def test_the_checker_notices(spoil: Callable[[Any], None]) -> None:
    """Each of these is no ODRL any more."""
    policy = copy.deepcopy(consent_policy(GENESIS_HASH, ID, CONSENT))
    spoil(policy)
    assert violations(policy) != []
