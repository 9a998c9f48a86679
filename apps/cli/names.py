"""Public names for ids: people read names, and find the id beside them where they need it."""

from apps.cli.output import short
from quancheng.api.state import kind_of
from quancheng.client import Client
from quancheng.errors import RequestRefused

_UNKNOWN = frozenset({"E007", "E010"})
"""What is not there, and what the reader may not see, has no name for the reader."""


class Names:
    """Names that the chain keeps, each read once in a session."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[tuple[str, bytes], str] = {}

    async def of(self, kind: str, identifier: bytes) -> str:
        """Return the public name of an entity, the beginning of its id where it has none."""
        place = kind_of(kind), identifier
        if place not in self._known:
            self._known[place] = await self._read(*place) or short(identifier)
        return self._known[place]

    async def party(self, identifier: bytes) -> str:
        """Return the name of a party."""
        return await self.of("party", identifier)

    async def _read(self, kind: str, identifier: bytes) -> str:
        try:
            return name_in((await self._client.entity(kind, identifier)).fields)
        except RequestRefused as refused:
            if refused.code not in _UNKNOWN:
                raise
            return ""


def name_in(fields: object) -> str:
    """Return the public name in an entity's fields, which some kinds keep in their terms."""
    if not isinstance(fields, dict):
        return ""
    name = fields.get("name")
    return str(name) if name is not None else name_in(fields.get("terms"))
