"""The front: JSON-RPC in a process of its own, and the pipe between it and its node."""
