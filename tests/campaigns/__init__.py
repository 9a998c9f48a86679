"""Long runs on real processes, each a command of its own, with a summary for people."""
