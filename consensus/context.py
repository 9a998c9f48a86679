"""What the host knows about a height before anybody votes on it."""

from dataclasses import dataclass

from ledger.validators import ValidatorSet


@dataclass(frozen=True, slots=True)
class HeightContext:
    """The facts of one height, all of them functions of the committed chain below it.

    `embedded_views` are the views of the certificates that committed blocks carry, oldest first,
    ending with that of `height - 2` (block `height - 1` carries it): at least those of the heights
    that `primary.skip_window` names and that this validator set voted on. Only embedded
    certificates count, because nodes may have decided the newest block in different views.
    """

    height: int
    genesis_hash: bytes
    validators: ValidatorSet
    next_validators: ValidatorSet
    parent_time_ms: int
    embedded_views: tuple[int, ...]
