"""The citizens: twelve people, each with a wallet of their own, who decide for themselves.

One process stands for twelve telephones; each wallet has its own folder, seed and pseudonym.
"""

import asyncio
import json
import secrets
from dataclasses import dataclass

import aiohttp

from apps.loan import counter
from apps.loan.cast import Role
from apps.loan.story import APPLICANTS, NOTICE, Applicant, Decision, applicants
from apps.stage import identities
from apps.stage.cast import Office
from apps.stage.desk import Desk
from chaincode.authorization.records import CONSENTS, Consent, ConsentStatus
from chaincode.membership.records import PARTIES, SUBJECTS
from chaincode.registration.records import NOTICES, PRODUCTS
from chaincode.trading.records import LINES, LineState
from quancheng.builders import build
from quancheng.keystore import QUICK
from quancheng.notice import ConsentTerms
from quancheng.wallet import Wallet, create_wallet
from quancheng.wallet_keys import MatterKeys

_STAGGER_SECONDS = 0.4


@dataclass(frozen=True, slots=True)
class _Person:
    applicant: Applicant
    wallet: Wallet
    keys: MatterKeys


async def play(desk: Desk) -> None:
    """Let everybody apply for their loan and answer the bank's request."""
    people = [_person(desk, applicant) for applicant in applicants()]
    assert len(people) == APPLICANTS
    await desk.first(PARTIES, name=counter.BANK_NAME)
    async with asyncio.TaskGroup() as group:
        for index, person in enumerate(people):
            group.create_task(_live(desk, person, index * _STAGGER_SECONDS))


def _person(desk: Desk, applicant: Applicant) -> _Person:
    folder = desk.folder / f"wallet-{applicant.row:02d}"
    wallet = create_wallet(folder, secrets.token_urlsafe(24), cost=QUICK)
    return _Person(applicant, wallet, wallet.begin_matter("贷款申请"))


async def _live(desk: Desk, person: _Person, delay: float) -> None:
    await asyncio.sleep(delay)
    await _apply(desk, person)
    consent_id, consent = await desk.first(CONSENTS, sid=person.keys.sid)
    if person.applicant.decision is Decision.DENY:
        await _sign(desk, person, "consent.deny", consent=consent_id)
        return
    await _grant(desk, person, consent_id, consent)
    if person.applicant.decision is Decision.REVOKE:
        await desk.first(LINES, consent=consent_id, state=LineState.ACKNOWLEDGED)
        await _sign(desk, person, "consent.revoke", consent=consent_id, erase=False)


async def _apply(desk: Desk, person: _Person) -> None:
    """Prove who one is to the identity authority, then hand in the application at the bank."""
    claim = identities.write_claim(person.keys, person.applicant.identity)
    application = counter.write_application(person.keys, person.applicant.amount)
    identity_url = desk.directory.service(Office.IDENTITY) + identities.BIND_PATH
    bank_url = desk.directory.service(Role.BANK) + counter.APPLY_PATH
    async with aiohttp.ClientSession() as session:
        async with session.post(identity_url, json=claim) as answer:
            answer.raise_for_status()
        await desk.state_of(SUBJECTS, person.keys.sid, lambda _: True)
        async with session.post(bank_url, json=application) as answer:
            answer.raise_for_status()


async def _grant(desk: Desk, person: _Person, consent_id: bytes, consent: Consent) -> None:
    """Read what the bank wants and the registered notice, then sign with the wallet."""
    assert consent.status is ConsentStatus.REQUESTED
    notice = await desk.record(NOTICES, consent.notice)
    product = await desk.record(PRODUCTS, consent.product)
    assert notice is not None
    assert product is not None
    terms = ConsentTerms((("产品", product.terms.name), ("次数", str(consent.max_uses))), NOTICE)
    unsigned = build(
        "consent.grant",
        await desk.terms([person.keys.sid]),
        consent=consent_id,
        notice=consent.notice,
        copy_key=person.keys.kem_key,
    )
    shown: list[str] = []

    def agree(text: str) -> bool:
        shown.append(text)
        return True

    signed = person.wallet.answer(unsigned, terms, notice.text, agree)
    assert signed is not None
    await desk.finish(signed)
    path = desk.folder / f"wallet-{person.applicant.row:02d}" / "shown.json"
    path.write_text(json.dumps(shown, ensure_ascii=False), encoding="utf-8")


async def _sign(desk: Desk, person: _Person, type_name: str, **body: object) -> None:
    unsigned = build(
        type_name,
        await desk.terms([person.keys.sid]),
        **body,
    )
    await desk.finish(person.wallet.sign(unsigned))
