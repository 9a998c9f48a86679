"""A small consortium for the tests of founding."""

import datetime as dt

import pytest

from genesis.plan import Plan, PlannedOrganisation, PlannedParty
from ledger.genesis import Parameter

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def plan() -> Plan:
    """Four governing organisations, each with one validator and one party."""
    organisations = tuple(
        PlannedOrganisation(
            label=f"organisation-{index}",
            name=f"机构 {index}",
            governing=True,
            validators=1,
            parties=(PlannedParty(f"party-{index}", f"Party {index}", 1, (1,)),),
        )
        for index in range(4)
    )
    return Plan(
        chain_name="泉城链",
        time_ms=1_767_225_600_000,
        protocol_version=1,
        development=False,
        organisations=organisations,
        parameters=(Parameter("b", 2, 1, 3), Parameter("a", 1, 0, 2)),
    )
