"""The vote store of a simulated node: durable records and those that a crash may take."""

from random import Random


class Disk:
    """Records in order; of the tail that no fsync covered, a crash keeps a random prefix."""

    def __init__(self) -> None:
        self.durable: list[tuple[int, bytes]] = []
        self._written: list[tuple[int, bytes]] = []

    def write(self, height: int, record: bytes) -> None:
        """Append a record to the page cache."""
        self._written.append((height, record))

    @property
    def dirty(self) -> bool:
        """Whether something waits for an fsync."""
        return bool(self._written)

    def sync(self) -> None:
        """Make everything that was written durable."""
        self.durable += self._written
        self._written.clear()

    def crash(self, random: Random) -> None:
        """Lose the unsynced tail from a random place on."""
        self.durable += self._written[: random.randint(0, len(self._written))]
        self._written.clear()

    def records(self, height: int) -> tuple[bytes, ...]:
        """Return the durable records of a height, oldest first."""
        return tuple(record for at, record in self.durable if at == height)

    def forget_below(self, height: int) -> None:
        """Drop records of heights whose decision is in the store."""
        self.durable = [(at, record) for at, record in self.durable if at >= height]
