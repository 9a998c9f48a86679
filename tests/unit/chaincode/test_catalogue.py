"""The catalogue is whole: nothing declared twice, nothing without a handler or a meaning."""

import pytest

from chaincode.catalogue import DECLARATIONS, SWEEPS, TYPES
from chaincode.declaration import AnyDeclaration
from chaincode.documentation import pages
from chaincode.due import DueKind
from chaincode.fields import Json
from chaincode.parameter_definitions import DEFINITIONS
from chaincode.parameters import ParameterName
from tests.tidy.sources import ROOT
from tests.unit.chaincode.all_tables import tables

PROTECTIVE = {
    "consent.deny",
    "consent.revoke",
    "erasure.request",
    "freeze.set",
    "grant.revoke",
    "grant.surrender",
    "key.rotate",
}


def test_no_two_tables_share_a_namespace() -> None:
    owners: dict[int, object] = {}
    for item in tables():
        assert owners.setdefault(item.namespace, item) is item, item.name
    assert owners


def test_every_due_item_has_a_handler() -> None:
    assert set(SWEEPS) == set(DueKind)


def test_the_protective_types_are_those_that_end_or_forbid() -> None:
    assert {item.name for item in DECLARATIONS if item.facts.protective} == PROTECTIVE & set(TYPES)


@pytest.mark.parametrize("declaration", DECLARATIONS, ids=lambda item: str(item.name))
def test_every_type_explains_itself(declaration: AnyDeclaration) -> None:
    assert declaration.meaning.endswith(".")
    described = declaration.describe()
    assert described["fields"]
    assert_explained(described["fields"])


def assert_explained(part: Json) -> None:
    if isinstance(part, list):
        for field in part:
            assert isinstance(field, dict)
            assert field["meaning"], field["name"]
            assert_explained(field.get("fields"))


def test_parameters_stand_within_their_bounds() -> None:
    assert sorted(item.name for item in DEFINITIONS) == sorted(ParameterName)
    for item in DEFINITIONS:
        assert item.minimum <= item.default <= item.maximum, item.name
        assert item.minimum <= item.testnet <= item.maximum, item.name


@pytest.mark.parametrize("name", sorted(pages()))
def test_reference_pages_are_current(name: str) -> None:
    """The pages under docs/ say what the declarations say; `scripts/document` writes them."""
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == pages()[name]
