"""How the income of a product is shared: cumulative floors, so that splitting orders moves no fen.

Each payee of a policy version is entitled to ⌊income · share / 10000⌋ of the income so far. What a
line pays is the difference between the entitlement after it and before it; what is left over is
dust, less than one fen for each payee, held by the chain until the policy version closes and then
given to the largest remainders. Rounding each order by itself would let an operator who keeps
remainders take a third of the income in orders of three fen.
"""

from collections.abc import Sequence

BASIS_POINTS = 10_000


def entitlements(income: int, shares: Sequence[int]) -> tuple[int, ...]:
    """Return what each payee has earned of `income` fen; the rest is dust below one fen a payee."""
    return tuple(income * share // BASIS_POINTS for share in shares)


def closing_entitlements(
    income: int, shares: Sequence[int], payees: Sequence[bytes]
) -> tuple[int, ...]:
    """Return the entitlements with the dust allotted: they sum to `income`.

    One fen goes to each of the largest remainders; the smaller id goes first where they are equal.
    """
    floors = entitlements(income, shares)
    dust = income - sum(floors)
    order = sorted(
        range(len(shares)),
        key=lambda index: (-(income * shares[index] % BASIS_POINTS), payees[index]),
    )
    rounded_up = frozenset(order[:dust])
    return tuple(amount + (index in rounded_up) for index, amount in enumerate(floors))
