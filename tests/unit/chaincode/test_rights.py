"""Separation of duties, against the matrix of parties and rights drawn as a table.

Columns: hold, develop, operate, deliver, carry, use, market, watch. `o` may be held, `-` is no
habit of the kind but no conflict either, `x` is forbidden.
"""

import pytest

from chaincode.rights import EXCLUSIVE, FORBIDDEN, PartyKind, Right, are_compatible

MATRIX = {
    PartyKind.HOLDER: "oo-o--xx",
    PartyKind.DEVELOPER: "-ooo---x",
    PartyKind.OPERATOR: "-ooo---x",
    PartyKind.CARRIER: "----oo-x",
    PartyKind.DELIVERER: "-o-o-x-x",
    PartyKind.USER: "-----oxx",
    PartyKind.MARKET_OPERATOR: "-----xox",
    PartyKind.SUPERVISOR: "xxxxxxxo",
}
COLUMNS = list(Right)[:8]


@pytest.mark.parametrize("kind", MATRIX)
def test_each_kind_holds_what_its_row_allows(kind: PartyKind) -> None:
    for right, cell in zip(COLUMNS, MATRIX[kind], strict=True):
        assert are_compatible(kind, (right,)) == (cell != "x"), right


@pytest.mark.parametrize("kind", list(PartyKind))
def test_every_kind_has_a_row_and_nobody_else_watches(kind: PartyKind) -> None:
    assert kind in FORBIDDEN
    assert are_compatible(kind, ())
    assert are_compatible(kind, (Right.WATCH,)) == (kind is PartyKind.SUPERVISOR)


def test_exclusion_holds_in_both_directions() -> None:
    for right, others in EXCLUSIVE.items():
        for other in others:
            for kind in PartyKind:
                assert not are_compatible(kind, (right, other))
                assert not are_compatible(kind, (other, right))
