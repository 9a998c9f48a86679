"""Programs that people run on top of the chain."""
