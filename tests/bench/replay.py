"""What the blocks of a real run cost a node: the real business through the one commit path.

    python -m tests.bench.replay HOME [--engine leveldb] [--blocks 200] [--profile]

HOME is the home folder of a stopped node, for instance of a testnet on which a benchmark ran. Its
blocks are checked and committed again by a fresh chain; signatures are verified beforehand and
printed on their own. Microseconds of processor time for each transaction: `check` and `commit` are
the chain's own thread, `engine` is what the engine's threads did meanwhile.
"""

import argparse
import cProfile
import gc
import pstats
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from ledger.block import Block
from ledger.certificate import CommitCertificate
from ledger.genesis import decode_genesis
from ledger.transaction import Transaction, decode_transaction
from node.chain import Chain, ChainOptions
from node.home import Home
from node.store.opening import open_engine
from node.verification import SignatureVerifier

Seconds: TypeAlias = defaultdict[str, float]


def replay(home: Home, engine_name: str, blocks_max: int, profiler: cProfile.Profile | None) -> str:
    """Commit the blocks of a home to a fresh chain; return the figures as text."""
    genesis = decode_genesis(home.genesis.read_bytes())
    verifier = SignatureVerifier()
    options = ChainOptions(verify=verifier.verify)
    source_engine = open_engine(engine_name, home.chain)
    source, _ = Chain.open(source_engine, genesis, options)
    seconds: Seconds = defaultdict(float)
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(engine_name, Path(folder) / "data")
        chain, _ = Chain.open(engine, genesis, options)
        for height in range(1, min(source.tip.height, blocks_max) + 1):
            block, certificate = source.block(height), source.certificate(height)
            decoded = _verified(verifier, block, seconds)
            if profiler is not None:
                profiler.enable()
            _step(chain, decoded, (block, certificate), seconds)
            if profiler is not None:
                profiler.disable()
            count += len(block.transactions)
        assert chain.tip.tree == source.tree_root(chain.tip.height)
        engine.close()
    source_engine.close()
    verifier.close()
    lines = [f"{name:12} {1e6 * total / count:8.1f} us" for name, total in seconds.items()]
    return "\n".join([f"{count:,} transactions", *lines])


def _verified(
    verifier: SignatureVerifier, block: Block, seconds: Seconds
) -> dict[bytes, Transaction]:
    """Return the transactions of a block by tx_hash, as a mempool holds them."""
    started = time.process_time()
    transactions = [decode_transaction(data) for data in block.transactions]
    verifier.verify(transactions)
    seconds["decode, sign"] += time.process_time() - started
    return {transaction.tx_hash: transaction for transaction in transactions}


def _step(
    chain: Chain,
    decoded: Mapping[bytes, Transaction],
    final: tuple[Block, CommitCertificate],
    seconds: Seconds,
) -> None:
    block, certificate = final
    process, start = time.process_time(), time.thread_time()
    chain.check(block, find_decoded=decoded.get)
    checked = time.thread_time()
    chain.commit(block, certificate)
    committed = time.thread_time()
    seconds["check"] += checked - start
    seconds["commit"] += committed - checked
    seconds["engine"] += time.process_time() - process - (committed - start)


def main() -> None:
    """Replay and print; with --profile, where the time goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--engine", default="leveldb", choices=["leveldb", "lmdb"])
    parser.add_argument("--blocks", type=int, default=10**9, help="blocks replayed at most")
    parser.add_argument("--profile", action="store_true", help="print a profile as well")
    chosen = parser.parse_args()
    gc.disable()
    profiler = cProfile.Profile() if chosen.profile else None
    text = replay(Home(chosen.home), chosen.engine, chosen.blocks, profiler)
    if profiler is not None:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(60)
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
