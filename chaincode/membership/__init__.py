"""Membership: who takes part, with which keys and rights, and how they decide together.

Owns organisations, parties, keys, rights, pseudonyms of persons, purposes, parameters and
governance. Its law: nobody gains a right without a decision of the governing organisations, and a
key that has signed for one never signs for another. Reading order: `records`, `party`, `key`,
`right`, `subject`, `purpose`, `parameter`, `proposal`, `duties`.
"""
