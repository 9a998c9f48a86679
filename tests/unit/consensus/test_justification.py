"""R10 and R11, clause by clause: a message that breaks one clause and no other is refused."""

from dataclasses import replace

import pytest

from consensus.justification import justification_refusal, view_change_refusal
from consensus.messages import Justification, PreparedCertificate, PrePrepare
from ledger.refusal import Refusal
from ledger.vote import Prepared
from tests.unit.consensus.bench import HASH, OTHER, OTHER_HASH, Bench

BENCH = Bench()
LOCK = BENCH.prepared(view=1)


def refusal(proposal: PrePrepare) -> Refusal | None:
    """Check a proposal with a verifier that has seen nothing."""
    return justification_refusal(proposal, BENCH.verifier())


def field_of(found: Refusal | None) -> str | None:
    """Return the field of a refusal."""
    return None if found is None else found.field


def justified(justification: Justification | None, view: int = 2) -> PrePrepare:
    """Return a proposal of block one with a given justification."""
    return replace(BENCH.pre_prepare(view), justification=justification)


def test_sound_justifications_hold() -> None:
    """View 0 needs none; a fresh block needs view-changes; a locked one its certificate besides."""
    assert refusal(BENCH.pre_prepare(0)) is None
    assert refusal(BENCH.pre_prepare(2)) is None
    assert refusal(justified(BENCH.justification(2, LOCK))) is None


def test_1_view_0_has_no_justification_and_others_have_one() -> None:
    """A justification in view 0, or none above it, is refused."""
    assert field_of(refusal(justified(None))) == "justification"
    with_one = replace(BENCH.pre_prepare(0), justification=BENCH.justification(0))
    assert field_of(refusal(with_one)) == "justification"


@pytest.mark.parametrize("signers", [(1, 2), (1, 2, 2), (1, 1, 2, 3), (3, 2, 1), ()])
def test_2_a_quorum_of_distinct_signers_in_order(signers: tuple[int, ...]) -> None:
    """Two signers, one counted twice, and a wrong order are refused."""
    claims = tuple(BENCH.claim(signer, 2) for signer in signers)
    assert field_of(refusal(justified(Justification(claims, None)))) == "justification.quorum"


@pytest.mark.parametrize("view", [1, 3])
def test_3_every_view_change_is_for_this_view(view: int) -> None:
    """A view-change for a lower or higher view does not count."""
    claims = (BENCH.claim(1, 2), BENCH.claim(2, 2), BENCH.claim(3, view))
    assert field_of(refusal(justified(Justification(claims, None)))) == "justification.view"


def test_3_every_view_change_is_for_this_height() -> None:
    """A view-change of another height does not count."""
    other = Bench(height=2).claim(3, 2)
    claims = (BENCH.claim(1, 2), BENCH.claim(2, 2), other)
    assert field_of(refusal(justified(Justification(claims, None)))) == "justification.view"


def test_4_a_lock_is_of_a_strictly_lower_view() -> None:
    """A lock of the proposed view itself is refused."""
    found = refusal(justified(BENCH.justification(2, BENCH.prepared(view=2))))
    assert field_of(found) == "justification.prepared"


def test_5_every_signature_is_checked() -> None:
    """One bad signature spoils the justification, even above the quorum."""
    claims = [BENCH.claim(signer, 2) for signer in range(4)]
    claims[3] = replace(claims[3], signature=claims[2].signature)
    found = refusal(justified(Justification(tuple(claims), None)))
    assert field_of(found) == "justification.signature"


def test_5_a_claim_is_bound_by_its_signature() -> None:
    """A lock taken out of a signed view-change breaks its signature."""
    locked = BENCH.justification(2, LOCK)
    stripped = replace(locked.view_changes[0], prepared=None)
    found = refusal(justified(Justification((stripped, *locked.view_changes[1:]), None)))
    assert field_of(found) == "justification.signature"


def test_6_no_certificate_where_no_lock_is_claimed() -> None:
    """A certificate that no view-change speaks of would let a primary choose the block."""
    claims = BENCH.justification(2).view_changes
    found = refusal(justified(Justification(claims, LOCK)))
    assert field_of(found) == "justification.certificate"


def test_7_a_certificate_where_a_lock_is_claimed() -> None:
    """Without it a fresh block could replace a decided one."""
    claims = BENCH.justification(2, LOCK).view_changes
    found = refusal(justified(Justification(claims, None)))
    assert field_of(found) == "justification.certificate"


def test_7_the_highest_lock_counts() -> None:
    """A lock of view 0 does not justify its block beside a lock of view 1 for another."""
    low, high = BENCH.prepared(view=0), BENCH.prepared(view=1, value=OTHER_HASH)
    claims = (BENCH.claim(1, 2, low), BENCH.claim(2, 2, high), BENCH.claim(3, 2))
    assert field_of(refusal(justified(Justification(claims, low)))) == "justification.highest"
    proposal = replace(BENCH.pre_prepare(2, OTHER), justification=Justification(claims, high))
    assert refusal(proposal) is None


def test_7_the_proposed_block_is_the_locked_one() -> None:
    """Another block than the locked one is refused."""
    proposal = BENCH.pre_prepare(2, OTHER, BENCH.justification(2, LOCK))
    assert field_of(refusal(proposal)) == "justification.highest"


@pytest.mark.parametrize(
    "certificate",
    [
        BENCH.prepared(view=1, value=OTHER_HASH),
        replace(BENCH.prepared(view=1), height=2),
    ],
)
def test_8_the_certificate_is_for_this_block_and_height(certificate: PreparedCertificate) -> None:
    """A certificate of another block or height proves nothing here."""
    claims = BENCH.justification(2, LOCK).view_changes
    found = refusal(justified(Justification(claims, certificate)))
    assert field_of(found) == "justification.block"


@pytest.mark.parametrize(
    "certificate",
    [
        BENCH.prepared(view=1, signers=(1, 2)),
        BENCH.prepared(view=1, signers=(1, 2, 2)),
        BENCH.prepared(view=1, signers=(3, 2, 1)),
        replace(BENCH.prepared(view=0), view=1),
    ],
)
def test_8_the_certificate_is_valid(certificate: PreparedCertificate) -> None:
    """Too few, repeated or unordered signers and prepares of another view are refused."""
    claims = BENCH.justification(2, LOCK).view_changes
    found = refusal(justified(Justification(claims, certificate)))
    assert found is not None
    assert found.field.startswith("certificate.")


def test_8_commits_do_not_pass_as_prepares() -> None:
    """One tag for each kind of vote keeps the phases apart."""
    certificate = BENCH.certificate(view=1)
    disguised = PreparedCertificate(1, 1, HASH, certificate.signatures)
    claims = BENCH.justification(2, LOCK).view_changes
    found = refusal(justified(Justification(claims, disguised)))
    assert field_of(found) == "certificate.signatures[1]"


def test_view_change_clauses() -> None:
    """R11: each clause refuses by itself, and a sound view-change passes."""
    verifier = BENCH.verifier()
    sound = BENCH.view_change(1, 2, LOCK)
    assert view_change_refusal(sound, verifier) is None
    assert view_change_refusal(BENCH.view_change(1, 2), verifier) is None
    broken = {
        "view_change.view": BENCH.view_change(1, 0),
        "view_change.certificate": replace(sound, certificate=None),
        "view_change.signature": replace(sound, vote=replace(sound.vote, signer=2)),
        "certificate.count": BENCH.view_change(1, 2, BENCH.prepared(view=1, signers=(1, 2))),
    }
    for field, message in broken.items():
        assert field_of(view_change_refusal(message, verifier)) == field
    unclaimed = replace(BENCH.view_change(1, 2), certificate=LOCK)
    assert field_of(view_change_refusal(unclaimed, verifier)) == "view_change.certificate"


@pytest.mark.parametrize(
    "prepared", [Prepared(0, HASH), Prepared(1, OTHER_HASH), Prepared(2, HASH)]
)
def test_view_change_claim_matches_its_certificate(prepared: Prepared) -> None:
    """R11.3: the claimed lock is the one that the certificate proves, of a lower view."""
    message = BENCH.view_change(1, 2, LOCK)
    altered = replace(message, vote=replace(message.vote, prepared=prepared))
    found = view_change_refusal(altered, BENCH.verifier())
    assert field_of(found) == "view_change.prepared"


def test_view_change_lock_of_its_own_view_is_refused() -> None:
    """R11.3: prepared_view must be strictly lower than the view that is asked for."""
    message = BENCH.view_change(1, 1, LOCK)
    assert field_of(view_change_refusal(message, BENCH.verifier())) == "view_change.prepared"
