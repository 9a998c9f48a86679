"""Privacy budgets: what all results together may give away of a resource, to one user and to all.

Losses add up (sequential composition), in integer millionths of ε, within a period. Users who pool
what they learned meet the budget of the resource.
"""

from chaincode.context import Context
from chaincode.delivery.job_records import (
    RESOURCE_BUDGETS,
    USER_BUDGETS,
    Job,
    PrivacyBudget,
)
from chaincode.parameters import ParameterName
from ledger.refusal import Code, require

_NOTHING = PrivacyBudget(reserved=0, spent=0)


def reserve_budgets(context: Context, job: Job, where: str) -> None:
    """Hold a job's ε of both budgets of each source; refuse (E510) what exceeds one of them."""
    _change(context, job, held=job.epsilon, lost=0)
    require_within_budgets(context, job, where)


def settle_budgets(context: Context, job: Job, spent: int) -> None:
    """Give back what a job holds, and count what its result lost."""
    _change(context, job, held=-job.reserved, lost=spent)


def require_within_budgets(context: Context, job: Job, where: str) -> None:
    """Refuse (E510) where a budget of a source is overdrawn under the limits in force now."""
    limit = context.parameter(ParameterName.EPSILON_OF_RESOURCE_MAX)
    limit_of_user = context.parameter(ParameterName.EPSILON_OF_USER_MAX)
    for source in job.sources:
        of_user = USER_BUDGETS.get(context.state, (source, job.user, job.period)) or _NOTHING
        require(_taken(of_user) <= limit_of_user, Code.PRIVACY_BUDGET, where)
        of_all = RESOURCE_BUDGETS.get(context.state, (source, job.period)) or _NOTHING
        require(_taken(of_all) <= limit, Code.PRIVACY_BUDGET, where)


def _taken(budget: PrivacyBudget) -> int:
    return budget.reserved + budget.spent


def _change(context: Context, job: Job, *, held: int, lost: int) -> None:
    state = context.state
    if held == 0 and lost == 0:
        return
    for source in job.sources:
        user_key = (source, job.user, job.period)
        of_user = USER_BUDGETS.get(state, user_key) or _NOTHING
        USER_BUDGETS.put(state, user_key, _changed(of_user, held, lost))
        key = (source, job.period)
        of_all = RESOURCE_BUDGETS.get(state, key) or _NOTHING
        RESOURCE_BUDGETS.put(state, key, _changed(of_all, held, lost))


def _changed(budget: PrivacyBudget, held: int, lost: int) -> PrivacyBudget:
    return PrivacyBudget(budget.reserved + held, budget.spent + lost)
