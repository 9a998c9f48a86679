"""What can go wrong for an application.

QuanchengError
├── RequestRefused          the node refused a request: a rule of the chain or a bound of the server
├── TransactionNotFinal     a transaction did not take effect in the time given
│   ├── TransactionRejected     refused at the door; it is in no block and will be in none
│   ├── TransactionFailed       stands in a block as FAILED, with its code and no effect
│   ├── TransactionExpired      its time passed before a block held it; it never will
│   └── TransactionPending      not decided yet; sending the same bytes again is safe
├── NodeUnreachable         no connection, after all attempts
├── NodeAnswerUnreadable    the answer is no answer of this protocol
└── StreamEnded             a stream of records cannot go on
"""

import os

from quancheng.api.events import Place
from quancheng.api.refusal import RefusalView
from quancheng.api.transactions import WaitResult


def environment_language() -> str:
    """Return `zh` where the locale is Chinese, otherwise `en`."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


class QuanchengError(Exception):
    """Base of everything an application may want to catch."""


class RequestRefused(QuanchengError):
    """The node refused a request. The text is in the language of the locale."""

    def __init__(self, refusal: RefusalView) -> None:
        super().__init__(refusal.text(environment_language()))
        self.refusal = refusal

    @property
    def code(self) -> str:
        """The stable code, for instance E307."""
        return self.refusal.code


class TransactionNotFinal(QuanchengError):
    """A transaction did not take effect."""

    def __init__(self, result: WaitResult) -> None:
        reason = result.refusal.text(environment_language()) if result.refusal else ""
        super().__init__(f"{result.tx_id.hex()} is {result.state.value}. {reason}".rstrip())
        self.result = result

    @property
    def code(self) -> str | None:
        """The code of the refusal, where there is one."""
        return self.result.refusal.code if self.result.refusal else None


class TransactionRejected(TransactionNotFinal):
    """Refused at the door: it is in no block."""


class TransactionFailed(TransactionNotFinal):
    """Stands in a block with its refusal code and without effect."""


class TransactionExpired(TransactionNotFinal):
    """No block held it in time, and none can any more."""


class TransactionPending(TransactionNotFinal):
    """Not decided within the time given."""


class NodeUnreachable(QuanchengError):
    """No connection to the node, after all attempts."""

    def __init__(self, url: str, attempts: int, reason: str) -> None:
        super().__init__(f"{url} does not answer after {attempts} attempts: {reason}")
        self.url = url
        self.attempts = attempts
        self.reason = reason


class NodeAnswerUnreadable(QuanchengError):
    """What came back is no answer of this protocol: another service, or a much newer node."""

    def __init__(self, url: str, what: str) -> None:
        super().__init__(f"{url} gave no readable answer: {what}")
        self.url = url
        self.what = what


class StreamEnded(QuanchengError):
    """A stream cannot go on from its place, for instance because blocks were archived."""

    def __init__(self, place: Place, refusal: RefusalView) -> None:
        super().__init__(refusal.text(environment_language()))
        self.place = place
        self.refusal = refusal
