"""What speaks against a change of validators, judged from what one node sees of the network."""

from dataclasses import replace

import pytest

from apps.cli.validator_checks import LAG_MAX, Network, obstacles
from quancheng.api.chain import ValidatorView
from quancheng.api.state import PeerView

KEYS = [b"\x01" + bytes([number]) * 32 for number in range(8)]
JOINER = KEYS[7]
TIP = 100


def peer(key: bytes, *, validator: int | None, height: int = TIP) -> PeerView:
    return PeerView(key[1:], bytes(32), "", "127.0.0.1:1", height, validator, key)


def network(size: int = 4, connected: int = 3, *peers: PeerView) -> Network:
    """Return what validator 0 sees of a set where the next `connected` ones are connected."""
    views = tuple(ValidatorView(index, KEYS[index], bytes(32), "") for index in range(size))
    links = tuple(peer(KEYS[index], validator=index) for index in range(1, 1 + connected))
    return Network(TIP, views, (*links, *peers), validating=True)


def names(seen: Network, added: bytes | None, removed: bytes | None) -> list[str]:
    return [item.name for item in obstacles(seen, added, removed)]


def test_a_joiner_that_follows_is_welcome() -> None:
    ready = peer(JOINER, validator=None, height=TIP - LAG_MAX)
    assert names(network(4, 3, ready), JOINER, None) == []


def test_an_absent_or_late_joiner_is_not() -> None:
    """Three others and the node asked are the quorum of five: nobody could be missing."""
    assert names(network(), JOINER, None) == ["absent"]
    late = peer(JOINER, validator=None, height=TIP - LAG_MAX - 1)
    assert names(network(4, 3, late), JOINER, None) == ["behind"]


@pytest.mark.parametrize(
    ("size", "connected", "enough"), [(4, 3, True), (4, 2, True), (4, 1, False), (6, 3, True)]
)
def test_the_new_set_can_decide(size: int, connected: int, enough: bool) -> None:
    """4 → 5 needs four, 6 → 7 needs five, the joiner and the node asked among them."""
    seen = network(size, connected, peer(JOINER, validator=None))
    assert (names(seen, JOINER, None) == []) is enough


def test_removing_one_that_answers_may_leave_too_few() -> None:
    """Four decide by three: of five of whom two are dead, only a dead one may go."""
    weak = network(5, 2)
    assert names(weak, None, KEYS[1]) == ["quorum"]
    assert names(network(5, 3), None, KEYS[1]) == []


def test_a_node_that_may_be_the_removed_one_itself_does_not_count_itself() -> None:
    """It does not say which key is its own, so the careful answer is given."""
    assert names(network(5, 2), None, KEYS[4]) == ["quorum"]
    assert names(network(5, 3), None, KEYS[0]) == []


def test_a_node_that_does_not_vote_counts_for_nothing_itself() -> None:
    seen = replace(network(4, 2, peer(JOINER, validator=None)), validating=False)
    assert names(seen, JOINER, None) == ["quorum"]


def test_a_rotation_needs_the_new_node_not_the_old() -> None:
    joiner = peer(JOINER, validator=None)
    assert names(network(4, 2, joiner), JOINER, KEYS[2]) == []
    assert names(network(4, 2), JOINER, KEYS[2]) == ["absent", "quorum"]
