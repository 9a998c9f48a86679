"""Who proposes: rotation by height and view, with the primaries that missed their turn put last.

Stateless: the order at a height is a function of at most SKIP_PERIOD certificates embedded in the
chain, so there is nothing to corrupt and nothing to ship in a snapshot. The list of the skipped
starts empty at every multiple of SKIP_PERIOD and at every change of the validator set; a crashed
validator therefore costs one view timeout in each period instead of one in each n heights.
"""

from collections.abc import Sequence

from ledger.quorum import faults

SKIP_PERIOD = 64
"""For how many heights at most a primary that missed is put last."""


def skip_window(height: int) -> range:
    """Return the heights whose embedded certificates count at `height`.

    Block g + 1 carries the certificate of g, so the newest that all nodes share is that of height -
    2.
    """
    return range(max(1, height - height % SKIP_PERIOD), height - 1)


def primary_order(height: int, size: int, embedded_views: Sequence[int]) -> tuple[int, ...]:
    """Return the primaries of views 0, 1, … of a height; the order repeats after `size` views.

    `embedded_views` as in `HeightContext`; older ones than the window's are ignored. O(window ·
    size).
    """
    window = skip_window(height)
    views = embedded_views[max(0, len(embedded_views) - len(window)) :]
    heights = range(height - 1 - len(views), height - 1)
    missed: list[tuple[int, ...]] = []
    skipped: tuple[int, ...] = ()
    for past, view in zip(heights, views, strict=True):
        missed.append(_rotation(past, size, skipped)[:view])
        # What happened at `past` is on the chain from block past + 1 on, hence known at past + 2.
        if len(missed) >= 2:
            skipped = _merged(skipped, missed[-2], faults(size))
    if missed:
        skipped = _merged(skipped, missed[-1], faults(size))
    return _rotation(height, size, skipped)


def candidates(height: int, size: int) -> tuple[int, ...]:
    """Return who may be primary of view 0 whatever the skipped are: at most f are passed over."""
    return _rotation(height, size, ())[: faults(size) + 1]


def _rotation(height: int, size: int, skipped: Sequence[int]) -> tuple[int, ...]:
    ring = [(height + step) % size for step in range(size)]
    return tuple(
        [index for index in ring if index not in skipped]
        + [index for index in ring if index in skipped]
    )


def _merged(skipped: Sequence[int], missed: Sequence[int], limit: int) -> tuple[int, ...]:
    """Return the `limit` validators that missed last, the latest at the end."""
    latest = tuple(index for index in skipped if index not in missed) + tuple(missed)
    return latest[max(0, len(latest) - limit) :]
