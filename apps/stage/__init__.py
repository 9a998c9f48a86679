"""The stage: what every scenario needs to be played by separate processes on a chain of its own.

A scenario says who plays and what was agreed on; the stage founds the consortium, starts a process
for each part, keeps their folders apart, follows the chain and reports what it says.
"""
