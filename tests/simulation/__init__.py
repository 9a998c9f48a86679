"""Whole clusters of real replicas under a virtual clock, a seeded network and seeded faults."""
