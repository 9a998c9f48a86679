"""One node as a process: host loop, peers, mempool, executor, storage, sync, JSON-RPC, metrics."""
