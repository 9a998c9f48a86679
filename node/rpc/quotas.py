"""How many calls an account may make: a rate with a burst, a number under way, and by turns.

An account is an organisation with all its parties, or one pseudonym. Accounts are forgotten once
their burst is full again, so that only those who call take memory.
"""

import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ledger.refusal import Code, Refused
from node.rpc.callers import Caller
from node.rpc.limits import (
    ACCOUNTS_MAX,
    BURST_SECONDS,
    CALLS_AT_ONCE_MAX,
    CALLS_MAX,
    CALLS_PER_ACCOUNT_MAX,
    UNCOUNTED_CALLS_MAX,
)
from node.rpc.turns import Turns


class _Account:
    """A bucket that fills at a rate up to its burst."""

    __slots__ = ("credit", "running", "seen")

    def __init__(self, credit: float, seen: float) -> None:
        self.credit = credit
        self.seen = seen
        self.running = 0


class Quotas:
    """Counts calls by account; callers without one share what is left to the machine's own."""

    def __init__(self, calls_per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = calls_per_second
        self._burst = float(calls_per_second * BURST_SECONDS)
        self._clock = clock
        self._accounts: OrderedDict[bytes, _Account] = OrderedDict()
        self._uncounted = _Account(self._burst, 0.0)
        self._turns = Turns(CALLS_AT_ONCE_MAX)
        self.running = 0

    def __len__(self) -> int:
        """Return how many accounts are remembered."""
        return len(self._accounts)

    def charge(self, caller: Caller) -> None:
        """Take one call from an account's credit; refuse (E017) where it has none."""
        if caller.account is None:
            return
        account = self._account(caller.account)
        if account.credit < 1:
            raise Refused(Code.QUOTA, "calls")
        account.credit -= 1

    @asynccontextmanager
    async def slot(self, caller: Caller) -> AsyncIterator[None]:
        """Run a call when it is its turn; refuse (E020) where the account has its share."""
        if caller.account is None:
            account, share = self._uncounted, UNCOUNTED_CALLS_MAX
        else:
            account, share = self._account(caller.account), CALLS_PER_ACCOUNT_MAX
        if account.running >= share or self.running >= CALLS_MAX:
            raise Refused(Code.OVERLOADED, "calls")
        account.running += 1
        self.running += 1
        try:
            async with self._turns.turn(caller.account):
                yield
        finally:
            account.running -= 1
            self.running -= 1

    def _account(self, name: bytes) -> _Account:
        now = self._clock()
        account = self._accounts.get(name)
        if account is None:
            self._forget_idle(now)
            account = self._accounts[name] = _Account(self._burst, now)
        account.credit = min(self._burst, account.credit + (now - account.seen) * self._rate)
        account.seen = now
        self._accounts.move_to_end(name)
        return account

    def _forget_idle(self, now: float) -> None:
        """Forget who has been away long enough to have a full burst; refuse (E020) at the bound."""
        while self._accounts:
            name, oldest = next(iter(self._accounts.items()))
            if oldest.running or now - oldest.seen < BURST_SECONDS:
                break
            del self._accounts[name]
        if len(self._accounts) >= ACCOUNTS_MAX:
            raise Refused(Code.OVERLOADED, "accounts")
