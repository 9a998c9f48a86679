"""Every bound of the RPC server, named. What exceeds one is refused with a code, never queued."""

BODY_SIZE_MAX = 1024 * 1024
"""Bytes of one HTTP body or WebSocket message."""
RESPONSE_SIZE_MAX = 8 * 1024 * 1024
"""Characters of all answers of one batch."""
BATCH_MAX = 50
"""Calls of one batch."""
CALLS_MAX = 256
"""Calls under way in the whole server, waiting ones aside."""
CALLS_AT_ONCE_MAX = 8
"""Calls that run at once; the others under way wait for their account's turn."""
CALLS_PER_ACCOUNT_MAX = 32
"""Calls under way of one organisation or person."""
UNCOUNTED_CALLS_MAX = 128
"""Calls under way of the node's own machine and operator; the rest is kept for accounts."""
ACCOUNTS_MAX = 20_000
"""Accounts whose calls are counted at one time."""
BURST_SECONDS = 2
"""How many seconds' calls an account may save up."""
CHALLENGE_LIFE_MS = 60_000
TOKEN_LIFE_MS = 15 * 60_000
TOKENS_MAX = 20_000
"""Tokens, and answered challenges, that are remembered."""
BACKLOG = 256
"""Sockets that wait to be accepted."""
CONNECTIONS_MAX = 2_048
"""Open sockets that are served; from half of it on, the longest silent are closed."""
FILES_MAX = 8_192
"""File descriptors that the front asks the system for."""
SILENT_CONNECTION_MS = 90_000
"""How long a socket may stay open between requests, or before the first."""
WEBSOCKETS_MAX = 256
"""Open WebSockets."""
WEBSOCKETS_PER_ACCOUNT_MAX = 32
"""Open WebSockets of one organisation or person."""
CALLS_PER_WEBSOCKET_MAX = 16
"""Calls under way on one WebSocket; the next message is read when one ends."""
SUBSCRIPTIONS_PER_WEBSOCKET_MAX = 8
SEND_TIMEOUT_MS = 10_000
"""How long a WebSocket may refuse to take a frame before it is closed as a slow reader."""
SEND_BUFFER_SIZE = 256 * 1024
"""Bytes that wait in the process, and as many in the kernel, before sending pauses."""
CLOSE_TIMEOUT_MS = 3_000
"""How long the other side of a closed WebSocket has to agree before the line is cut."""
READ_TIMEOUT_MS = 15_000
"""How long a client may take to send a request that it has begun."""
KEEPALIVE_MS = 75_000
ROWS_SCANNED_MAX = 1_000
"""State rows that one filtered read looks at."""
BLOCKS_SCANNED_MAX = 50
"""Blocks that one page of events looks at."""
BLOCKS_CACHED_MAX = 16
BLOCK_CACHE_SIZE_MAX = 32 * 1024 * 1024
"""Bytes of blocks and receipts kept at hand; one block is kept whatever its size."""
SUBMISSIONS_REMEMBERED_MAX = 20_000
"""Transactions whose expiry or rejection the server remembers for tx_wait."""
READ_RECORD_SIZE_MAX = 4_096
"""Characters of the parameters that the record of a supervisor's read keeps."""
RETRY_AFTER_MS = 1_000
"""When to try again after a bound was met."""
