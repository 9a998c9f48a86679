"""One call of each method as `rpc.discover` shows it; ids stand for those of a reader's chain."""

from collections.abc import Mapping
from functools import cache

from ledger.suites import HASH_SIZE, public_key_of
from quancheng.api import access, chain, events, state, transactions
from quancheng.api.method import NoParameters
from quancheng.builders import Terms, build, sign

_SEED = bytes(range(32))
_KEY = public_key_of(_SEED)
_ID = bytes.fromhex("ab") * HASH_SIZE
_PLACE = events.Place(1, 1)


@cache
def example_requests() -> Mapping[str, object]:
    """Return a request for each method by its name; what it leaves out has its default."""
    data = _transaction()
    return {
        "chain_status": NoParameters(),
        "chain_header": chain.HeightRequest(1),
        "chain_block": chain.BlockRequest(height=1),
        "chain_certificate": chain.HeightRequest(1),
        "chain_validators": chain.HeightRequest(),
        "chain_parameters": NoParameters(),
        "tx_submit": transactions.SubmitRequest((data,)),
        "tx_check": transactions.CheckRequest(data),
        "tx_get": transactions.TransactionRequest(_ID),
        "tx_wait": transactions.WaitRequest(_ID, timeout_ms=1_000),
        "tx_trace": transactions.TraceRequest(_ID),
        "tx_proof": transactions.TransactionRequest(_ID),
        "state_get": state.StateRequest((b"\x11" + _ID,)),
        "state_prove": state.ProveRequest(b"\x11" + _ID),
        "net_peers": NoParameters(),
        "entity_kinds": NoParameters(),
        "entity_get": state.EntityRequest("party", _ID),
        "entity_list": state.EntityListRequest(
            "party", where=(state.FieldFilter("status", "active"),)
        ),
        "events_list": events.EventsRequest(_PLACE, events.RecordFilter(names=("consent.",))),
        "events_history": events.HistoryRequest(_ID),
        "events_subscribe": events.SubscribeRequest(_PLACE),
        "events_unsubscribe": events.UnsubscribeRequest(1),
        "access_challenge": access.ChallengeRequest(_KEY),
        "access_token": access.TokenRequest(_KEY, _ID, "node.example", bytes(65)),
        "rpc.discover": NoParameters(),
    }


def _transaction() -> bytes:
    terms = Terms(_ID, 1_800_000_000_000, (_KEY,), bytes(16))
    unsigned = build("consent.revoke", terms, consent=_ID, erase=False)
    return sign(unsigned, _SEED).data
