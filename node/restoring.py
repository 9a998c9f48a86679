"""Restoring a backup: into a store of its own first, verified like any other, then in its place."""

import os
import shutil
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from ledger.genesis import Genesis
from ledger.refusal import Refused
from node.chain import Chain
from node.errors import ChainDiverged, NodeFailure
from node.home import Home
from node.snapshot.backup import BackupDamaged, BackupReader
from node.snapshot.building import SnapshotBuilder
from node.snapshot.rows import PIECE_SIZE
from node.snapshot.transfer import taker
from node.store.engine import KeyValueEngine
from node.store.opening import open_engine
from node.store.records import Tip

_UNFINISHED = "chain.restoring"


class NothingToReplace(NodeFailure):
    """The home has a chain already; a restore never overwrites one."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} exists already",
            "Move it away if it is to be replaced by the backup; a restore deletes nothing.",
        )
        self.path = path


@dataclass(frozen=True, slots=True)
class Restored:
    """What a backup gave."""

    tip: Tip
    first_body: int
    transactions: int
    """How many stand in the bodies that are there."""


def restore(home: Home, engine_name: str, genesis: Genesis, backup: Path) -> Restored:
    """Restore a backup into a home that has no chain; the caller holds its lock.

    Votes that lie there are deleted: whose age nobody knows must not be trusted (decision 6).
    """
    if home.chain.exists():
        raise NothingToReplace(home.chain)
    unfinished = home.data / _UNFINISHED
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        restored = restore_into(unfinished, engine_name, genesis, backup)
        shutil.rmtree(home.votes, ignore_errors=True)
        unfinished.rename(home.chain)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    folder = os.open(home.data, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return restored


def restore_into(folder: Path, engine_name: str, genesis: Genesis, backup: Path) -> Restored:
    """Make a store of a backup in an empty folder, and open it as a start would."""
    engine = open_engine(engine_name, folder)
    try:
        _build(engine, genesis, backup)
    finally:
        engine.close()
    engine = open_engine(engine_name, folder)
    try:
        chain, _ = Chain.open(engine, genesis)
        heights = range(chain.first_body, chain.tip.height + 1)
        count = sum(len(chain.block(height).transactions) for height in heights)
        return Restored(chain.tip, chain.first_body, count)
    finally:
        engine.close()


def replay(source_folder: Path, engine_name: str, genesis: Genesis, into: Path) -> Tip:
    """Execute all blocks of a store anew in another folder, and hold the end against it."""
    source_engine, engine = open_engine(engine_name, source_folder), open_engine(engine_name, into)
    try:
        source, _ = Chain.open(source_engine, genesis)
        chain, _ = Chain.open(engine, genesis)
        for height in range(1, source.tip.height + 1):
            chain.commit(source.block(height), source.certificate(height))
        if chain.tip.tree.state_root() != source.tip.tree.state_root():
            raise ChainDiverged(chain.tip.height, chain.tip.block_hash, "another state root")
        return chain.tip
    finally:
        engine.close()
        source_engine.close()


def _build(engine: KeyValueEngine, genesis: Genesis, backup: Path) -> None:
    with backup.open("rb") as file:
        reader = BackupReader(backup, file)
        try:
            builder = SnapshotBuilder(engine, genesis, reader.manifest)
            _take_all(builder, reader)
            builder.finish()
        except Refused as refused:
            raise BackupDamaged(backup, str(refused)) from refused


def _take_all(builder: SnapshotBuilder, reader: BackupReader) -> None:
    for part, rows in groupby(reader.rows(), itemgetter(0)):
        take = taker(builder, part)
        waiting: list[bytes] = []
        size = 0
        for _, row in rows:
            waiting.append(row)
            size += len(row)
            if size >= PIECE_SIZE:
                take(tuple(waiting))
                waiting, size = [], 0
        take(tuple(waiting))
