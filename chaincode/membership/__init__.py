"""Who takes part.

Organisations, parties with their keys and rights, pseudonyms of persons, purposes, governance.
"""
