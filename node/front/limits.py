"""Every bound of the pipe between node and front, named."""

from node.rpc.limits import BODY_SIZE_MAX

REQUEST_SIZE_MAX = BODY_SIZE_MAX
"""Bytes of a frame to the node: what one JSON body can hold, whose bytes are hexadecimal there."""
ANSWER_SIZE_MAX = 64 * 1024 * 1024
"""Bytes of a frame to the front: a full block with all its receipts."""
CALLS_MAX = 64
"""Calls under way in the node; the next frame is read when one ends."""
READS_MAX = 2
"""Heavy reads under way in the node, each on a worker thread and in memory until it is sent."""
READS_WAITING_MAX = 16
"""Heavy reads that the front hands to the node at once; others wait in the front."""
CALL_TIMEOUT_MS = 10_000
"""How long the front waits for an answer: the time budget of a query."""
METRICS_KEPT_MS = 1_000
"""How long an answer with all metrics serves those who ask again."""
RESTART_PAUSE_MS = 100
"""Before a front that ended is started again; doubles up to the bound."""
RESTART_PAUSE_MAX_MS = 10_000
SETTLED_MS = 60_000
"""A front that lived this long is restarted at once."""
STOP_TIMEOUT_MS = 5_000
"""How long a front may take to say goodbye to its clients before it is killed."""
NICENESS = 5
"""How far the front stands back behind its node when both want the processor."""
