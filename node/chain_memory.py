"""What a chain remembers between blocks: records of the world state, and pages of its tree."""

from collections.abc import Mapping

from chaincode.execution import BlockExecution
from chaincode.state_memory import RecentlyUsed, StateMemory
from node.chain_view import ChainView

PAGES_MAX = 16_384
"""Pages of a generation. Two generations take at most some 30 MiB."""


class ChainMemory:
    """The state and the tree after the tip. One thread executes blocks on it and tells of them."""

    def __init__(self, view: ChainView) -> None:
        self.state = StateMemory(view.state)
        self._view = view
        self._pages: RecentlyUsed[bytes] = RecentlyUsed(PAGES_MAX)

    def read_page(self, tree_key: bytes) -> bytes | None:
        """Return a page of the state tree by its page key; a page never changes under its key."""
        page = self._pages.find(tree_key)
        if page is None:
            page = self._view.read_page(tree_key)
            if page is not None:
                self._pages.put(tree_key, page)
        return page

    def adopt(self, execution: BlockExecution, pages: Mapping[bytes, bytes]) -> None:
        """Follow a block that became durable."""
        self.state.adopt(execution.changes, execution.records)
        for tree_key, page in pages.items():
            self._pages.put(tree_key, page)
