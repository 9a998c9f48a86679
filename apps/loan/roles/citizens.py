"""The citizens: twelve people, each with a wallet of their own, who decide for themselves.

One process stands for twelve telephones; each wallet has its own folder, seed and pseudonym.
"""

import asyncio

from apps.loan import counter
from apps.loan.cast import Role
from apps.loan.story import APPLICANTS, Applicant, Decision, applicants
from apps.stage.desk import Desk
from apps.stage.persons import Person
from chaincode.authorization.records import CONSENTS
from chaincode.membership.records import PARTIES
from chaincode.trading.records import LINES, LineState

_STAGGER_SECONDS = 0.4


async def play(desk: Desk) -> None:
    """Let everybody apply for their loan and answer the bank's request."""
    people = applicants()
    assert len(people) == APPLICANTS
    await desk.first(PARTIES, name=counter.BANK_NAME)
    async with asyncio.TaskGroup() as group:
        for index, applicant in enumerate(people):
            person = Person(desk, desk.folder / f"wallet-{applicant.row:02d}")
            group.create_task(_live(desk, person, applicant, index * _STAGGER_SECONDS))


async def _live(desk: Desk, person: Person, applicant: Applicant, delay: float) -> None:
    await asyncio.sleep(delay)
    keys = person.wallet.begin_matter("贷款申请")
    await person.become(keys, applicant.identity)
    application = counter.write_application(keys, applicant.amount)
    await person.hand_in(Role.BANK, counter.APPLY_PATH, application)
    consent_id, consent = await desk.first(CONSENTS, sid=keys.sid)
    if applicant.decision is Decision.DENY:
        await person.send("consent.deny", keys, consent=consent_id)
        return
    await person.agree((consent_id, consent), keys, keys.kem_key)
    if applicant.decision is Decision.REVOKE:
        await desk.first(LINES, consent=consent_id, state=LineState.ACKNOWLEDGED)
        await person.send("consent.revoke", keys, consent=consent_id, erase=False)
