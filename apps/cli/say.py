"""What the command says, in the language of the locale, and how a command describes itself."""

from apps.messages import Texts
from apps.messages.cli_chinese import CHINESE
from apps.messages.cli_english import ENGLISH

say = Texts(ENGLISH, CHINESE)


def described(key: str, example: str) -> dict[str, str]:
    """Return help and example of a command, as click takes them."""
    return {"help": say(f"{key}.help"), "epilog": f"{say('example')} {example}"}
