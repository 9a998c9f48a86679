"""Every action of a history by name, and how a history is played."""

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from chaincode.delivery.job_records import JOBS, UNDER_WAY
from chaincode.trading.records import FINAL, LINES, LineState
from tests.unit.chaincode import play_computing as computing
from tests.unit.chaincode import play_delivery as delivery
from tests.unit.chaincode import play_market as market
from tests.unit.chaincode import play_money as money
from tests.unit.chaincode import play_watch as watch
from tests.unit.chaincode.city import DAY, HOUR
from tests.unit.chaincode.play import Play, Signed, Step, founded_play
from tests.unit.chaincode.replaying import check_replay

WAITS = (2_000, 2_000, 3_000, 5_000, 20_000, 65_000, HOUR // 2, 2 * DAY)

ACTIONS: dict[str, Callable[[Play, int, int, int], Signed | None]] = {
    "place": delivery.place,
    "advance": delivery.advance,
    "release": delivery.release_anything,
    "misplace": delivery.misplaced,
    "answer": delivery.answer,
    "agree": delivery.agree,
    "close": delivery.close,
    "erase": delivery.erase,
    "carry": delivery.carry,
    "dispute": money.dispute,
    "money": money.money,
    "share": money.share,
    "statement": money.statement,
    "sell": market.sell,
    "renew": market.renew,
    "demand": market.demand,
    "match": market.match,
    "take": market.take,
    "ask": computing.ask,
    "tighten": computing.tighten,
    "case": watch.open_case,
    "freeze": watch.freeze,
    "audit": watch.audit,
    "order": watch.order,
    "comply": watch.comply,
}

# Lawful steps are more frequent than the rest, so that histories get somewhere.
FREQUENT = {
    "advance": 40,
    "place": 6,
    "ask": 3,
    "audit": 3,
    "comply": 8,
    "carry": 2,
    "demand": 4,
    "dispute": 2,
    "freeze": 1,
    "match": 3,
    "order": 3,
    "take": 2,
    "case": 1,
    "wait": 1,
    "release": 1,
}
NAMES = [name for name, count in FREQUENT.items() for _ in range(count)] + list(ACTIONS)


def play_step(play: Play, step: Step) -> None:
    """Try one action, or let time pass."""
    name, a, b, c = step
    if name == "wait":
        play.pass_time(WAITS[a % len(WAITS)])
    else:
        play.try_out(ACTIONS[name](play, a, b, c), b, c)


def play_out(history: Iterable[Step], transactions: int | None = None) -> Play:
    """Play a history to its end, or until so many transactions were tried; check after each block.

    What was played is then played again from its blocks.
    """
    play = founded_play()
    for step in history:
        play_step(play, step)
        if transactions is not None and len(play.outcomes) + len(play.waiting) >= transactions:
            break
    check_ends(play)
    check_replay(play.world)
    return play


def check_ends(play: Play) -> None:
    """I27: time alone, through sweeps, brings every line to its end or to where anyone settles it.

    No history is so long that its sweeps need more than a few blocks.
    """
    for _ in range(3):
        play.pass_time(2 * HOUR)
    states = {line.state for _, line in LINES.scan(play.world.state)}
    assert states <= FINAL | {LineState.ACCEPTED}, "I27: a line waits for ever"
    jobs = {job.status for _, job in JOBS.scan(play.world.state)}
    assert not jobs & UNDER_WAY, "I27: a job waits for ever"


def drawn_steps(seed: int) -> Iterator[Step]:
    """Yield the steps of a seed, without end."""
    draw = random.Random(seed)
    while True:
        name = draw.choice(NAMES)
        yield name, draw.randrange(10_000), draw.randrange(10_000), draw.randrange(10_000)


def drawn_history(seed: int, steps: int) -> list[Step]:
    """Return the first steps of a seed."""
    return list(islice(drawn_steps(seed), steps))
