"""What the way of a transaction through the chain costs, by stage, on the engine of a real node.

    python -m tests.bench.chain_path [--engine leveldb] [--size 1000] [--blocks 5] [--keys 100000]

Prints microseconds of one core for each transaction: decoding and the door, the mempool, building,
checking, committing. Signatures are verified beforehand, as in a node, and printed on their own.
The load is the binding of pseudonyms: one signature, a few reads, one new record.
"""

import argparse
import cProfile
import gc
import pstats
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ledger.genesis import Genesis, Parameter
from ledger.transaction import Transaction, decode_transaction
from node.chain import ChainOptions
from node.mempool import Mempool
from node.store.opening import open_engine
from node.verification import SignatureVerifier
from tests.unit.node.chain_world import World, genesis_with

T = TypeVar("T")


class Stages:
    """Adds up the processor time of named stages, worker threads included."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def timed(self, name: str, work: Callable[[], T]) -> T:
        """Run a stage and note how long it took."""
        started = time.process_time()
        result = work()
        self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - started
        return result


@dataclass(frozen=True, slots=True)
class Load:
    """How much is measured: transactions of a block, blocks, and records there were before."""

    engine: str = "leveldb"
    size: int = 1_000
    blocks: int = 5
    keys: int = 20_000


def measure(load: Load, profiler: cProfile.Profile | None = None) -> dict[str, float]:
    """Return the microseconds of each stage for one transaction."""
    verifier = SignatureVerifier()
    stages = Stages()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(load.engine, Path(folder) / "data")
        world = World(_roomy_genesis(), engine, ChainOptions(verify=verifier.verify))
        for first in range(0, load.keys, load.size):
            world.grow(*(world.binding(first + number) for number in range(load.size)))
        for block in range(load.blocks):
            first = load.keys + block * load.size
            data = [world.binding(first + number).data for number in range(load.size)]
            if profiler is not None:
                profiler.enable()
            _one_block(world, data, verifier, stages)
            if profiler is not None:
                profiler.disable()
        engine.close()
    verifier.close()
    count = load.size * load.blocks
    return {name: 1e6 * total / count for name, total in stages.seconds.items()}


def _one_block(
    world: World, data: Sequence[bytes], verifier: SignatureVerifier, stages: Stages
) -> None:
    chain, time_ms = world.chain, world.next_ms
    mempool = Mempool(chain.door.charge_of)

    def let_in() -> list[Transaction]:
        door = chain.door
        transactions = [decode_transaction(item) for item in data]
        assert not any(door.refuse(transaction, time_ms) for transaction in transactions)
        return transactions

    transactions = stages.timed("decode, door", let_in)
    stages.timed("signatures", lambda: verifier.verify(transactions))
    stages.timed("mempool add", lambda: mempool.add(transactions))
    taken = stages.timed("mempool take", lambda: mempool.take(chain.facts.limits))
    built = stages.timed("build", lambda: chain.build(taken, time_ms=time_ms, proposer=0))
    assert len(built.block.transactions) == len(data)
    stages.timed("check", lambda: chain.check(built.block))
    certificate = world.certified(built.block)
    committed = stages.timed("commit", lambda: chain.commit(built.block, certificate))
    hashes = [transaction.tx_hash for transaction in committed.transactions]
    stages.timed("mempool remove", lambda: mempool.remove(hashes))


def _roomy_genesis() -> Genesis:
    return genesis_with(
        Parameter("block_size_max", 4 << 20, 128 << 10, 4 << 20),
        Parameter("block_transactions_max", 5_000, 1, 5_000),
        Parameter("organisation_transactions_max", 5_000, 1, 5_000),
    )


def main() -> None:
    """Measure and print; with --profile, where the time of a commit goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default="leveldb", choices=["leveldb", "lmdb"])
    parser.add_argument("--size", type=int, default=1_000, help="transactions of a block")
    parser.add_argument("--blocks", type=int, default=5, help="blocks measured")
    parser.add_argument("--keys", type=int, default=20_000, help="records before measuring")
    parser.add_argument("--profile", action="store_true", help="print a profile instead")
    chosen = parser.parse_args()
    gc.disable()
    profiler = cProfile.Profile() if chosen.profile else None
    load = Load(chosen.engine, chosen.size, chosen.blocks, chosen.keys)
    stages = measure(load, profiler)
    if profiler is not None:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(35)
    lines = [f"{name:15} {microseconds:8.1f} us" for name, microseconds in stages.items()]
    lines.append(f"{'sum':15} {sum(stages.values()):8.1f} us for each transaction")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
