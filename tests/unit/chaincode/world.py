"""A chain in memory without consensus: actors, blocks, and one line for each thing that happens.

world = World.founded()
bank = world.actor("bank", PartyKind.USER, Right.USE)
purpose = world.purpose(1)
tx_id = world.do(SubjectBind(...), authority)
assert world.refused(SubjectBind(...), bank) is Code.NO_RIGHT
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

from chaincode import parameters
from chaincode.admission import refuse_at_door
from chaincode.catalogue import DECLARATIONS
from chaincode.context import BlockContext, Context
from chaincode.declaration import facts_of
from chaincode.execution import BlockExecution, Outcome, execute_block
from chaincode.genesis_state import genesis_changes
from chaincode.ids import key_id
from chaincode.membership.party import PartyAdmit, PartyApply
from chaincode.membership.proposal import Action, ProposalApprove, ProposalOpen
from chaincode.membership.purpose import PurposeDefine
from chaincode.parameter_definitions import DEFINITIONS
from chaincode.parameters import ParameterName
from chaincode.rights import PartyKind, Right
from chaincode.state import Overlay
from ledger.genesis import Genesis, GenesisParty, Organisation, Parameter
from ledger.quorum import quorum
from ledger.refusal import Code
from ledger.suites import SIGNATURE_SIZE, public_key_of, tagged_hash
from ledger.transaction import Transaction, UnsignedTransaction, assemble
from ledger.validators import Validator
from tests.unit.chaincode.memory import MemoryState

GOVERNORS = 4
START_MS = 1_700_000_000_000
VALIDITY_MS = 60_000

_DECLARATION_OF = {declaration.body: declaration for declaration in DECLARATIONS}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who signs: a party, or a person behind a pseudonym, whose `id` is the key's."""

    name: str
    key: bytes
    id: bytes
    kem_key: bytes


def salted(text: str) -> bytes:
    """Return 32 bytes that stand for a commitment to something off chain."""
    return tagged_hash(b"test/commitment", text.encode())


SEEDS: dict[bytes, bytes] = {}
"""Seeds of all keys that were made, by public key."""


@cache
def signing_key(name: str) -> bytes:
    """Return the public key that belongs to a name."""
    seed = salted(f"seed of {name}")
    key = public_key_of(seed)
    SEEDS[key] = seed
    return key


def envelope_key(name: str) -> bytes:
    """Return an envelope key that belongs to a name."""
    return b"\x01" + salted(f"envelope key of {name}")


def person(name: str) -> Actor:
    """Return somebody who signs with a pseudonym."""
    key = signing_key(name)
    return Actor(name, key, key_id(key), envelope_key(name))


def founding_party(organisation: bytes, name: str, kind: PartyKind, *rights: Right) -> GenesisParty:
    """Return a party that is active from the start."""
    return GenesisParty(
        organisation=organisation,
        name=name,
        kind=kind,
        rights=tuple(sorted(rights)),
        sign_key=signing_key(name),
        kem_key=envelope_key(name),
    )


@cache
def founding_genesis() -> Genesis:
    """Return a testnet genesis with four governing organisations of one party each."""
    organisations = sorted(
        (Organisation(f"organisation {i}", True, salted(f"ca {i}")) for i in range(GOVERNORS)),
        key=lambda organisation: organisation.id,
    )
    parties = [
        founding_party(organisation.id, f"governor {i}", PartyKind.AUTHORIZER)
        for i, organisation in enumerate(organisations)
    ]
    validators = [
        Validator(signing_key(f"validator {i}"), organisation.id)
        for i, organisation in enumerate(organisations)
    ]
    values = [
        Parameter(item.name.name.lower(), item.testnet, item.minimum, item.maximum)
        for item in DEFINITIONS
    ]
    return Genesis(
        chain_name="test chain",
        time_ms=START_MS,
        protocol_version=1,
        development=False,
        predecessor=None,
        organisations=tuple(organisations),
        validators=tuple(sorted(validators)),
        parties=tuple(sorted(parties, key=lambda party: party.sign_key)),
        parameters=tuple(sorted(values, key=lambda parameter: parameter.name)),
    )


@cache
def founding_state() -> tuple[bytes, dict[bytes, bytes]]:
    """Return genesis hash and founding state; made once for all tests."""
    genesis = founding_genesis()
    return genesis.hash(), genesis_changes(genesis)


@dataclass(slots=True)
class World:
    """The chain after its last block."""

    state: MemoryState
    genesis_hash: bytes
    height: int = 0
    time_ms: int = START_MS
    salts: int = 0
    actors: dict[str, Actor] = field(default_factory=dict)
    blocks: list[tuple[int, tuple[Transaction, ...]]] = field(default_factory=list)
    """Time and transactions of every block so far, for those who play a history again."""

    @staticmethod
    def founded() -> "World":
        """Return a new chain at height 0."""
        genesis_hash, values = founding_state()
        return World(MemoryState(values), genesis_hash)

    def governor(self, index: int) -> Actor:
        """Return the party of a governing organisation, from 0 to 3."""
        return person(f"governor {index}")

    def block_context(self) -> BlockContext:
        """Return the facts of the next block, a second after the last one."""
        return BlockContext(self.height + 1, self.time_ms + 1_000, self.genesis_hash)

    def transaction(self, body: object, *signers: Actor) -> Transaction:
        """Return a transaction with a fresh salt and blank signatures, which nothing here reads."""
        self.salts += 1
        unsigned = UnsignedTransaction(
            genesis_hash=self.genesis_hash,
            type=facts_of(type(body)).name,
            salt=self.salts.to_bytes(16, "big"),
            valid_until_ms=self.time_ms + VALIDITY_MS,
            signers=tuple(signer.key for signer in signers),
            body=_DECLARATION_OF[type(body)].write(body),
        )
        return assemble(unsigned, [b"\x01" + bytes(SIGNATURE_SIZE - 1)] * len(signers))

    def block(self, *transactions: Transaction) -> BlockExecution:
        """Execute and commit one block."""
        context = self.block_context()
        execution = execute_block(self.state, context, transactions)
        self.state.commit(execution.changes)
        self.height, self.time_ms = context.height, context.time_ms
        self.blocks.append((context.time_ms, transactions))
        return execution

    def attempt(self, body: object, *signers: Actor) -> tuple[Transaction, Outcome]:
        """Execute one transaction in a block of its own."""
        transaction = self.transaction(body, *signers)
        assert refuse_at_door(self.state, transaction, self.block_context()) is None
        return transaction, self.block(transaction).outcomes[-1]

    def do(self, body: object, *signers: Actor) -> bytes:
        """Execute what must succeed; return its tx_id."""
        transaction, outcome = self.attempt(body, *signers)
        assert outcome.refusal is None, outcome.refusal
        return transaction.tx_id

    def refused(self, body: object, *signers: Actor) -> Code:
        """Return the code with which something is refused; check that it leaves no other trace."""
        transaction = self.transaction(body, *signers)
        context = self.block_context()
        untouched = execute_block(self.state, context, ()).changes
        execution = execute_block(self.state, context, (transaction,))
        assert execution.changes == untouched
        assert not execution.receipts[-1].events
        self.block(transaction)
        return execution.receipts[-1].code

    def wait(self, duration_ms: int) -> BlockExecution:
        """Let time pass, and execute the block at the end of it."""
        self.time_ms += duration_ms
        return self.block()

    def overlay(self) -> Overlay:
        """Return the state under construction of the next block."""
        return Overlay(self.state)

    def change(self, change: Callable[[Context], None]) -> None:
        """Change the state as a handler of another area would, outside of any block."""
        overlay = Overlay(self.state)
        change(Context(overlay, self.block_context(), salted("change")))
        self.state.commit(overlay.changes())

    def parameter(self, name: ParameterName) -> int:
        """Return a parameter as the next block has it."""
        return parameters.value_at(self.state, name, self.height + 1)

    def govern(self, action: Action) -> bytes:
        """Decide something by a quorum of approvals; return the proposal's id."""
        proposal = self.do(ProposalOpen(action), self.governor(0))
        for index in range(1, quorum(GOVERNORS)):
            self.do(ProposalApprove(proposal), self.governor(index))
        return proposal

    def actor(self, name: str, kind: PartyKind, *rights: Right) -> Actor:
        """Return a party of an own organisation, admitted with its rights at the first call."""
        if name not in self.actors:
            application = PartyApply(
                name=name,
                kind=kind,
                organisation=None,
                sign_key=signing_key(name),
                kem_key=envelope_key(name),
                credential=salted(f"credential of {name}"),
            )
            party_id = self.do(application, self.governor(0), person(name))
            self.govern(PartyAdmit(party_id, tuple(sorted(rights))))
            self.actors[name] = Actor(name, signing_key(name), party_id, envelope_key(name))
        return self.actors[name]

    def purpose(self, code: int, *, parent: int | None = None, sensitive: bool = False) -> int:
        """Define a purpose."""
        self.govern(PurposeDefine(code, f"purpose {code}", parent, sensitive))
        return code


def codes(execution: BlockExecution) -> Sequence[Code]:
    """Return the codes of a block's transactions in order."""
    return [outcome.receipt.code for outcome in execution.outcomes[execution.sweeps :]]
