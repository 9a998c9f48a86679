"""Tests of the programs on top of the chain."""
