"""Failures of the store; all end the process with a message for its operator.

NodeFailure
└── StoreFailure             the store cannot be used
    ├── StoreDamaged         a record is missing, altered or contradicts another one
    ├── StoreForeign         the store belongs to another chain or to another layout
    ├── StoreLocked          another process has the store open
    └── StoreNotWritten      a batch could not be made durable; nothing may be built on it
"""

from pathlib import Path

from node.errors import NodeFailure


class StoreFailure(NodeFailure):
    """Base of the failures of the store."""


class StoreDamaged(StoreFailure):
    """A record is missing, altered or contradicts another one; the node stops at once."""

    def __init__(self, record: str, reason: str) -> None:
        super().__init__(
            f"the store is damaged: {record} {reason}",
            "Keep the data folder for inspection, then restore a backup, or start with an empty one"
            " and let the node fetch the chain from its peers.",
        )
        self.record = record
        self.reason = reason


class StoreForeign(StoreFailure):
    """The store holds another chain, or was written in a layout that this program does not know."""

    def __init__(self, what: str) -> None:
        super().__init__(
            what, "Check that config.toml and genesis.qc of this home belong to its data folder."
        )


class StoreLocked(StoreFailure):
    """Another process has the store open."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is open in another process", "Stop that process; one store serves one node."
        )
        self.path = path


class StoreNotWritten(StoreFailure):
    """The disk refused a write or a sync. A retry would trust pages that the kernel has dropped."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"the store cannot be written: {problem}",
            "Mend the disk (space, permissions, hardware), then start again.",
        )
        self.problem = problem
