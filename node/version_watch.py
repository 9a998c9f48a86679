"""Says in time that the chain is to follow a protocol version that this software does not know."""

import logging

from chaincode.versions import decided_version
from ledger.block import Block
from node.chain import Chain, Committed
from node.metrics import Metrics

_log = logging.getLogger(__name__)


class VersionWatch:
    """Compares what governance decided with what this software knows."""

    def __init__(self, chain: Chain, known: int, metrics: Metrics) -> None:
        self._chain = chain
        self._known = known
        self._metrics = metrics
        self._told: tuple[int, int] | None = None
        self._look()

    def committed(self, _block: Block, _committed: Committed) -> None:
        """Look at what the newest block decided."""
        self._look()

    @property
    def stops_at_height(self) -> int | None:
        """The first height whose rules this software does not know, None where none is decided."""
        version, height = decided_version(self._chain.state)
        return height if version > self._known else None

    def _look(self) -> None:
        version, height = decided = decided_version(self._chain.state)
        is_unknown = version > self._known
        self._metrics.chain.stops_at_height.set(self.stops_at_height or 0)
        if is_unknown and decided != self._told:
            self._told = decided
            fields = {"version": version, "height": height, "known": self._known}
            _log.warning(
                "governance has decided on a protocol version that this software does not know:"
                " install a newer one, or this node stops before that height",
                extra=fields,
            )
