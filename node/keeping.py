"""What an operator does with a node's data, whether the node runs or not."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ledger.refusal import Code, Refused
from node.chain import Chain
from node.chain_view import ChainView
from node.control import Operation, OperationFailed, Request
from node.snapshot.backup import write_backup
from node.snapshot.source import SnapshotSource


@dataclass(frozen=True, slots=True)
class BackupMade:
    """A backup that was written."""

    path: str
    height: int
    first_body: int
    size: int


class Keeping:
    """The operations of a running node. Each works on a snapshot, on a thread of its own."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._is_stopping = False
        self._turn = asyncio.Lock()

    async def close(self) -> None:
        """Break off what is under way, and wait until nothing reads the store any more."""
        self._is_stopping = True
        async with self._turn:
            pass

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations by the names that requests use."""
        return {"backup": self._backup}

    async def _backup(self, request: Request) -> Mapping[str, object]:
        path = Path(str(request.get("path")))
        async with self._turn:
            return asdict(await asyncio.to_thread(self._back_up, path))

    def _back_up(self, path: Path) -> BackupMade:
        with self._chain.snapshot() as view:
            return back_up(view, path, self._go_on)

    def _go_on(self) -> None:
        if self._is_stopping:
            raise OperationFailed("the node is being stopped", "Ask again when it runs.")


def back_up(view: ChainView, path: Path, go_on: Callable[[], None]) -> BackupMade:
    """Write the backup of a stable view into a new file; `go_on` may raise between two pieces."""
    try:
        manifest = write_backup(SnapshotSource(view, all_bodies=True), path, go_on)
    except Refused as refused:
        if refused.refusal.code is not Code.NOT_FOUND:
            raise
        remedy = "Wait for its second block; until then the founding document is all there is."
        raise OperationFailed("the chain is too young for a backup", remedy) from refused
    except FileExistsError as error:
        problem = f"{path} exists already"
        raise OperationFailed(problem, "Name a new file; none is overwritten.") from error
    return BackupMade(
        path=str(path),
        height=manifest.anchor_height,
        first_body=manifest.first_body,
        size=path.stat().st_size,
    )
