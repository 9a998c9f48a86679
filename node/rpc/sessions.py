"""Challenges and tokens. A challenge costs the server nothing; a token lives a quarter of an hour.

Everything here is forgotten when the front ends: callers sign in again.
"""

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from ledger.refusal import Code, require
from node.rpc.callers import Caller
from node.rpc.limits import CHALLENGE_LIFE_MS, TOKEN_LIFE_MS, TOKENS_MAX

_TIME_SIZE = 8
_RANDOM_SIZE = 8
_SEAL_SIZE = 16


def _monotonic_ms() -> int:
    return time.monotonic_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Session:
    """A token's bearer, and until when by the clock that never jumps."""

    caller: Caller
    until_ms: int


class Sessions:
    """Issues and recognises tokens; the oldest is forgotten at the bound."""

    def __init__(self, now_ms: Callable[[], int] = _monotonic_ms) -> None:
        self._now_ms = now_ms
        self._secret = secrets.token_bytes(32)
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._used: OrderedDict[bytes, int] = OrderedDict()

    def challenge(self, key: bytes) -> bytes:
        """Return 32 bytes for one key to sign: time ‖ random ‖ seal. Nothing is remembered."""
        until = (self._now_ms() + CHALLENGE_LIFE_MS).to_bytes(_TIME_SIZE, "big")
        head = until + secrets.token_bytes(_RANDOM_SIZE)
        return head + self._seal(head, key)

    def use_challenge(self, challenge: bytes, key: bytes) -> None:
        """Accept a challenge once, in time, for its key; refuse (E915) any other."""
        head = challenge[: _TIME_SIZE + _RANDOM_SIZE]
        is_ours = hmac.compare_digest(challenge[len(head) :], self._seal(head, key))
        now_ms = self._now_ms()
        until_ms = int.from_bytes(head[:_TIME_SIZE], "big")
        is_fresh = is_ours and now_ms < until_ms and challenge not in self._used
        require(is_fresh, Code.NOT_AUTHENTICATED, "challenge")
        while self._used and next(iter(self._used.values())) <= now_ms:
            self._used.popitem(last=False)
        require(len(self._used) < TOKENS_MAX, Code.OVERLOADED, "challenges")
        self._used[challenge] = until_ms

    def issue(self, caller: Caller) -> str:
        """Return a new token for a caller."""
        token = secrets.token_hex(32)
        self._sessions[token] = Session(caller, self._now_ms() + TOKEN_LIFE_MS)
        if len(self._sessions) > TOKENS_MAX:
            self._sessions.popitem(last=False)
        return token

    def recognise(self, token: str) -> Session | None:
        """Return the session of a token that is still good."""
        session = self._sessions.get(token)
        if session is not None and session.until_ms <= self._now_ms():
            del self._sessions[token]
            return None
        return session

    def remaining_ms(self, session: Session) -> int:
        """Return for how long a session is still good."""
        return max(0, session.until_ms - self._now_ms())

    def _seal(self, head: bytes, key: bytes) -> bytes:
        return hmac.digest(self._secret, head + key, "sha256")[:_SEAL_SIZE]
