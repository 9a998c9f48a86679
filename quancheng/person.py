"""A person at a node: one session for each pseudonym, and what the chain knows of their data.

Every session signs in with the key of its own pseudonym, and the node lets it read what concerns
that pseudonym alone. A node that sees several sessions of one address can still guess that they are
one person's: use your own node, or one you trust with that.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from chaincode.authorization.records import CONSENTS, CONSENTS_OF_SUBJECT, Consent
from chaincode.delivery.records import ASSETS, Asset
from chaincode.ids import key_id
from chaincode.trading.records import LINES, Line
from ledger.transaction import Transaction
from quancheng.api.transactions import WaitResult
from quancheng.builders import VALIDITY_MS, Terms
from quancheng.client import Client
from quancheng.consent_question import ConsentQuestion, question_of
from quancheng.consignments import known
from quancheng.errors import RequestRefused
from quancheng.sign_in import Credential
from quancheng.transport import Endpoint
from quancheng.wallet import Matter, Wallet
from quancheng.wallet_keys import MatterKeys

NOT_BOUND = "E915"
"""What a node says to a pseudonym that no identity authority has bound."""


@dataclass(frozen=True, slots=True)
class Use:
    """One delivery under a consent: what was ordered, and the envelope where there is one."""

    line_id: bytes
    line: Line
    asset: Asset | None


@dataclass(frozen=True, slots=True)
class OwnConsent:
    """A request that was made of a person, in the matter it belongs to."""

    id: bytes
    matter: Matter
    consent: Consent


class Person:
    """A wallet at a node. Use it as an asynchronous context manager."""

    def __init__(self, wallet: Wallet, url: str) -> None:
        self.wallet = wallet
        self._url = url
        self._sessions: dict[bytes, Client] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Begin; sessions open when they are needed."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all sessions."""
        await self._stack.aclose()

    async def session(self, sid: bytes) -> Client:
        """Return the session of a pseudonym, which signs in with its key at the first call."""
        if sid not in self._sessions:
            credential = Credential(self.wallet.keys_of(sid).sign_seed)
            client = Client(endpoint=Endpoint(self._url, credential=credential))
            self._sessions[sid] = await self._stack.enter_async_context(client)
        return self._sessions[sid]

    async def is_bound(self, sid: bytes) -> bool:
        """Say whether the identity authority has bound a pseudonym."""
        return await _is_known(await self.session(sid))

    async def recover(self) -> int:
        """Find the matters of a restored wallet by their pseudonyms on the chain; count them.

        Each pseudonym asks in a session of its own; all the same, ask your own node.
        """
        loop = asyncio.get_running_loop()

        async def sees(keys: MatterKeys) -> bool:
            endpoint = Endpoint(self._url, credential=Credential(keys.sign_seed))
            async with Client(endpoint=endpoint) as client:
                return await _is_known(client)

        def is_bound(keys: MatterKeys) -> bool:
            return asyncio.run_coroutine_threadsafe(sees(keys), loop).result()

        return await asyncio.to_thread(self.wallet.recover, is_bound)

    async def consents(self) -> AsyncIterator[OwnConsent]:
        """Yield all requests that were ever made of this person, matter by matter.

        No pseudonym asks for what may be another one's: each only lists its own.
        """
        for matter in self.wallet.matters:
            if await self.is_bound(matter.sid):
                async for found in self._consents_of(matter):
                    yield found

    async def uses(self, own: OwnConsent) -> list[Use]:
        """Return what was ordered and delivered under a consent, the released lines first."""
        client = await self.session(own.matter.sid)
        uses = []
        for line_id in (*own.consent.used, *own.consent.reserved):
            line = await known(client, LINES, line_id)
            uses.append(Use(line_id, line, await self._asset_of(client, line)))
        return uses

    async def deliveries(self) -> AsyncIterator[tuple[OwnConsent, Use]]:
        """Yield everything that was ordered or delivered under this person's consents."""
        async for own in self.consents():
            for use in await self.uses(own):
                yield own, use

    async def question(self, own: OwnConsent) -> ConsentQuestion:
        """Return what a request asks, from the transactions whose ids the answer binds."""
        client = await self.session(own.matter.sid)
        request = await client.transaction(own.id)
        notice = await client.transaction(own.consent.notice)
        genesis_hash = (await client.status()).genesis_hash
        return question_of(genesis_hash, request.data, notice.data)

    async def terms(self, sid: bytes) -> Terms:
        """Return the terms of a transaction that a pseudonym signs now."""
        status = await (await self.session(sid)).status()
        return Terms(status.genesis_hash, status.now_ms + VALIDITY_MS, [sid])

    async def send(self, signed: Transaction) -> WaitResult:
        """Submit what a pseudonym signed and wait; raise a TransactionNotFinal else."""
        client = await self.session(signed.signers[0])
        return await client.submit_and_wait(signed)

    async def _asset_of(self, client: Client, line: Line) -> Asset | None:
        if line.asset is None:
            return None
        return await known(client, ASSETS, line.asset)

    async def _consents_of(self, matter: Matter) -> AsyncIterator[OwnConsent]:
        client = await self.session(matter.sid)
        index = client.records(CONSENTS_OF_SUBJECT, prefix=key_id(matter.sid))
        async for (_, consent_id), _ in index:
            yield OwnConsent(consent_id, matter, await known(client, CONSENTS, consent_id))


async def _is_known(client: Client) -> bool:
    """Say whether a node lets a pseudonym sign in: only then is it bound."""
    try:
        await client.status()
    except RequestRefused as refused:
        if refused.code != NOT_BOUND:
            raise
        return False
    return True
