"""Builders: every declared type can be built, and nothing wrong is ever signed."""

import inspect

import pytest

from chaincode.catalogue import DECLARATIONS
from chaincode.declaration import AnyDeclaration
from chaincode.membership.records import SubjectKind
from ledger.refusal import Code, Refused
from ledger.suites import public_key_of
from ledger.transaction import UnsignedTransaction, decode_transaction, has_valid_signatures
from quancheng.builders import Terms, body_to_json, build, declaration_of, fresh_salt, sign
from quancheng.client import Client

SEED = bytes(31) + b"\x01"
SID = public_key_of(bytes(31) + b"\x02")
TERMS = Terms(bytes(32), 1_000, [public_key_of(SEED)])
FIELDS: dict[str, object] = {
    "sid": SID,
    "kind": SubjectKind.PERSON,
    "identity": bytes(32),
    "until_ms": 2_000,
}


def unsigned(**changes: object) -> UnsignedTransaction:
    """Return a subject.bind with some fields changed."""
    return build("subject.bind", TERMS, **{**FIELDS, **changes})


def test_builds_what_the_chain_decodes() -> None:
    """The bytes decode to the same transaction, validly signed."""
    signed = sign(unsigned(), SEED)
    decoded = decode_transaction(signed.data)
    assert decoded == signed
    assert has_valid_signatures(decoded)
    assert body_to_json(decoded.unsigned) == {
        "sid": SID.hex(),
        "kind": "person",
        "identity": "00" * 32,
        "until_ms": 2_000,
    }


def test_json_forms_build_the_same_body() -> None:
    """Hexadecimal, names and decimal strings stand for the typed values."""
    by_json = unsigned(sid=SID.hex(), kind="person", identity="00" * 32, until_ms="2000")
    assert by_json.body == unsigned().body
    assert unsigned(kind=1).body == unsigned().body


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sid": SID[:-1]}, "body.sid"),
        ({"sid": SID.hex()[:-2]}, "body.sid"),
        ({"sid": b"\x02" + SID[1:]}, "body.sid"),
        ({"kind": "nobody"}, "body.kind"),
        ({"kind": None}, "body.kind"),
        ({"identity": 7}, "body.identity"),
        ({"until_ms": -1}, "body.until_ms"),
        ({"until_ms": 1.5}, "body.until_ms"),
        ({"until_ms": True}, "body.until_ms"),
        ({"until_ms": object()}, "body.until_ms"),
        ({"more": 1}, "body.more"),
    ],
)
def test_wrong_fields_are_refused_by_name(change: dict[str, object], field: str) -> None:
    """A wrong, unknown or ill-typed field is named before anything is signed."""
    with pytest.raises(Refused) as caught:
        unsigned(**change)
    assert (caught.value.refusal.code, caught.value.refusal.field) == (Code.SCHEMA, field)


def test_missing_field_is_named() -> None:
    """A field without a default must be given."""
    with pytest.raises(Refused) as caught:
        build("subject.bind", TERMS, sid=SID)
    assert caught.value.refusal.field == "body.kind"


def test_unknown_type_is_refused() -> None:
    """There is no transaction without a declaration."""
    with pytest.raises(Refused) as caught:
        declaration_of("no.such")
    assert caught.value.refusal.code is Code.UNKNOWN_TYPE


def test_only_the_named_signers_sign() -> None:
    """Seeds of other keys, too few or too many are refused."""
    for seeds in ((), (bytes(32),), (SEED, SEED)):
        with pytest.raises(Refused) as caught:
            sign(unsigned(), *seeds)
        assert caught.value.refusal.field == "signers"


def test_salts_differ() -> None:
    """Two equal orders are two transactions."""
    assert unsigned().tx_id() != unsigned().tx_id()
    assert len({fresh_salt() for _ in range(100)}) == 100


@pytest.mark.parametrize("declaration", DECLARATIONS, ids=lambda item: item.name)
def test_no_field_hides_behind_a_parameter(declaration: AnyDeclaration) -> None:
    """No field of any type bears the name of a parameter of `Client.send`."""
    own = set(inspect.signature(Client.send).parameters) - {"body"}
    assert own.isdisjoint(field.name for field in declaration.fields())
