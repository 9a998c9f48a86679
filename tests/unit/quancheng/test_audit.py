"""Any t supervisors of n open an envelope for its inspector, and no fewer do."""

import dataclasses
import io
from itertools import combinations

import pytest

from chaincode.rights import Right
from ledger.envelope_header import EnvelopeHeader, Recipient
from ledger.refusal import Code, Refused
from ledger.threshold import share_key
from quancheng.audit import (
    Opening,
    inspector_key_of,
    make_audit_share,
    new_inspector_secret,
    open_for_inspector,
)
from quancheng.envelope import seal
from quancheng.envelope_wraps import differing_wraps, wrap_for
from tests.unit.quancheng.envelopes import CONTENT_KEY, RECIPIENTS, preamble_for
from tests.unit.quancheng.supervisors import Supervisors, generated

GENESIS_HASH, CASE, ASSET = bytes(32), b"\x01" * 32, b"\x02" * 32
INSPECTOR = new_inspector_secret()


def sealed_to(supervisors: Supervisors) -> tuple[EnvelopeHeader, Recipient]:
    """Return the header of an envelope that these supervisors can open."""
    watched = Recipient(Right.WATCH, supervisors.commitments[0])
    preamble = preamble_for(CONTENT_KEY)
    preamble = dataclasses.replace(preamble, recipients=(*RECIPIENTS, watched), committee=1)
    return seal(preamble, CONTENT_KEY, io.BytesIO(b"content"), io.BytesIO()), watched


def content_key(
    header: EnvelopeHeader, opening: Opening, shares: dict[int, bytes], supervisors: Supervisors
) -> bytes:
    """Return what the inspector gets from some shares."""
    points = supervisors.commitments
    keys = tuple(share_key(points, index + 1) for index in range(len(supervisors.shares)))
    return open_for_inspector(header, opening, shares, (points[0], keys), INSPECTOR)


@pytest.mark.parametrize(("threshold", "members"), [(2, 3), (3, 4), (3, 5)])
def test_every_subset_of_t_opens_and_every_smaller_one_fails(threshold: int, members: int) -> None:
    """Acceptance 6, over all subsets."""
    supervisors = generated(threshold, members)
    header, watched = sealed_to(supervisors)
    wrap = wrap_for(CONTENT_KEY, header.hash(), watched)
    opening = Opening(GENESIS_HASH, CASE, ASSET, wrap, inspector_key_of(INSPECTOR))
    made = {
        index: make_audit_share(opening, share)
        for index, share in enumerate(supervisors.shares, start=1)
    }
    for some in combinations(made, threshold):
        shares = {index: made[index] for index in some}
        assert content_key(header, opening, shares, supervisors) == CONTENT_KEY
    for count in range(1, threshold):
        for some in combinations(made, count):
            shares = {index: made[index] for index in some}
            with pytest.raises(Refused) as caught:
                content_key(header, opening, shares, supervisors)
            assert caught.value.refusal.code is Code.BAD_WRAP


def test_the_inspector_is_told_who_was_given_another_key() -> None:
    """A wrong wrap does not stop an inspector: it is what the inspector came for."""
    supervisors = generated(2, 3)
    header, watched = sealed_to(supervisors)
    hashed = header.hash()
    wraps = {item: wrap_for(CONTENT_KEY, hashed, item) for item in (*RECIPIENTS, watched)}
    assert differing_wraps(header, CONTENT_KEY, wraps) == ()
    wraps[RECIPIENTS[1]] = wrap_for(b"\x09" * 32, hashed, RECIPIENTS[1])
    assert differing_wraps(header, CONTENT_KEY, wraps) == (RECIPIENTS[1],)
    del wraps[RECIPIENTS[1]]
    assert differing_wraps(header, CONTENT_KEY, wraps) == ()
