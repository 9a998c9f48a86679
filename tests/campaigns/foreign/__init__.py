"""What an application of somebody else's JSON-RPC client does, once for each client."""
