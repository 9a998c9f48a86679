"""The page about evidence files is a specification: a verifier written from it agrees with ours."""

import ast
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.validators import validator_set
from quancheng.evidence import Anchor, Verdict, verify
from quancheng.evidence.file import decode_evidence_file
from tests import independent_verifier
from tests.independent_verifier import Bad, verify_by_the_page
from tests.unit.lightclient.chain_maker import ChainMaker, make_genesis, member, transaction
from tests.unit.quancheng.evidence_source import ChainSource, exported
from tests.vectors.golden import FOLDER

GOLDEN = json.loads((FOLDER / "evidence.json").read_text(encoding="utf-8"))
FILES = [bytes.fromhex(GOLDEN[kind]["file"]) for kind in ("plain", "anchored")]
GENESIS = bytes.fromhex(GOLDEN["plain"]["genesis"])
ANCHORS = [None, (3, bytes.fromhex(GOLDEN["anchored"]["anchor"])), (2, bytes(32))]


LINES_MAX = 300
SETS = [(1, 2, 3, 4, 5), (1, 2, 3, 4, 5, 6), (1, 2, 3, 4, 5, 7), (1, 2, 3, 4, 7), (2, 3, 4, 7)]
"""Test keys that vote after each of five changes: two join, one is rotated, two leave."""
EPOCH_BLOCKS = 10


def by_the_page(
    data: bytes, anchor: tuple[int, bytes] | None, genesis: bytes = GENESIS
) -> bytes | None:
    try:
        return verify_by_the_page(data, genesis, anchor)
    except Bad:
        return None


def by_the_project(
    data: bytes, anchor: tuple[int, bytes] | None, genesis: bytes = GENESIS
) -> bytes | None:
    result = verify(data, genesis, None if anchor is None else Anchor(*anchor))
    return result.transaction.tx_id if isinstance(result, Verdict) else None


@pytest.mark.parametrize("data", FILES, ids=["plain", "anchored"])
@pytest.mark.parametrize("anchor", ANCHORS, ids=["unread", "published", "other"])
def test_both_verifiers_agree_on_golden_files(
    data: bytes, anchor: tuple[int, bytes] | None
) -> None:
    """Good files hold under both, and lead to the same anchors."""
    assert by_the_page(data, anchor) == by_the_project(data, anchor)
    assert by_the_page(data, None) is not None


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_both_verifiers_refuse_changed_files(file: bytes, data: st.DataObject) -> None:
    """A byte changed, inserted or taken away, or the end cut off: 1,000 files, refused by both."""
    at = data.draw(st.integers(0, len(file) - 1))
    byte = data.draw(st.integers(1, 255))
    flipped = file[:at] + bytes([file[at] ^ byte]) + file[at + 1 :]
    inserted = file[:at] + bytes([byte]) + file[at:]
    for changed in (flipped, inserted, file[:at] + file[at + 1 :], file[:at]):
        assert by_the_page(changed, None) is None
        assert by_the_project(changed, None) is None


def changing_chain() -> tuple[ChainMaker, bytes, bytes]:
    """Return a chain of five set changes, the file of a transaction after them, and an anchor's."""
    chain = ChainMaker(make_genesis())
    for members in SETS:
        for _ in range(EPOCH_BLOCKS - 1):
            chain.append()
        chain.append(next_validators=[member(number) for number in members])
    moved = transaction(chain.genesis_hash, 1)
    chain.append([moved])
    for _ in range(5):
        chain.append()
    source = ChainSource(chain)
    height = len(chain.blocks)
    return chain, exported(source, moved.tx_id), exported(source, moved.tx_id, anchor_height=height)


def test_both_verifiers_follow_five_changes_of_validators() -> None:
    """From genesis through every set that ever voted, to a block of the last one and its anchor."""
    chain, plain, anchored = changing_chain()
    genesis = chain.genesis.encoded()
    assert len(decode_evidence_file(plain).changes) == len(SETS)
    tip = chain.blocks[-1].header
    for data, anchor in ((plain, None), (anchored, (tip.height, tip.hash()))):
        proven = by_the_project(data, anchor, genesis)
        assert proven is not None
        assert by_the_page(data, anchor, genesis) == proven


def test_neither_verifier_follows_a_change_that_is_left_out_or_another() -> None:
    chain, plain, _ = changing_chain()
    genesis = chain.genesis.encoded()
    file = decode_evidence_file(plain)
    for position, change in enumerate(file.changes):
        before, after = file.changes[:position], file.changes[position + 1 :]
        usurper = [*change.validators.members[:-1], member(15)]
        other = replace(change, validators=validator_set(change.validators.epoch, usurper))
        for changes in ((*before, *after), (*before, other, *after)):
            data = replace(file, changes=changes).encoded()
            assert by_the_project(data, None, genesis) is None
            assert by_the_page(data, None, genesis) is None


def test_the_second_verifier_is_small_and_shares_nothing_with_the_project() -> None:
    source = Path(independent_verifier.__file__).read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LINES_MAX
    imported = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
    assert imported == {"cbor2", "dataclasses", "hashlib", "nacl", "typing"}
