"""The channel between nodes: TLS, frames, peers, and nothing of what the frames mean."""
