"""A party as people ask about it: its record, its rights, its account."""

from dataclasses import dataclass

from apps.cli.entity_text import yuan
from apps.cli.exits import ExitCode, Failure
from apps.cli.network import local_testnet
from apps.cli.say import say
from chaincode.fields import Json
from chaincode.ids import key_id
from chaincode.rights import Right
from ledger.suites import HASH_SIZE
from quancheng.api.state import EntityView
from quancheng.client import Client
from quancheng.errors import RequestRefused
from quancheng.json_form import AnyForm


@dataclass(frozen=True, slots=True)
class PartyView:
    """What the state says of a party."""

    party: EntityView
    rights: tuple[str, ...]
    account: Json

    @property
    def balance(self) -> str:
        """The free balance in yuan."""
        if not isinstance(self.account, dict):
            return "0.00"
        return yuan(int(str(self.account["free"])))

    def to_json(self) -> dict[str, Json]:
        """Return the view for scripts."""
        return {
            "id": self.party.id.hex(),
            "party": AnyForm().render(self.party.fields),
            "rights": list(self.rights),
            "account": self.account,
        }


async def party_view(client: Client, who: str) -> PartyView:
    """Return what the state says of the party of an id, a name or a label; end the command else."""
    party = await _found(client, who)
    rights = [
        _right_name(entity.parts[-1]) async for entity in client.entities("right", prefix=party.id)
    ]
    return PartyView(party, tuple(rights), await _account(client, party.id))


async def _found(client: Client, who: str) -> EntityView:
    wanted = _id_of(who)
    if wanted is not None:
        return await client.entity("party", wanted)
    hits = [entity async for entity in client.entities("party") if who in _name(entity)]
    exact = [entity for entity in hits if _name(entity) == who]
    if len(exact or hits) != 1:
        names = ", ".join(_name(entity) for entity in hits) or "–"
        raise Failure(say("party.not_one", who=who, names=names), ExitCode.REFUSED)
    return (exact or hits)[0]


def _id_of(who: str) -> bytes | None:
    testnet = local_testnet()
    for party in testnet.parties if testnet is not None else ():
        if party.label == who:
            return key_id(bytes.fromhex(party.sign_key))
    try:
        value = bytes.fromhex(who)
    except ValueError:
        return None
    return value if len(value) == HASH_SIZE else None


def _name(entity: EntityView) -> str:
    fields = entity.fields
    return str(fields.get("name", "")) if isinstance(fields, dict) else ""


def _right_name(part: object) -> str:
    return Right(part).name.lower() if isinstance(part, int) else str(part)


async def _account(client: Client, party: bytes) -> Json:
    try:
        account = await client.entity("account", party)
    except RequestRefused as refused:
        if refused.code != "E010":
            raise
        return None
    return AnyForm().render(account.fields)
