"""What a party still owes: open business that must end before the party may leave.

Areas take on a duty for a party when business opens and discharge it when the business ends. The
count is one record a party, so all duties of a block cost one write.
"""

from chaincode.context import Context
from chaincode.membership.records import DUTIES, Duties
from chaincode.state import StateReader


def take_on_duty(context: Context, party: bytes) -> None:
    """Count one more thing that a party owes."""
    DUTIES.put(context.state, party, Duties(open_duties(context.state, party) + 1))


def discharge_duty(context: Context, party: bytes) -> None:
    """Count one thing less."""
    count = open_duties(context.state, party)
    assert count > 0, "a duty is discharged that nobody took on"
    if count == 1:
        DUTIES.delete(context.state, party)
    else:
        DUTIES.put(context.state, party, Duties(count - 1))


def open_duties(state: StateReader, party: bytes) -> int:
    """Return how many things a party owes."""
    duties = DUTIES.get(state, party)
    return 0 if duties is None else duties.count
