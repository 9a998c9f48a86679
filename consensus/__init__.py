"""PBFT as a pure machine over opaque blocks: events in, effects out, nothing else."""
