"""How fast the chain is, measured honestly: real processes, the real business, a known limit.

The limit is the signature: every validator verifies every transaction once, so `c` cores running
`n` validators cannot pass `c / (n · t_verify)`. The result is R, the share of that limit which was
reached; no rate is given where the run was not steady.
"""
