"""Thresholds, the same for consensus, certificates, light clients and governance.

A quorum is more than two thirds for every n. The textbook 2f + 1 is not: with n = 6 it gives two
quorums that share no validator at all.
"""


def faults(n: int) -> int:
    """Return f, how many of n members may be Byzantine while the rest still agree and progress."""
    return (n - 1) // 3


def quorum(n: int) -> int:
    """Return the least count that is more than two thirds of n members."""
    return 2 * n // 3 + 1


def weak_quorum(n: int) -> int:
    """Return f + 1, the least count that contains a correct member."""
    return faults(n) + 1
