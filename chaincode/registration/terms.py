"""The rules that the terms of a product must meet, in the order in which they are checked."""

from collections.abc import Sequence

from chaincode.authorization.scope import Undertaking, require_covered
from chaincode.context import Context
from chaincode.membership.records import PURPOSES, Party
from chaincode.parameters import ParameterName
from chaincode.registration.records import (
    ALGORITHMS,
    FIELDS_MAX,
    NOTICES,
    RESOURCES,
    ProductClass,
    ProductTerms,
)
from chaincode.rights import Right
from ledger.refusal import Code, Refused, require

WHOLE = 10_000
"""All contributions together, in hundredths of a percent."""


def require_sound_terms(
    context: Context, developer: Party, terms: ProductTerms, grants: Sequence[bytes]
) -> None:
    """Refuse terms that no registration body should have to read.

    In this order: operator (E008, E010, E007), sources (E205, E203) and their weights (E601),
    fields and purposes (E006, E311, E010), notices (E207), algorithms (E511), group figures (E509,
    E510), grants to develop (E301 to E303).
    """
    operator = context.active_party(terms.operator, "terms.operator")
    context.require_right(operator, Right.OPERATE, "terms.operator")
    _require_sources(context, terms)
    _require_purposes(context, terms)
    _require_computation(context, terms)
    resources = tuple(source.resource for source in terms.sources)
    for row in terms.purposes:
        undertaking = Undertaking(
            Right.DEVELOP, developer.id, resources, terms.product_class, row.purpose
        )
        require_covered(context.state, grants, undertaking, now_ms=context.now_ms, where="grants")


def _require_sources(context: Context, terms: ProductTerms) -> None:
    require(bool(terms.sources), Code.SCHEMA, "terms.sources")
    distinct = len({source.resource for source in terms.sources}) == len(terms.sources)
    require(distinct, Code.SCHEMA, "terms.sources")
    for index, source in enumerate(terms.sources):
        where = f"terms.sources[{index}]"
        resource = RESOURCES.require(context.state, source.resource, f"{where}.resource")
        active = resource.is_active(context.now_ms)
        require(active, Code.SOURCES_NOT_ACTIVE, f"{where}.resource")
        context.require_not_frozen(source.resource, f"{where}.resource")
        confirmed = resource.catalogue == source.catalogue
        require(confirmed, Code.RECONFIRMATION_NEEDED, f"{where}.catalogue")
    whole = sum(source.weight for source in terms.sources) == WHOLE
    require(whole, Code.POLICY_SUM, "terms.sources")


def _require_purposes(context: Context, terms: ProductTerms) -> None:
    require(0 < terms.field_count <= FIELDS_MAX, Code.SCHEMA, "terms.field_count")
    require(bool(terms.purposes), Code.SCHEMA, "terms.purposes")
    distinct = len({row.purpose for row in terms.purposes}) == len(terms.purposes)
    require(distinct, Code.SCHEMA, "terms.purposes")
    for index, row in enumerate(terms.purposes):
        where = f"terms.purposes[{index}]"
        PURPOSES.require(context.state, row.purpose, f"{where}.purpose")
        known = 0 < row.fields < 1 << terms.field_count
        require(known, Code.WRONG_FIELDS, f"{where}.fields")
        _require_notice(context, terms, row.notice, row.purpose, f"{where}.notice")


def _require_notice(
    context: Context, terms: ProductTerms, notice_id: bytes | None, purpose: int, where: str
) -> None:
    """Refuse (E207) an INDIVIDUAL product without the operator's notice for a purpose."""
    if notice_id is None:
        needed = terms.product_class.is_individual
        require(not needed, Code.NOTICE_MISSING, where)
        return
    notice = NOTICES.get(context.state, notice_id)
    if notice is None:
        raise Refused(Code.NOTICE_MISSING, where)
    fits = notice.purpose == purpose and notice.operator == terms.operator
    require(fits, Code.NOTICE_MISSING, where)


def _require_computation(context: Context, terms: ProductTerms) -> None:
    """Refuse computing without registered algorithms, and group figures without their guards."""
    computed = terms.product_class.is_computed
    require(
        bool(terms.algorithms) or not computed, Code.ALGORITHM_NOT_REGISTERED, "terms.algorithms"
    )
    for index, algorithm in enumerate(terms.algorithms):
        registered = ALGORITHMS.get(context.state, algorithm) is not None
        require(registered, Code.ALGORITHM_NOT_REGISTERED, f"terms.algorithms[{index}]")
    require(terms.output_size_max > 0, Code.SCHEMA, "terms.output_size_max")
    if terms.product_class is not ProductClass.GROUP:
        require(terms.group_size_min == 0, Code.WRONG_CLASS, "terms.group_size_min")
        require(terms.epsilon_max == 0, Code.WRONG_CLASS, "terms.epsilon_max")
        return
    least = context.parameter(ParameterName.GROUP_SIZE_MIN)
    require(terms.group_size_min >= least, Code.GROUP_TOO_SMALL, "terms.group_size_min")
    require(terms.epsilon_max > 0, Code.PRIVACY_BUDGET, "terms.epsilon_max")
