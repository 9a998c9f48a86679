"""Looking at the data of a node that does not run, without changing any of it."""

from dataclasses import dataclass

from ledger.genesis import Genesis
from node.chain_view import ChainView
from node.files import SystemDirectory
from node.home import Home
from node.pruning import KEPT_VERSIONS
from node.store import schema
from node.store.engine import KeyValueEngine
from node.store.opening import open_engine
from node.store.records import Tip, decode_tip
from node.store.sealing import SealedReader
from node.tip_verification import verify_tip
from node.vote_format import STORE_ID_SIZE, StoreHead
from node.vote_store import FoundVotes, read_votes
from node.voting import judged_past
from node.voting_past import Past

GROWTH_BLOCKS_MAX = 10_000
"""Blocks back from the tip over which the speed of growth is taken."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How many blocks came in how much time, lately."""

    blocks: int
    milliseconds: int


@dataclass(frozen=True, slots=True)
class StoreFound:
    """What a store holds. Its tip was verified, or StoreDamaged was raised."""

    tip: Tip
    torn: bool
    """Whether a block above the tip was written in part; the next start takes it back."""
    growth: Growth
    votes: FoundVotes | None
    """None for a node without a validator key."""
    past: Past | None


def inspect_data(
    home: Home, engine_name: str, genesis: Genesis, own_key: bytes | None
) -> StoreFound | None:
    """Return what the data of a home hold, None where there are none yet.

    The caller holds the home's lock. Raises StoreFailure and VotesDamaged like a start.
    """
    if not home.chain.exists():
        return None
    engine = open_engine(engine_name, home.chain)
    try:
        return _inspected(home, engine, genesis, own_key)
    finally:
        engine.close()


def _inspected(
    home: Home, engine: KeyValueEngine, genesis: Genesis, own_key: bytes | None
) -> StoreFound | None:
    reader = SealedReader(engine)
    encoded = reader.get(schema.TIP_KEY)
    if encoded is None:
        return None
    view = ChainView(engine, decode_tip(encoded), KEPT_VERSIONS)
    verify_tip(view, genesis)
    torn = reader.get(schema.undo_key(view.tip.height + 1)) is not None
    votes = None if own_key is None else _votes(home, genesis, own_key)
    past = None
    if own_key is not None and votes is not None:
        past = judged_past(votes, view, own_key)
    return StoreFound(view.tip, torn, _growth(view, genesis), votes, past)


def _votes(home: Home, genesis: Genesis, own_key: bytes) -> FoundVotes:
    if not home.votes.exists():
        return FoundVotes((), 0)
    head = StoreHead(genesis.hash(), own_key, bytes(STORE_ID_SIZE))
    return read_votes(SystemDirectory(home.votes), head)


def _growth(view: ChainView, genesis: Genesis) -> Growth:
    tip = view.tip
    first = max(0, tip.height - GROWTH_BLOCKS_MAX)
    first_ms = view.header(first).time_ms if first else genesis.time_ms
    return Growth(tip.height - first, tip.time_ms - first_ms)
