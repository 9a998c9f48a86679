"""Consents and grants as ODRL 2.2 policies in JSON-LD, for contracts that machines read.

A consent that was granted, and a grant that was accepted, is an Agreement; a consent that is asked
for is a Request, a grant that is offered an Offer. What ODRL has no term for is a left operand of
the profile `urn:quancheng:odrl:1`, whose terms `docs/odrl.md` explains. The chain decides what may
be done: the policy says it to others, and names the status at which it was written.
"""

import datetime as dt

from chaincode.authorization.records import Consent, ConsentStatus, Grant, GrantStatus
from chaincode.fields import Json
from chaincode.rights import Right
from ledger.refusal import Code, require

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
PROFILE = "urn:quancheng:odrl:1"
PROFILE_PREFIX = "qc"
PROFILE_NAMESPACE = "urn:quancheng:odrl:1:"
CURRENCY = "urn:iso:std:iso:4217:CNY"

_ACTIONS = {
    Right.DEVELOP: "derive",
    Right.OPERATE: "grantUse",
    Right.DELIVER: "distribute",
}
"""What each kind of grant lets its grantee do, in ODRL's words."""
_NEVER_GRANTED = frozenset({ConsentStatus.DENIED, ConsentStatus.LAPSED})
_CHAIN_DIGITS = 16
_FEN_OF_YUAN = 100


class Names:
    """Names of a chain's entities outside of it."""

    def __init__(self, genesis_hash: bytes) -> None:
        self._chain = genesis_hash.hex()[:_CHAIN_DIGITS]

    def of(self, kind: str, identifier: bytes | int) -> str:
        """Return the name of an entity."""
        shown = identifier.hex() if isinstance(identifier, bytes) else str(identifier)
        return f"urn:quancheng:{self._chain}:{kind}:{shown}"


def consent_policy(genesis_hash: bytes, consent_id: bytes, consent: Consent) -> dict[str, Json]:
    """Return the policy of a consent; refuse (E011) one that was never given."""
    answered = consent.answer is not None
    asked = consent.status is ConsentStatus.REQUESTED
    require(consent.status not in _NEVER_GRANTED, Code.BAD_STATE, "consent")
    require(asked or answered, Code.BAD_STATE, "consent")
    names = Names(genesis_hash)
    parties = _parties(names.of("subject", consent.sid), names.of("party", consent.user))
    target = _fields_of(names.of("product", consent.product), consent.fields)
    permission: dict[str, Json] = {
        "action": "use",
        "target": target,
        "constraint": [
            _constraint("purpose", "isPartOf", _iri(names.of("purpose", consent.purpose))),
            _constraint("qc:matter", "eq", _iri(names.of("matter", consent.matter))),
            _constraint("version", "eq", _integer(consent.product_version)),
            _constraint("count", "lteq", _integer(consent.max_uses)),
            _constraint("dateTime", "lt", _moment(consent.until_ms)),
        ],
    }
    erasing: dict[str, Json] = {
        "action": "delete",
        "target": target,
        "constraint": [_constraint("dateTime", "lteq", _moment(consent.retention_until_ms))],
    }
    return {
        **_head("Request" if asked else "Agreement", names.of("consent", consent_id)),
        "qc:status": consent.status.name.lower(),
        **parties,
        "permission": [{**parties, **permission}],
        # Who may use the data is one party and nobody else ever.
        "prohibition": [{**parties, "action": "distribute", "target": target}],
        "obligation": [{**parties, **erasing}],
    }


def grant_policy(genesis_hash: bytes, grant_id: bytes, grant: Grant) -> dict[str, Json]:
    """Return the policy of a grant; refuse (E011) an offer that lapsed."""
    require(grant.status is not GrantStatus.LAPSED, Code.BAD_STATE, "grant")
    names = Names(genesis_hash)
    # One that was revoked may never have been accepted: the record does not say.
    parties = _parties(names.of("party", grant.grantor), names.of("party", grant.grantee))
    offered = grant.status in {GrantStatus.OFFERED, GrantStatus.REVOKED}
    return {
        **_head("Offer" if offered else "Agreement", names.of("grant", grant_id)),
        "qc:status": grant.status.name.lower(),
        **parties,
        "permission": [
            {**parties, **_granted(names, grant, names.of("resource", resource))}
            for resource in grant.resources
        ],
    }


def _granted(names: Names, grant: Grant, resource: str) -> dict[str, Json]:
    purposes: list[Json] = [_iri(names.of("purpose", code)) for code in grant.purposes]
    classes: list[Json] = [_iri(f"qc:{item.name.lower()}") for item in grant.classes]
    constraints: list[Json] = [
        _constraint("purpose", "isAnyOf", purposes),
        _constraint("qc:productClass", "isAnyOf", classes),
        _constraint("dateTime", "lt", _moment(grant.until_ms)),
    ]
    if grant.channel is not None:
        channel = _iri(names.of("channel", grant.channel))
        constraints.append(_constraint("deliveryChannel", "eq", channel))
    permission: dict[str, Json] = {
        "action": _ACTIONS[grant.kind],
        "target": resource,
        "constraint": constraints,
    }
    if grant.consideration > 0:
        permission["duty"] = [_payment(grant.consideration)]
    return permission


def _head(kind: str, uid: str) -> dict[str, Json]:
    context: list[Json] = [CONTEXT, {PROFILE_PREFIX: PROFILE_NAMESPACE}]
    return {"@context": context, "type": kind, "uid": uid, "profile": PROFILE}


def _parties(assigner: str, assignee: str) -> dict[str, Json]:
    """Return the parties, which stand in the policy and in each rule: a rule may travel alone."""
    return {"assigner": assigner, "assignee": assignee}


def _fields_of(product: str, fields: int) -> dict[str, Json]:
    """Return the fields of a product, numbered from 1 as it lists them."""
    bits = range(fields.bit_length())
    numbers: list[Json] = [_integer(bit + 1) for bit in bits if fields >> bit & 1]
    return {
        "type": "AssetCollection",
        "source": product,
        "refinement": [_constraint("qc:field", "isAnyOf", numbers)],
    }


def _payment(fen: int) -> dict[str, Json]:
    amount = f"{fen // _FEN_OF_YUAN}.{fen % _FEN_OF_YUAN:02d}"
    paid = _constraint("payAmount", "eq", {"@value": amount, "@type": "xsd:decimal"})
    action: dict[str, Json] = {
        "rdf:value": {"@id": "odrl:compensate"},
        "refinement": [{**paid, "unit": _iri(CURRENCY)}],
    }
    return {"action": [action]}


def _constraint(left: str, operator: str, right: Json) -> dict[str, Json]:
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


def _iri(name: str) -> dict[str, Json]:
    return {"@id": name}


def _integer(number: int) -> dict[str, Json]:
    return {"@value": str(number), "@type": "xsd:integer"}


def _moment(time_ms: int) -> dict[str, Json]:
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    moment = epoch + dt.timedelta(milliseconds=time_ms)
    shown = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"@value": shown, "@type": "xsd:dateTime"}
