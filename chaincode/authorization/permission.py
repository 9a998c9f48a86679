"""Whether a consent permits a delivery now: the personal half of every delivery about a person."""

from chaincode.authorization.records import MATTERS, Consent, ConsentStatus
from chaincode.context import Context
from ledger.refusal import Code, Refused, require

_REFUSAL_OF_STATUS = {
    ConsentStatus.REQUESTED: Code.CONSENT_NOT_GRANTED,
    ConsentStatus.DENIED: Code.CONSENT_NOT_GRANTED,
    ConsentStatus.LAPSED: Code.CONSENT_NOT_GRANTED,
    ConsentStatus.REVOKED: Code.CONSENT_REVOKED,
    ConsentStatus.EXPIRED: Code.CONSENT_EXPIRED,
    ConsentStatus.CLOSED: Code.MATTER_CLOSED,
    ConsentStatus.EXHAUSTED: Code.CONSENT_EXHAUSTED,
}


def require_granted(context: Context, consent: Consent, where: str) -> None:
    """Refuse a consent that is not granted (E304 to E307) or whose matter is over (E312)."""
    if consent.status is not ConsentStatus.GRANTED:
        raise Refused(_REFUSAL_OF_STATUS[consent.status], where)
    require(context.now_ms < consent.until_ms, Code.CONSENT_EXPIRED, where)
    matter = MATTERS.get(context.state, consent.matter)
    open_now = matter is not None and matter.is_open(context.now_ms)
    require(open_now, Code.MATTER_CLOSED, where)


def require_free_use(consent: Consent, where: str) -> None:
    """Refuse (E307) a consent whose uses are all used or reserved."""
    taken = len(consent.used) + len(consent.reserved)
    require(taken < consent.max_uses, Code.CONSENT_EXHAUSTED, where)
