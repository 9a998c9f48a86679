"""The page about evidence files is a specification: a verifier written from it agrees with ours."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quancheng.evidence import Anchor, Verdict, verify
from tests.unit.quancheng.page_verifier import Bad, verify_by_the_page
from tests.vectors.golden import FOLDER

GOLDEN = json.loads((FOLDER / "evidence.json").read_text(encoding="utf-8"))
FILES = [bytes.fromhex(GOLDEN[kind]["file"]) for kind in ("plain", "anchored")]
GENESIS = bytes.fromhex(GOLDEN["plain"]["genesis"])
ANCHORS = [None, (3, bytes.fromhex(GOLDEN["anchored"]["anchor"])), (2, bytes(32))]


def by_the_page(data: bytes, anchor: tuple[int, bytes] | None) -> bytes | None:
    try:
        return verify_by_the_page(data, GENESIS, anchor)
    except Bad:
        return None


def by_the_project(data: bytes, anchor: tuple[int, bytes] | None) -> bytes | None:
    result = verify(data, GENESIS, None if anchor is None else Anchor(*anchor))
    return result.transaction.tx_id if isinstance(result, Verdict) else None


@pytest.mark.parametrize("data", FILES, ids=["plain", "anchored"])
@pytest.mark.parametrize("anchor", ANCHORS, ids=["unread", "published", "other"])
def test_both_verifiers_agree_on_golden_files(
    data: bytes, anchor: tuple[int, bytes] | None
) -> None:
    """Good files hold under both, and lead to the same anchors."""
    assert by_the_page(data, anchor) == by_the_project(data, anchor)
    assert by_the_page(data, None) is not None


@given(st.sampled_from(FILES), st.data())
def test_both_verifiers_refuse_changed_files(file: bytes, data: st.DataObject) -> None:
    """A byte changed, inserted or taken away is refused by both."""
    at = data.draw(st.integers(0, len(file) - 1))
    byte = data.draw(st.integers(1, 255))
    flipped = file[:at] + bytes([file[at] ^ byte]) + file[at + 1 :]
    inserted = file[:at] + bytes([byte]) + file[at:]
    for changed in (flipped, inserted, file[:at] + file[at + 1 :], file[:at]):
        assert by_the_page(changed, None) is None
        assert by_the_project(changed, None) is None
