"""What a node keeps on disk: one key-value engine, the layout of its keys, and typed records."""
