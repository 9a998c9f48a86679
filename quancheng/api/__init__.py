"""The JSON-RPC methods as declarations that server, client and documentation share."""
