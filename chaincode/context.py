"""What a handler works with: state, block, signers, and what happens in consequence."""

from dataclasses import dataclass, field

from chaincode import freezes, parameters
from chaincode.due import DueItem, DueKind, put_due
from chaincode.membership.records import KEYS, PARTIES, RIGHTS, Party, PartyStatus
from chaincode.parameters import ParameterName
from chaincode.rights import Right
from chaincode.state import Overlay, StateReader
from ledger.receipt import Event
from ledger.refusal import Code, Refused, require


@dataclass(frozen=True, slots=True)
class BlockContext:
    """The facts of the block in which something is executed. Times are milliseconds since 1970."""

    height: int
    time_ms: int
    genesis_hash: bytes


@dataclass(slots=True)
class Context:
    """What a handler works with, for one transaction or one due item.

    `subject` is the tx_id, or the id of the sweep; `signers` are public keys, none for a sweep.
    """

    state: Overlay
    block: BlockContext
    subject: bytes
    signers: tuple[bytes, ...] = ()
    events: list[Event] = field(default_factory=list)

    @property
    def tx_id(self) -> bytes:
        """The id of the transaction, which is also the id of what it creates."""
        return self.subject

    @property
    def now_ms(self) -> int:
        """Block time."""
        return self.block.time_ms

    def parameter(self, name: ParameterName) -> int:
        """Return the value of a parameter at this height."""
        return parameters.value_at(self.state, name, self.block.height)

    def signer_party(self, index: int = 0) -> Party:
        """Return the ACTIVE party that signed at an index; refuse E007, E102 or E008.

        E013 says that a second signer is missing.
        """
        where = f"signers[{index}]"
        require(index < len(self.signers), Code.MISSING_COSIGNER, where)
        binding = KEYS.get(self.state, self.signers[index])
        if binding is None:
            raise Refused(Code.NO_RIGHT, where)
        require(binding.signs_at(self.block.height), Code.KEY_REVOKED, where)
        return self.active_party(binding.party, where)

    def require_signers(self, count: int) -> None:
        """Refuse another number of signers: fewer E013, more E006."""
        require(len(self.signers) >= count, Code.MISSING_COSIGNER, "signers")
        require(len(self.signers) == count, Code.SCHEMA, "signers")

    def active_party(self, party_id: bytes, where: str) -> Party:
        """Return an ACTIVE party; refuse E010 or E008."""
        party = PARTIES.require(self.state, party_id, where)
        require(party.status is PartyStatus.ACTIVE, Code.PARTY_NOT_ACTIVE, where)
        return party

    def holds(self, party: Party, right: Right) -> bool:
        """Say whether a party holds a right now."""
        return holds_right(self.state, party.id, right, self.now_ms)

    def require_right(self, party: Party, right: Right, where: str = "signers[0]") -> None:
        """Refuse (E007) a party that does not hold a right now."""
        require(self.holds(party, right), Code.NO_RIGHT, where)

    def require_not_frozen(self, target: bytes, where: str) -> None:
        """Refuse (E009) what touches a frozen target."""
        freezes.require_not_frozen(self.state, target, self.now_ms, where)

    def emit(self, name: str, *ids: bytes, amounts: tuple[int, ...] = ()) -> None:
        """Record an event: the type in past form, the ids by which it is found again, amounts."""
        self.events.append(Event(name, ids, amounts))

    def schedule(self, due_ms: int, kind: DueKind, target: bytes) -> None:
        """Put an item on the due-queue; what is due already waits for the next block."""
        put_due(self.state, DueItem(max(due_ms, self.now_ms + 1), target, kind))


def holds_right(state: StateReader, party: bytes, right: Right, now_ms: int) -> bool:
    """Say whether a party holds a right at a time."""
    held = RIGHTS.get(state, (party, right))
    return held is not None and (held.until_ms is None or now_ms < held.until_ms)
