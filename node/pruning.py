"""Old versions of the world state leave the store, a little with each block, in its batch."""

from node.chain_view import ChainView
from node.store import schema
from node.store.engine import Batch

KEPT_VERSIONS = 1_000
"""Versions of the state that stay provable by default."""
KEPT_VERSIONS_MIN = 2
"""The newest one and the one before it, which the newest header proves."""
PAGES_PRUNED_MAX = 20_000
"""Pages after which a block stops deleting; what is left over waits for the next one."""


class Pruner:
    """Deletes versions in order, oldest first. One for each open store."""

    def __init__(self, view: ChainView) -> None:
        self._view = view
        self._oldest = view.first_stored_version()

    def prune(self, batch: Batch, tip_height: int) -> None:
        """Add to a batch the deletion of what a chain of `tip_height` no longer keeps.

        Cost: as many deletes as some earlier block left pages behind, about 1 µs each.
        """
        budget = PAGES_PRUNED_MAX
        while self._oldest <= tip_height - self._view.kept_versions:
            for key, pages in self._view.stale_pages(self._oldest + 1):
                if budget <= 0:
                    return
                batch.update(dict.fromkeys(map(schema.page_key, pages)))
                batch[key] = None
                budget -= len(pages)
            batch[schema.root_key(self._oldest)] = None
            batch[schema.undo_key(self._oldest + 1)] = None
            self._oldest += 1
