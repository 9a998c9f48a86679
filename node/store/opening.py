"""Opening the engine that the configuration names."""

from importlib import import_module
from pathlib import Path

from node.store.engine import KeyValueEngine

# Imported only when asked for: plyvel has no package for every interpreter.
_ENGINES = {
    "leveldb": ("node.store.leveldb", "LevelDBEngine"),
    "lmdb": ("node.store.lmdb", "LMDBEngine"),
}


def open_engine(name: str, path: Path) -> KeyValueEngine:
    """Open or make the store of an engine (`leveldb` or `lmdb`) in a folder; raise StoreFailure."""
    module, engine = _ENGINES[name]
    opened: KeyValueEngine = getattr(import_module(module), engine)(path)
    return opened
