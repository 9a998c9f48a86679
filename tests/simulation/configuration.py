"""What one seed means: an explicit, printable configuration of a cluster and its misfortunes."""

from dataclasses import dataclass, fields
from enum import Enum, unique
from random import Random

from ledger.quorum import faults
from ledger.vote import VoteKind
from tests.simulation.randomness import stream

REAL_SIGNATURES_EVERY = 100
"""One seed in this many runs with Ed25519 instead of keyed hashes."""


@unique
class TriggerKind(Enum):
    """Faults that strike at the worst moment of the protocol instead of at a random time."""

    ISOLATE_DECIDER = "when the first node decides: isolate it and crash all others"
    CRASH_ALL_AT_DECISION = "when the first node decides: crash every node, itself included"
    CRASH_BEFORE_SEND = "when a commit became durable: crash before it is sent"
    CRASH_WHILE_SENDING = "when a primary sends its proposal: crash after some peers"
    CRASH_AFTER_VIEW_CHANGE = "when a view-change was sent: crash"


@dataclass(frozen=True, slots=True)
class Trigger:
    """A fault bound to a state of the protocol; strikes once, at `height` or later."""

    kind: TriggerKind
    height: int
    down_ms: int


@dataclass(frozen=True, slots=True)
class Partition:
    """Cuts all links from `side` to the rest, and back unless one-way, for a time."""

    start_ms: int
    end_ms: int
    side: tuple[int, ...]
    one_way: bool

    def cuts(self, source: int, target: int, now_ms: int) -> bool:
        """Say whether a message between two nodes is lost to this partition."""
        if not self.start_ms <= now_ms < self.end_ms:
            return False
        out = source in self.side and target not in self.side
        back = target in self.side and source not in self.side
        return out or (back and not self.one_way)


@dataclass(frozen=True, slots=True)
class Crash:
    """Stops a node; its unsynced writes are lost from a random place on."""

    at_ms: int
    node: int
    down_ms: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Loses the votes of one kind, height and view, except those to one node."""

    kind: VoteKind
    height: int
    view: int
    spared: int


@dataclass(frozen=True, slots=True)
class Configuration:
    """A cluster and its faults up to `heal_ms`, when all end but `byzantine` and `dead`."""

    seed: int
    size: int
    byzantine: tuple[int, ...]
    dead: tuple[int, ...]
    """Correct nodes that stop for good when the faults end."""
    heal_ms: int
    loss_percent: int
    duplicate_percent: int
    delay_min_ms: int
    delay_mean_ms: int
    fsync_max_ms: int
    work_max_ms: int
    """Longest time that building, checking or committing a block takes."""
    interval_ms: int
    """Minimum block interval."""
    idle_percent: int
    """How much of the time a node's mempool is empty."""
    connect_percent: int
    """How often a healed link is noticed by the nodes at once."""
    partitions: tuple[Partition, ...]
    crashes: tuple[Crash, ...]
    triggers: tuple[Trigger, ...]
    filters: tuple[Filter, ...]
    dead_links: tuple[tuple[int, int], ...]
    """(source, target) of links that carry nothing until the faults end."""
    real_signatures: bool

    def explained(self) -> str:
        """Return the configuration, one field on each line."""
        rows = [f"  {field.name} = {getattr(self, field.name)}" for field in fields(self)]
        return "\n".join(rows)


def expand(seed: int, sizes: tuple[int, ...] = (4, 5, 6, 7)) -> Configuration:
    """Return the configuration of a seed. Each class of faults is switched on by itself."""
    size = stream(seed, "size").choice(sizes)
    faulty = stream(seed, "faulty")
    budget = faulty.choice((0, faults(size), faults(size)))
    members = faulty.sample(range(size), budget)
    twins = faulty.choice((0, budget // 2, budget, budget))
    network, disk, load = stream(seed, "network"), stream(seed, "disk"), stream(seed, "load")
    heal_ms = stream(seed, "heal").randint(4_000, 14_000)
    return Configuration(
        seed=seed,
        size=size,
        byzantine=tuple(sorted(members[:twins])),
        dead=tuple(sorted(members[twins:])),
        heal_ms=heal_ms,
        loss_percent=network.choice((0, 0, 2, 10, 30)),
        duplicate_percent=network.choice((0, 5, 30)),
        delay_min_ms=network.choice((0, 1, 20)),
        delay_mean_ms=network.choice((2, 10, 40, 150)),
        fsync_max_ms=disk.choice((0, 2, 20, 120)),
        work_max_ms=load.choice((1, 10, 60)),
        interval_ms=load.choice((100, 250, 500)),
        idle_percent=load.choice((0, 0, 50, 90)),
        connect_percent=network.choice((0, 50, 100)),
        partitions=_partitions(stream(seed, "partitions"), size, heal_ms),
        crashes=_crashes(stream(seed, "crashes"), size, heal_ms),
        triggers=_triggers(stream(seed, "triggers")),
        filters=_filters(stream(seed, "filters"), size),
        dead_links=_dead_links(stream(seed, "links"), size),
        real_signatures=seed % REAL_SIGNATURES_EVERY == REAL_SIGNATURES_EVERY - 1,
    )


def _partitions(random: Random, size: int, heal_ms: int) -> tuple[Partition, ...]:
    found = []
    for _ in range(random.choice((0, 1, 2, 4))):
        start = random.randrange(heal_ms)
        side = random.sample(range(size), random.randint(1, size // 2))
        length = random.choice((200, 1_000, 4_000))
        one_way = random.random() < 0.4
        found.append(Partition(start, min(start + length, heal_ms), tuple(sorted(side)), one_way))
    return tuple(found)


def _crashes(random: Random, size: int, heal_ms: int) -> tuple[Crash, ...]:
    return tuple(
        Crash(random.randrange(heal_ms), random.randrange(size), random.choice((50, 400, 3_000)))
        for _ in range(random.choice((0, 1, 3, 6)))
    )


def _triggers(random: Random) -> tuple[Trigger, ...]:
    return tuple(
        Trigger(
            random.choice(list(TriggerKind)), random.randint(1, 6), random.choice((20, 300, 2_000))
        )
        for _ in range(random.choice((0, 1, 2)))
    )


def _filters(random: Random, size: int) -> tuple[Filter, ...]:
    kinds = (VoteKind.PREPARE, VoteKind.COMMIT, VoteKind.COMMIT)
    return tuple(
        Filter(
            random.choice(kinds), random.randint(1, 4), random.randrange(2), random.randrange(size)
        )
        for _ in range(random.choice((0, 1, 3)))
    )


def _dead_links(random: Random, size: int) -> tuple[tuple[int, int], ...]:
    pairs = [(source, target) for source in range(size) for target in range(size)]
    return tuple(random.sample(pairs, random.choice((0, 0, 1, 3))))
