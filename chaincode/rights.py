"""Rights, functions and kinds of parties, and which of them exclude each other.

The eight rights follow the three-rights separation of public data: holding a resource, processing
and using an asset, operating a product. The four functions are duties of public bodies and of the
settlement bank.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum, unique


@unique
class Right(IntEnum):
    """What a party may do. A right is held until a time.

    Grants narrow it to products and purposes.
    """

    HOLD = 1
    """资源持有权: register and change resources, offer grants, admit jobs."""
    DEVELOP = 2
    """产品开发权: submit products, register algorithms."""
    OPERATE = 3
    """产品经营权: list supply, confirm orders, set the distribution policy."""
    DELIVER = 4
    """产品交付权: prepare envelopes, release keys, post results of jobs."""
    CARRY = 5
    """资产携带权: act for the person the data is about, as their custodian."""
    USE = 6
    """资产使用权: open matters, request consents, place orders."""
    MARKET = 7
    """要素经营权: run the venue, match, close statements, propose parameters."""
    WATCH = 8
    """流通监督权: freeze, inspect, order rectification, rule disputes."""

    AUTHORIZE = 17
    """实施机构: offer public grants, set price caps."""
    REGISTER = 18
    """登记机构: review and activate resources and products."""
    IDENTIFY = 19
    """身份机构: bind pseudonyms to persons, recover lost keys."""
    BANK = 20
    """结算银行: mint and burn credit against money in its accounts."""


@unique
class PartyKind(IntEnum):
    """What a party mainly is."""

    HOLDER = 1
    """数据资源持有方"""
    DEVELOPER = 2
    """数据产品开发方"""
    OPERATOR = 3
    """数据产品经营方"""
    CARRIER = 4
    """数据资产携带方, or its custodian"""
    DELIVERER = 5
    """数据资产交付方"""
    USER = 6
    """数据资产使用方"""
    MARKET_OPERATOR = 7
    """数据要素市场运营方"""
    SUPERVISOR = 8
    """数据流通监管方"""
    AUTHORIZER = 17
    """实施机构"""
    REGISTRAR = 18
    """登记机构"""
    IDENTITY_AUTHORITY = 19
    """身份机构"""
    SETTLEMENT_BANK = 20
    """结算银行"""


WATCHED = tuple(right for right in Right if right is not Right.WATCH)
"""Everything but supervision: a supervisor has power over neither data nor money."""

FORBIDDEN: Mapping[PartyKind, tuple[Right, ...]] = {
    PartyKind.HOLDER: (Right.MARKET, Right.WATCH),
    PartyKind.DEVELOPER: (Right.WATCH,),
    PartyKind.OPERATOR: (Right.WATCH,),
    PartyKind.CARRIER: (Right.WATCH,),
    PartyKind.DELIVERER: (Right.USE, Right.WATCH),
    PartyKind.USER: (Right.MARKET, Right.WATCH),
    PartyKind.MARKET_OPERATOR: (Right.USE, Right.WATCH),
    PartyKind.SUPERVISOR: WATCHED,
    PartyKind.AUTHORIZER: (Right.WATCH,),
    PartyKind.REGISTRAR: (Right.DEVELOP, Right.OPERATE, Right.WATCH),
    PartyKind.IDENTITY_AUTHORITY: (Right.WATCH,),
    PartyKind.SETTLEMENT_BANK: (Right.WATCH,),
}
"""What a kind of party never holds, whatever else it holds.

That an operator does not use its own product is a rule of orders.
"""

EXCLUSIVE: Mapping[Right, tuple[Right, ...]] = {
    Right.HOLD: (Right.MARKET,),
    Right.USE: (Right.MARKET, Right.DELIVER),
    Right.REGISTER: (Right.DEVELOP, Right.OPERATE),
    Right.WATCH: WATCHED,
}
"""Rights that no party holds together, read in both directions."""


def are_compatible(kind: PartyKind, rights: Sequence[Right]) -> bool:
    """Say whether a party of a kind may hold these rights together."""
    if any(right in FORBIDDEN[kind] for right in rights):
        return False
    return not any(other in EXCLUSIVE.get(right, ()) for right in rights for other in rights)
