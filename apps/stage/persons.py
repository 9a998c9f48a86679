"""A person at work: a wallet that makes a pseudonym for each matter and signs nothing unseen."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from apps.stage import identities
from apps.stage.calling import call
from apps.stage.cast import Office
from apps.stage.desk import Desk
from chaincode.authorization.records import Consent
from chaincode.membership.records import SUBJECTS
from chaincode.registration.records import NOTICES, PRODUCTS
from ledger.transaction import Transaction
from quancheng.builders import build
from quancheng.errors import TransactionFailed
from quancheng.identity_claim import write_claim
from quancheng.keystore import QUICK
from quancheng.notice import ConsentTerms
from quancheng.wallet import create_wallet
from quancheng.wallet_keys import MatterKeys

_PASSPHRASE_BYTES = 24


class Person:
    """One person's telephone: a wallet in a folder of its own, and the node they talk to."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self._desk = desk
        self._folder = folder
        self.wallet = create_wallet(folder, secrets.token_urlsafe(_PASSPHRASE_BYTES), cost=QUICK)

    async def become(
        self, keys: MatterKeys, identity: str, *, guardian: MatterKeys | None = None
    ) -> None:
        """Prove to the identity authority who is behind a pseudonym; wait until it is bound."""
        claim = write_claim(keys, identity, guardian=guardian)
        await self.hand_in(Office.IDENTITY, identities.BIND_PATH, claim)
        await self._desk.state_of(SUBJECTS, keys.sid, lambda _: True)

    async def hand_in(self, role: str, path: str, parts: Mapping[str, object]) -> None:
        """Bring something signed to a party's own address."""
        await call(self._desk, role, path, parts)

    async def agree(
        self, asked: tuple[bytes, Consent], signer: MatterKeys, copy_key: bytes | None
    ) -> None:
        """Read what the user wants and the registered notice, then sign with the wallet."""
        await self._desk.finish(await self._granted(asked, signer, copy_key))

    async def try_to_agree(self, asked: tuple[bytes, Consent], signer: MatterKeys) -> None:
        """Sign a grant that the rules should refuse."""
        try:
            await self._desk.finish(await self._granted(asked, signer, None))
        except TransactionFailed:
            return

    async def send(self, type_name: str, signer: MatterKeys, **body: object) -> None:
        """Send what ends, asks for or hands over something."""
        unsigned = build(type_name, await self._desk.terms([signer.sid]), **body)
        await self._desk.finish(self.wallet.sign(unsigned))

    async def attempt(self, type_name: str, signer: MatterKeys, **body: object) -> None:
        """Send what the rules should refuse."""
        try:
            await self.send(type_name, signer, **body)
        except TransactionFailed:
            return

    async def _granted(
        self, asked: tuple[bytes, Consent], signer: MatterKeys, copy_key: bytes | None
    ) -> Transaction:
        consent_id, consent = asked
        notice = await self._desk.record(NOTICES, consent.notice)
        product = await self._desk.record(PRODUCTS, consent.product)
        assert notice is not None
        assert product is not None
        name = product.terms.name
        text = self._desk.agreement.product(name).notice
        assert text is not None
        terms = ConsentTerms((("产品", name), ("次数", str(consent.max_uses))), text)
        unsigned = build(
            "consent.grant",
            await self._desk.terms([signer.sid]),
            consent=consent_id,
            notice=consent.notice,
            copy_key=copy_key,
        )
        shown: list[str] = []

        def agree(page: str) -> bool:
            shown.append(page)
            return True

        signed = self.wallet.answer(unsigned, terms, notice.text, agree)
        assert signed is not None
        path = self._folder / f"shown-{consent_id.hex()[:16]}.json"
        path.write_text(json.dumps(shown, ensure_ascii=False), encoding="utf-8")
        return signed
