"""Where a service gets its passphrase: a file descriptor, a systemd credential, the environment.

Never a command line argument: every user of the machine can read those.
"""

import os
import unicodedata
from pathlib import Path

VARIABLE = "QUANCHENG_PASSPHRASE"
CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"
"""Where systemd puts what a unit names by LoadCredential= or LoadCredentialEncrypted=."""
SIZE_MAX = 1_024


class PassphraseMissing(Exception):
    """No passphrase came from where it was to come from; `source` names the place."""

    def __init__(self, source: str) -> None:
        super().__init__(f"no passphrase in {source}")
        self.source = source


def from_descriptor(descriptor: int) -> str:
    """Read the first line from an inherited file descriptor and close it."""
    try:
        with os.fdopen(descriptor, encoding="utf-8") as file:
            line = file.readline(SIZE_MAX).rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise PassphraseMissing(f"file descriptor {descriptor}") from error
    if not line:
        raise PassphraseMissing(f"file descriptor {descriptor}")
    return line


def from_credential(name: str) -> str:
    """Read the first line of a credential that systemd gave this service."""
    folder = os.environ.get(CREDENTIALS_VARIABLE, "")
    try:
        with (Path(folder) / name).open(encoding="utf-8") as file:
            line = file.readline(SIZE_MAX).rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise PassphraseMissing(f"credential {name}") from error
    if not folder or not line:
        raise PassphraseMissing(f"credential {name}")
    return line


def from_environment(variable: str = VARIABLE) -> str:
    """Take the passphrase out of the environment, so that later processes do not inherit it."""
    value = os.environ.pop(variable, "")
    if not value:
        raise PassphraseMissing(f"environment variable {variable}")
    return value


def passphrase_bytes(passphrase: str) -> bytes:
    """Return the bytes for the key derivation: NFKC, so that two keyboards give the same."""
    return unicodedata.normalize("NFKC", passphrase).encode()
