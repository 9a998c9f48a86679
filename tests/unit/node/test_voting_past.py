"""When a validator without its votes may sign again."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.quorum import quorum
from node.voting_past import HEIGHT_MAX, Past, VotingPast

KEYS = [bytes([index]) * 33 for index in range(7)]


def test_known_past_signs_at_once() -> None:
    """A vote store that holds votes speaks for itself, whatever peers show."""
    past = VotingPast(Past.KNOWN, KEYS[0])
    past.show(KEYS[1], 1_000, KEYS[:4])
    assert past.silent_up_to == 0


def test_founding_waits_for_company() -> None:
    """At the beginning a validator signs when it and those at height 0 make a quorum."""
    past = VotingPast(Past.FOUNDING, KEYS[0])
    past.show(KEYS[1], 0, KEYS[:4])
    assert past.silent_up_to == HEIGHT_MAX
    past.show(KEYS[1], 0, KEYS[:4])
    assert past.silent_up_to == HEIGHT_MAX, "one validator counts once"
    past.show(KEYS[2], 0, KEYS[:4])
    assert past.silent_up_to == 0
    assert past.past is Past.KNOWN


def test_single_validator_founds_alone() -> None:
    """A development chain of one has nobody to wait for."""
    past = VotingPast(Past.FOUNDING, KEYS[0])
    past.settle(KEYS[:1])
    assert past.silent_up_to == 0


def test_founding_gives_way_to_a_proof() -> None:
    """One proven block shows that the chain is older than the store: the past is lost."""
    past = VotingPast(Past.FOUNDING, KEYS[0])
    past.show(KEYS[1], 0, KEYS[:4])
    past.show(KEYS[2], 5, KEYS[:4])
    assert past.past is Past.LOST
    assert past.silent_up_to == HEIGHT_MAX
    past.show(KEYS[3], 4, KEYS[:4])
    assert past.silent_up_to == 7


def test_fetched_block_ends_founding() -> None:
    """A block that came while this node was silent was made by others."""
    past = VotingPast(Past.FOUNDING, KEYS[0])
    past.see_block()
    assert past.past is Past.LOST


def test_own_key_and_strangers_do_not_count() -> None:
    """Neither this node's own key nor one outside the set answers for another validator."""
    past = VotingPast(Past.LOST, KEYS[0])
    for key in (KEYS[0], KEYS[5], KEYS[6]):
        past.show(key, 9, KEYS[:4])
    assert not past.is_settled


def test_operator_may_shorten_a_loss_but_nothing_else() -> None:
    """The word of the operator counts where the past is lost, and only there."""
    lost = VotingPast(Past.LOST, KEYS[0])
    lost.trust_operator(12)
    assert lost.silent_up_to == 11
    founding = VotingPast(Past.FOUNDING, KEYS[0])
    founding.trust_operator(12)
    assert founding.silent_up_to == HEIGHT_MAX


@given(st.integers(4, 7), st.data())
def test_silence_covers_every_height_that_may_be_signed(n: int, data: st.DataObject) -> None:
    """However the answers come, nothing is signed that this key may have signed before.

    The key signed at `signed`, so a quorum had `signed - 2` durable; the rest may be anywhere.
    """
    keys = KEYS[:n]
    signed = data.draw(st.integers(1, 50))
    durable = max(signed - 2, 0)
    others = data.draw(st.permutations(range(1, n)))
    in_quorum = data.draw(st.permutations(range(n)))[: quorum(n)]
    past = VotingPast(Past.LOST, keys[0])
    for index in others:
        low = durable if index in in_quorum else 0
        past.show(keys[index], data.draw(st.integers(low, max(low, signed))), keys)
        if past.is_settled:
            break
    if past.is_settled:
        assert past.silent_up_to >= signed
