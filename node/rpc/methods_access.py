"""Handlers by which parties and persons get a token."""

from chaincode.ids import key_id
from chaincode.membership.records import KEYS, PARTIES, RIGHTS, SUBJECTS, PartyStatus
from chaincode.rights import Right
from chaincode.state import decode_record
from ledger.refusal import Code, Refused, require
from ledger.suites import verify
from node.rpc.bound_method import AnyMethod, BoundMethod
from node.rpc.callers import Caller
from node.rpc.limits import CHALLENGE_LIFE_MS, TOKEN_LIFE_MS
from node.rpc.services import Services
from quancheng.api import access as api


async def access_challenge(
    services: Services, request: api.ChallengeRequest
) -> api.ChallengeResult:
    """Return what a key must sign; asked for any key, so that nobody learns which exist."""
    status = await services.backend.status()
    challenge = services.sessions.challenge(request.key)
    return api.ChallengeResult(challenge, status.genesis_hash, CHALLENGE_LIFE_MS)


async def access_token(services: Services, request: api.TokenRequest) -> api.TokenResult:
    """Return a token; refuse (E915) a wrong answer and a key that nobody active has."""
    status = await services.backend.status()
    require(request.host in services.names, Code.NOT_AUTHENTICATED, "host")
    message = api.access_message(status.genesis_hash, request.challenge, request.host)
    is_signed = verify(request.key, message, request.signature)
    require(is_signed, Code.NOT_AUTHENTICATED, "signature")
    services.sessions.use_challenge(request.challenge, request.key)
    caller = await _caller_of(services, request.key, status.height + 1, status.now_ms)
    token = services.sessions.issue(caller)
    kind = api.AccessKind.PARTY if caller.sid is None else api.AccessKind.PERSON
    return api.TokenResult(token, kind, TOKEN_LIFE_MS)


async def _caller_of(services: Services, key: bytes, height: int, now_ms: int) -> Caller:
    keys = (KEYS.raw_key(key), SUBJECTS.raw_key(key))
    binding, subject = (await services.backend.state_values(keys)).values
    if subject is not None:
        until_ms = decode_record(SUBJECTS.codec, subject).until_ms
        require(now_ms < until_ms, Code.BINDING_EXPIRED, "key")
        return Caller(may_call=True, account=key_id(key), key=key, sid=key)
    if binding is None:
        raise Refused(Code.NOT_AUTHENTICATED, "key")
    held = decode_record(KEYS.codec, binding)
    require(held.signs_at(height), Code.KEY_REVOKED, "key")
    rows = (PARTIES.raw_key(held.party), RIGHTS.raw_key((held.party, Right.WATCH)))
    record, watch = (await services.backend.state_values(rows)).values
    assert record is not None
    party = decode_record(PARTIES.codec, record)
    require(party.status is PartyStatus.ACTIVE, Code.PARTY_NOT_ACTIVE, "key")
    return Caller(
        may_call=True,
        account=party.organisation,
        party=party.id,
        key=key,
        is_supervisor=watch is not None,
    )


METHODS: tuple[AnyMethod, ...] = (
    BoundMethod(api.ACCESS_CHALLENGE, access_challenge, open_to_strangers=True),
    BoundMethod(api.ACCESS_TOKEN, access_token, open_to_strangers=True),
)
