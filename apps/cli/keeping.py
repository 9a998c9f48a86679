"""`quancheng node backup` and `restore`, of a running node or of a stopped one."""

import shutil
import tempfile
import time
from pathlib import Path

from apps.cli.output import console, show_pairs
from apps.cli.say import say
from node.chain_view import ChainView
from node.control import ask_node
from node.errors import HomeLocked
from node.home import Home
from node.identity import Identity, load_identity
from node.keeping import BackupMade, back_up
from node.lock import HomeLock
from node.pruning import KEPT_VERSIONS
from node.restoring import Restored, replay, restore, restore_into
from node.signing import load_public_key
from node.store import schema
from node.store.opening import open_engine
from node.store.records import decode_tip
from node.store.sealing import SealedReader


def show_backup(home: Home, out: Path) -> None:
    """Back up a node into a new file and say what is in it."""
    made = _running_backup(home, out.resolve())
    show_pairs(
        [
            (say("column.height"), str(made.height)),
            (say("backup.first_body"), str(made.first_body)),
            (say("backup.size"), f"{made.size:,}"),
        ]
    )
    console().print(say("backup.done", path=made.path))


def show_restore(home: Home, backup: Path) -> None:
    """Restore a backup into a home without a chain."""
    identity = _identity(home)
    lock = HomeLock(home)
    try:
        engine = identity.config.storage.engine
        _show_restored(restore(home, engine, identity.genesis, backup))
    finally:
        lock.release()
    console().print(say("restore.done", home=home.root))


def show_drill(home: Home, backup: Path, *, replays: bool) -> None:
    """Prove that a backup restores, in a folder of its own; the home is only read."""
    identity = _identity(home)
    engine = identity.config.storage.engine
    scratch = Path(tempfile.mkdtemp(prefix="restore-drill-", dir=backup.resolve().parent))
    started = time.monotonic()
    try:
        restored = restore_into(scratch / "chain", engine, identity.genesis, backup)
        _show_restored(restored)
        if replays and restored.first_body == 1:
            replay(scratch / "chain", engine, identity.genesis, scratch / "replayed")
            console().print(say("restore.replayed", height=restored.tip.height))
        elif replays:
            console().print(say("restore.no_replay", first_body=restored.first_body))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    console().print(say("restore.drill_done", seconds=f"{time.monotonic() - started:.1f}"))


def _running_backup(home: Home, out: Path) -> BackupMade:
    try:
        lock = HomeLock(home)
    except HomeLocked:
        return BackupMade(**ask_node(home.data, {"operation": "backup", "path": str(out)}))
    try:
        return _stopped_backup(_identity(home), out)
    finally:
        lock.release()


def _stopped_backup(identity: Identity, out: Path) -> BackupMade:
    engine = open_engine(identity.config.storage.engine, identity.home.chain)
    try:
        tip = decode_tip(SealedReader(engine).require(schema.TIP_KEY))
        return back_up(ChainView(engine, tip, KEPT_VERSIONS), out, lambda: None)
    finally:
        engine.close()


def _identity(home: Home) -> Identity:
    return load_identity(home, time.time_ns() // 1_000_000, load_public_key)


def _show_restored(restored: Restored) -> None:
    tip = restored.tip
    show_pairs(
        [
            (say("column.height"), str(tip.height)),
            (say("column.block"), tip.block_hash.hex()),
            (say("column.state"), tip.tree.state_root().hex()),
            (say("backup.first_body"), str(restored.first_body)),
            (say("restore.transactions"), f"{restored.transactions:,}"),
        ]
    )
