"""Exit codes, so that scripts can tell what went wrong."""

from enum import IntEnum, unique


@unique
class ExitCode(IntEnum):
    """What the process ends with. Two is what click itself gives for wrong usage."""

    OK = 0
    REFUSED = 1
    """The chain or a verifier refused: the same input will be refused again."""
    USAGE = 2
    UNREACHABLE = 3
    """No node answered; nothing is known of the outcome."""
    LOCAL = 4
    """Something on this machine: a file, a passphrase, a process."""
    PENDING = 5
    """Not decided in the time given; asking again is safe."""
    UNWELL = 6
    """The node answered, or its folder was read, and something there needs a person."""
    INTERRUPTED = 130


class Failure(Exception):
    """An end of the command with a message for its reader and a code for a script."""

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self.code = code
