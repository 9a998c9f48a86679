"""Following and verifying a chain from its headers, certificates and proofs alone; pure."""
