"""The computing gateway: group figures in the holder's own process; only results ever leave it."""
