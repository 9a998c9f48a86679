"""Named situations in which other systems have stood still, lost time or forked."""

from dataclasses import replace

import pytest

from ledger.vote import VoteKind
from tests.simulation.configuration import (
    Configuration,
    Crash,
    Filter,
    Partition,
    Trigger,
    TriggerKind,
)
from tests.simulation.world import Outcome, World

MINUTE_MS = 60_000

QUIET = Configuration(
    seed=1,
    size=4,
    byzantine=(),
    dead=(),
    heal_ms=20_000,
    loss_percent=0,
    duplicate_percent=0,
    delay_min_ms=1,
    delay_mean_ms=3,
    fsync_max_ms=2,
    work_max_ms=5,
    interval_ms=200,
    idle_percent=0,
    connect_percent=100,
    partitions=(),
    crashes=(),
    triggers=(),
    filters=(),
    dead_links=(),
    real_signatures=False,
)
"""A healthy LAN under steady load: what the scenarios disturb."""


def play(configuration: Configuration) -> tuple[World, Outcome]:
    """Run a scenario that must not violate anything."""
    world = World(configuration)
    outcome = world.run()
    assert outcome.violation is None, f"{outcome.violation}\n{configuration.explained()}"
    return world, outcome


def test_a_healthy_net_decides_every_height_in_view_0() -> None:
    """No faults: no view change, and a block in every interval."""
    world, outcome = play(QUIET)
    assert "view change" not in outcome.met
    assert min(world.heights_at_healing) > 20_000 // (200 + 60)


def test_a_dead_primary_costs_one_timeout_and_is_then_skipped() -> None:
    """With one of four dead for ever, only the first turn of the dead one is lost in a period."""
    world, outcome = play(replace(QUIET, crashes=(Crash(0, 2, MINUTE_MS),)))
    assert outcome.met["decision above view 0"] <= 3 * 2
    assert max(world.heights_at_healing) > 50


def test_half_against_half_freezes_and_thaws_within_a_second() -> None:
    """2 | 2 for five minutes: no decision, at most one view up, then blocks at once."""
    split = Partition(2_000, 5 * MINUTE_MS, (0, 1), one_way=False)
    world, outcome = play(replace(QUIET, partitions=(split,), heal_ms=5 * MINUTE_MS))
    assert max(world.heights_at_healing) < 12
    assert outcome.views_max <= 1
    assert outcome.recovery_ms < 1_000


@pytest.mark.parametrize("source", range(4))
def test_a_link_that_is_dead_in_one_direction_stops_nobody(source: int) -> None:
    """Everything of one node to one other is lost; relays bring it, and all nodes keep pace."""
    world, _ = play(replace(QUIET, dead_links=((source, (source + 1) % 4),)))
    heights = world.heights_at_healing
    assert min(heights) > 40
    assert max(heights) - min(heights) <= 2


def test_a_node_that_only_hears_keeps_pace() -> None:
    """Nothing of node 3 gets out for the whole run: the others decide, and so does it."""
    mute = Partition(0, 20_000, (3,), one_way=True)
    world, _ = play(replace(QUIET, partitions=(mute,)))
    assert min(world.heights_at_healing) > 40


def test_an_isolated_node_catches_up_by_certificates() -> None:
    """Away for 15 s, it is back at the tip soon after, and never disturbed the views."""
    away = Partition(1_000, 16_000, (1,), one_way=False)
    world, outcome = play(replace(QUIET, partitions=(away,)))
    assert max(world.heights_at_healing) - min(world.heights_at_healing) <= 2
    assert outcome.views_max <= 1


def test_more_than_f_down_and_back_needs_no_person() -> None:
    """Two of four are down for a minute: nothing is decided, and everything at once after that."""
    down = (Crash(2_000, 0, MINUTE_MS), Crash(2_000, 1, MINUTE_MS))
    world, outcome = play(replace(QUIET, crashes=down, heal_ms=MINUTE_MS))
    assert max(world.heights_at_healing) < 12
    assert outcome.views_max <= 1
    assert outcome.recovery_ms < 1_500


@pytest.mark.parametrize("kind", [TriggerKind.ISOLATE_DECIDER, TriggerKind.CRASH_ALL_AT_DECISION])
@pytest.mark.parametrize("seed", range(5))
def test_the_first_decision_survives_a_crash_of_all_others(kind: TriggerKind, seed: int) -> None:
    """One node alone knows that a block is final: after the restart the others decide the same."""
    strike = (Trigger(kind, 3, 500),)
    world, outcome = play(replace(QUIET, seed=seed, triggers=strike, heal_ms=6_000))
    assert outcome.met["crash"] >= 3
    hashes = {tuple(block.block_hash for block in node.chain.blocks[:3]) for node in world.nodes}
    assert len(hashes) == 1


def test_lost_commits_of_one_view_are_made_good_by_the_next() -> None:
    """All are locked and nobody sees a quorum: the next view proposes the same block again."""
    lost = Filter(VoteKind.COMMIT, height=2, view=0, spared=9)
    world, outcome = play(replace(QUIET, filters=(lost,), heal_ms=8_000))
    assert outcome.views_max == 1
    assert world.nodes[0].chain.blocks[1].certificate.view == 1


def test_an_idle_chain_spins_nothing() -> None:
    """Ten minutes without work: no block, no view change; then a transaction is decided at once."""
    world, outcome = play(replace(QUIET, idle_percent=100, heal_ms=10 * MINUTE_MS))
    assert max(world.heights_at_healing) == 0
    assert "view change" not in outcome.met
    assert outcome.recovery_ms < 500
