"""The people: an adult who claims twice, a guardian for a child, and a patient.

One process stands for three telephones; each wallet has its own folder, seed and pseudonyms.
"""

import asyncio

from apps.insurance import counter
from apps.insurance.cast import Role
from apps.insurance.roles.safe_box import carry, safe_box
from apps.insurance.story import (
    ADULT,
    CHILD,
    DIAGNOSIS,
    GUARDIAN,
    PATIENT,
    PRODUCTS,
    SETTLEMENT,
    Insured,
)
from apps.stage import sights
from apps.stage.agreement import AgreedProduct
from apps.stage.desk import Desk
from apps.stage.persons import Person
from chaincode.authorization.records import CONSENTS, Consent
from chaincode.trading.records import LINES, LineState
from quancheng.wallet_keys import MatterKeys


async def play(desk: Desk) -> None:
    """Let everybody claim what they claim."""
    for product in PRODUCTS:
        await sights.listing(desk, product.name)
    adult, guardian, patient = (
        Person(desk, desk.folder / f"wallet-{name}") for name in ("adult", "guardian", "patient")
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(_claim_for_child(desk, guardian))
        patients_keys = patient.wallet.begin_matter("理赔申请")
        group.create_task(_claim(desk, patient, patients_keys, PATIENT))
        first = adult.wallet.begin_matter("第一次理赔")
        await _claim(desk, adult, first, ADULT)
        await _want_erased(desk, adult, first)
        second = adult.wallet.begin_matter("第二次理赔")
        await _claim_again(desk, adult, (first, second), (patient, patients_keys))


async def _claim(desk: Desk, person: Person, keys: MatterKeys, insured: Insured) -> None:
    """Claim, and agree to each thing that is asked for, keeping a copy of the settlement list."""
    await person.become(keys, insured.identity)
    claim = counter.write_claim(keys, insured.amount, carries=False)
    await person.hand_in(Role.INSURER, counter.CLAIM_PATH, claim)
    for product in PRODUCTS:
        copy_key = keys.kem_key if product is SETTLEMENT else None
        await person.agree(await _asked(desk, keys, product), keys, copy_key)


async def _claim_for_child(desk: Desk, guardian: Person) -> None:
    """Claim for a child: the guardian agrees, with a fresh pseudonym of their own."""
    own = guardian.wallet.begin_matter("监护人")
    keys = guardian.wallet.begin_matter("子女理赔")
    await guardian.become(own, GUARDIAN)
    await guardian.become(keys, CHILD.identity, guardian=own)
    claim = counter.write_claim(keys, CHILD.amount, carries=False)
    await guardian.hand_in(Role.INSURER, counter.CLAIM_PATH, claim)
    asked = await _asked(desk, keys, PRODUCTS[0])
    # Abuse: the child's own key answers, without its guardian.
    await guardian.try_to_agree(asked, keys)
    for product in PRODUCTS:
        await guardian.agree(await _asked(desk, keys, product), own, None)


async def _want_erased(desk: Desk, person: Person, keys: MatterKeys) -> None:
    """Once the claim is paid, demand that the diagnosis be erased."""
    line_id, _ = await _line(desk, keys, DIAGNOSIS, LineState.SETTLED)
    line = await desk.state_of(LINES, line_id, lambda _: True)
    await person.send("erasure.request", keys, asset=line.asset)


async def _claim_again(
    desk: Desk,
    person: Person,
    keys: tuple[MatterKeys, MatterKeys],
    stranger: tuple[Person, MatterKeys],
) -> None:
    """Claim anew, and bring the settlement list from one's own safe-box; no holder is asked."""
    first, second = keys
    line_id, _ = await _line(desk, first, SETTLEMENT, LineState.SETTLED)
    box = await safe_box(desk, line_id, first)
    await person.become(second, ADULT.identity)
    claim = counter.write_claim(second, ADULT.amount, carries=True)
    await person.hand_in(Role.INSURER, counter.CLAIM_PATH, claim)
    for product in PRODUCTS:
        await person.agree(await _asked(desk, second, product), second, None)
    wanted, _ = await _line(desk, second, SETTLEMENT, LineState.CONFIRMED)
    await carry(desk, box, wanted, (person, second), stranger)


async def _asked(desk: Desk, keys: MatterKeys, agreed: AgreedProduct) -> tuple[bytes, Consent]:
    product, _ = await sights.product(desk, agreed.name)
    return await desk.first(CONSENTS, sid=keys.sid, product=product)


async def _line(
    desk: Desk, keys: MatterKeys, agreed: AgreedProduct, state: LineState
) -> tuple[bytes, object]:
    product, _ = await sights.product(desk, agreed.name)
    return await desk.first(LINES, sid=keys.sid, product=product, state=state)
