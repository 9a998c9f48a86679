"""What the command says, in the language of the locale, and how a command describes itself."""

import os

from apps.messages import Texts
from apps.messages.cli_chinese import CHINESE
from apps.messages.cli_english import ENGLISH

NAME = "quancheng"
PROGRAM = os.environ.get("QUANCHENG_PROGRAM") or NAME
"""How the reader calls the command: `scripts/quancheng` says so, so that hints can be copied."""

say = Texts(ENGLISH, CHINESE, program=PROGRAM)


def described(key: str, example: str) -> dict[str, str]:
    """Return help and example of a command, as click takes them."""
    shown = f"{PROGRAM}{example.removeprefix(NAME)}"
    return {"help": say(f"{key}.help"), "epilog": f"{say('example')} {shown}"}
