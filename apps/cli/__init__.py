"""The `quancheng` command."""
