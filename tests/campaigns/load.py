"""Writers that hand transactions to whichever node answers, and keep what was said to be final."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.e2e.cluster import Cluster, RunningNode, Unreachable

WRITERS = 3
BATCH = 4
WAIT_MS = 8_000
PAUSE_S = 0.1


@dataclass
class Load:
    """What was offered, and what a node acknowledged as final, by id."""

    cluster: Cluster
    offered: int = 0
    acknowledged: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    def write(self, seed: int) -> None:
        """Write until it is over; a node that is down costs a pause."""
        choice = random.Random(seed)
        while not self._over.is_set():
            try:
                self._write_batch(choice.choice(self.cluster.nodes))
            except Unreachable:
                time.sleep(PAUSE_S)

    def stop(self) -> None:
        """Write nothing more."""
        self._over.set()

    def _write_batch(self, node: RunningNode) -> None:
        with self._lock:
            batch = [self.cluster.transaction() for _ in range(BATCH)]
            self.offered += BATCH
        self.cluster.submit_all(node, batch)
        for item in batch:
            tx_id = item.tx_id.hex()
            found = node.call("tx_wait", tx_id=tx_id, timeout_ms=WAIT_MS, proof=False)
            if found["state"].startswith("final"):
                self.acknowledged.add(tx_id)


@contextmanager
def under_load(cluster: Cluster, seed: int = 0) -> Iterator[Load]:
    """Keep writers busy meanwhile."""
    load = Load(cluster)
    writers = [
        threading.Thread(target=load.write, args=(seed * WRITERS + number,))
        for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    try:
        yield load
    finally:
        load.stop()
        for writer in writers:
            writer.join()
