"""The validator key of a node."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ledger import suites
from node.errors import BadHome

_KEY_FILE_SIZE_MAX = 256


@dataclass(frozen=True, slots=True)
class ValidatorKey:
    """A public key and the function that signs with the secret one, which nothing else holds."""

    public_key: bytes
    sign: Callable[[bytes], bytes]


def load_validator_key(path: Path) -> ValidatorKey | None:
    """Read the hexadecimal seed of a key file; None where there is none: the node only follows."""
    try:
        with path.open("rb") as file:
            text = file.read(_KEY_FILE_SIZE_MAX)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadHome(path, f"cannot be read: {error.strerror}", "Mend its permissions.") from error
    try:
        seed = bytes.fromhex(text.decode().strip())
    except ValueError:
        seed = b""
    if len(seed) != suites.SEED_SIZE:
        problem = f"does not hold {suites.SEED_SIZE} bytes in hexadecimal"
        raise BadHome(path, problem, "Restore the key of this validator.")
    return ValidatorKey(suites.public_key_of(seed), partial(suites.sign, seed))
