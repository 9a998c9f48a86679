"""JSON-RPC, WebSocket streams, metrics and health of one node."""
