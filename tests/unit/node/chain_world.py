"""A small consortium in memory: four organisations, four validators, parties that sign.

Blocks are real: built by the chain, signed by a quorum of the validators, committed with their
certificate. Every block is one second after its parent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chaincode.ids import key_id
from chaincode.membership.records import SubjectKind
from chaincode.rights import PartyKind, Right
from ledger import suites
from ledger.block import Block
from ledger.certificate import CommitCertificate
from ledger.encoding import Value
from ledger.genesis import Genesis, GenesisParty, Organisation, Parameter
from ledger.transaction import Transaction, UnsignedTransaction, sign_transaction
from ledger.validators import Validator, ValidatorSet
from ledger.vote import VoteKind, block_vote_bytes
from node.chain import Chain, ChainOptions, Committed
from node.store.engine import KeyValueEngine
from node.store.memory import MemoryEngine

START_MS = 1_700_000_000_000
BLOCK_MS = 1_000
VALIDATOR_SEEDS = tuple(bytes([1, number]) + bytes(30) for number in range(4))
AUTHORITY_SEED = bytes([2]) + bytes(31)
"""Identity authority of organisation 0: its `binding`s succeed."""
HOLDER_SEED = bytes([3]) + bytes(31)
"""Holder of organisation 1: its `binding`s stand in blocks as FAILED (E007)."""
STRANGER_SEED = bytes([4]) + bytes(31)
"""Nobody the chain knows."""


def genesis_with(*parameters: Parameter) -> Genesis:
    """Return the founding document, with other values for some parameters."""
    organisations = sorted(
        (Organisation(f"city {number}", True, b"ca%d" % number) for number in range(4)),
        key=lambda item: item.id,
    )
    keys = [suites.public_key_of(seed) for seed in VALIDATOR_SEEDS]
    members = zip(keys, (item.id for item in organisations), strict=True)
    parties = (
        _party(organisations[0], AUTHORITY_SEED, PartyKind.IDENTITY_AUTHORITY, Right.IDENTIFY),
        _party(organisations[1], HOLDER_SEED, PartyKind.HOLDER, Right.HOLD),
    )
    return Genesis(
        chain_name="world",
        time_ms=START_MS,
        protocol_version=1,
        development=False,
        predecessor=None,
        organisations=tuple(organisations),
        validators=tuple(sorted(Validator(*member) for member in members)),
        parties=tuple(sorted(parties, key=lambda item: item.sign_key)),
        parameters=tuple(sorted(parameters, key=lambda item: item.name)),
    )


def _party(organisation: Organisation, seed: bytes, kind: PartyKind, right: Right) -> GenesisParty:
    return GenesisParty(
        organisation=organisation.id,
        name=kind.name.lower(),
        kind=int(kind),
        rights=(int(right),),
        sign_key=suites.public_key_of(seed),
        kem_key=b"\x01" + bytes([kind]) * 32,
    )


@dataclass
class World:
    """A chain with everything to make it grow."""

    genesis: Genesis = field(default_factory=genesis_with)
    engine: KeyValueEngine = field(default_factory=MemoryEngine)
    options: ChainOptions = field(default_factory=ChainOptions)
    chain: Chain = field(init=False)

    def __post_init__(self) -> None:
        """Found or open the chain."""
        self.chain = self.reopened()

    @property
    def next_ms(self) -> int:
        """The time of the next block."""
        return self.chain.tip.time_ms + BLOCK_MS

    def reopened(self) -> Chain:
        """Return the chain that another process would find."""
        chain, _ = Chain.open(self.engine, self.genesis, self.options)
        return chain

    def binding(
        self, number: int, *, seed: bytes = AUTHORITY_SEED, valid_until_ms: int | None = None
    ) -> Transaction:
        """Return the binding of pseudonym `number`, valid for the next minute."""
        sid = suites.public_key_of(self.seed_of_sid(number))
        body: list[Value] = [sid, int(SubjectKind.PERSON), bytes(32), START_MS + 10**9]
        return self.signed("subject.bind", body, number, seed, valid_until_ms)

    def seed_of_sid(self, number: int) -> bytes:
        """Return the seed of pseudonym `number`."""
        return bytes([5]) + number.to_bytes(31, "big")

    def protection(self, number: int, *, seed: bytes = AUTHORITY_SEED) -> Transaction:
        """Return a protective transaction: the signer's party changes its key for envelopes."""
        party = key_id(suites.public_key_of(seed))
        body: list[Value] = [party, None, b"\x01" + (number + 1).to_bytes(32, "big"), 0]
        return self.signed("key.rotate", body, number, seed)

    def signed(
        self,
        type_name: str,
        body: Sequence[Value],
        number: int,
        seed: bytes = AUTHORITY_SEED,
        valid_until_ms: int | None = None,
    ) -> Transaction:
        """Return a transaction with salt `number`."""
        unsigned = UnsignedTransaction(
            genesis_hash=self.chain.genesis_hash,
            type=type_name,
            salt=number.to_bytes(16, "big"),
            valid_until_ms=valid_until_ms or self.next_ms + 60_000,
            signers=(suites.public_key_of(seed),),
            body=body,
        )
        return sign_transaction(unsigned, [seed])

    def proposed(self, *transactions: Transaction) -> Block:
        """Return the next block, built by validator 0 of what may stand in it."""
        return self.chain.build(transactions, time_ms=self.next_ms, proposer=0).block

    def certified(
        self, block: Block, *, view: int = 0, signers: Sequence[int] = (0, 1, 2)
    ) -> CommitCertificate:
        """Return the certificate of these validators for a block of the next height."""
        return certificate_of(block, self.chain.facts.validators, view=view, signers=signers)

    def grow(self, *transactions: Transaction, view: int = 0) -> Committed:
        """Commit the next block with these transactions, all of which must stand in it."""
        block = self.proposed(*transactions)
        assert len(block.transactions) == len(transactions)
        return self.chain.commit(block, self.certified(block, view=view))


def certificate_of(
    block: Block, validators: ValidatorSet, *, view: int = 0, signers: Sequence[int] = (0, 1, 2)
) -> CommitCertificate:
    """Return a certificate for a block by validators given by index."""
    header, block_hash = block.header, block.header.hash()
    seeds = {suites.public_key_of(seed): seed for seed in VALIDATOR_SEEDS}
    message = block_vote_bytes(
        VoteKind.COMMIT, header.genesis_hash, header.height, view, block_hash
    )
    signatures = tuple(
        (index, suites.sign(seeds[validators.members[index].public_key], message))
        for index in signers
    )
    return CommitCertificate(header.height, view, block_hash, signatures)


def busy_world(engine: KeyValueEngine | None = None, *, blocks: int = 3) -> World:
    """Return a world that grew by blocks of successful, failed and protective transactions."""
    world = World(engine=engine or MemoryEngine())
    for number in range(0, 10 * blocks, 10):
        world.grow(
            world.protection(number),
            world.binding(number + 1),
            world.binding(number + 2, seed=HOLDER_SEED),
            world.binding(number + 3),
        )
    return world
