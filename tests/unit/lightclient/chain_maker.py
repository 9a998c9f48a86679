"""A small chain made by hand: real keys, headers, certificates and roots, without any node."""

from collections.abc import Sequence

from ledger import suites
from ledger.block import Block
from ledger.certificate import CommitCertificate, last_certificate_hash
from ledger.genesis import VALIDATORS_MIN, Genesis, Organisation
from ledger.header import Header
from ledger.receipt import Receipt
from ledger.refusal import Code
from ledger.roots import (
    EVIDENCE_TAG,
    HISTORY_TAG,
    RECEIPTS_TAG,
    TRANSACTIONS_TAG,
    list_root,
)
from ledger.state_tree import EMPTY_ROOT, TreeRoot
from ledger.suites import tagged_hash
from ledger.transaction import Transaction, UnsignedTransaction, sign_transaction
from ledger.validators import Validator, ValidatorSet, validator_set
from ledger.vote import VoteKind, block_vote_bytes

GENESIS_TIME_MS = 1_700_000_000_000
BLOCK_INTERVAL_MS = 1_000


def seed(number: int) -> bytes:
    """Return the seed of test key `number`."""
    return number.to_bytes(suites.SEED_SIZE, "big")


SEEDS = {suites.public_key_of(seed(number)): seed(number) for number in range(1, 17)}


def member(number: int, organisation: bytes = bytes(32)) -> Validator:
    """Return the validator with test key `number`."""
    return Validator(suites.public_key_of(seed(number)), organisation)


def make_genesis(validators: int = 4, name: str = "test") -> Genesis:
    """Return a genesis in which test keys 1 … `validators` vote."""
    organisation = Organisation(name="organisation", governing=True, ca_certificate=b"certificate")
    members = [member(number, organisation.id) for number in range(1, validators + 1)]
    return Genesis(
        chain_name=name,
        time_ms=GENESIS_TIME_MS,
        protocol_version=1,
        development=validators < VALIDATORS_MIN,
        predecessor=None,
        organisations=(organisation,),
        validators=tuple(sorted(members)),
        parties=(),
        parameters=(),
    )


def certify(
    header: Header,
    validators: ValidatorSet,
    signers: Sequence[int],
    kind: VoteKind = VoteKind.COMMIT,
) -> CommitCertificate:
    """Return a certificate for a header, signed by the members at these indices in view 0."""
    block_hash = header.hash()
    message = block_vote_bytes(kind, header.genesis_hash, header.height, 0, block_hash)
    rows = [
        (index, suites.sign(SEEDS[validators.members[index].public_key], message))
        for index in signers
    ]
    return CommitCertificate(header.height, 0, block_hash, tuple(rows))


class ChainMaker:
    """Makes block after block; everything about them stays readable by height."""

    def __init__(self, genesis: Genesis, state: TreeRoot = EMPTY_ROOT) -> None:
        self.genesis = genesis
        self.genesis_hash = genesis.hash()
        self.state = state
        self.blocks: list[Block] = []
        self.certificates: list[CommitCertificate] = []
        self.receipts: list[tuple[Receipt, ...]] = []
        self.sets: list[ValidatorSet] = [genesis.validator_set()]
        """Set that votes on each height, from height 1 on; one more than there are blocks."""

    def header(self, height: int) -> Header:
        """Return the header of a height."""
        return self.blocks[height - 1].header

    def certificate(self, height: int) -> CommitCertificate:
        """Return the certificate of a height."""
        return self.certificates[height - 1]

    def validators(self, height: int) -> ValidatorSet:
        """Return the set that votes on a height."""
        return self.sets[height - 1]

    def append(
        self,
        transactions: Sequence[Transaction] = (),
        *,
        sweeps: Sequence[Receipt] = (),
        next_validators: Sequence[Validator] | None = None,
    ) -> Block:
        """Make the next block final; its transactions succeed."""
        validators = self.sets[-1]
        following = validators
        if next_validators is not None:
            following = validator_set(validators.epoch + 1, next_validators)
        items = tuple(item.data for item in transactions)
        header = self._header([item.tx_hash for item in transactions], following)
        last = self.certificates[-1] if self.certificates else None
        self.blocks.append(Block(header, last, items))
        self.certificates.append(certify(header, validators, range(validators.quorum)))
        outcomes = [Receipt(item.tx_id, Code.OK) for item in transactions]
        self.receipts.append((*sweeps, *outcomes))
        self.sets.append(following)
        return self.blocks[-1]

    def _header(self, tx_hashes: Sequence[bytes], following: ValidatorSet) -> Header:
        height = len(self.blocks) + 1
        hashes = [block.header.hash() for block in self.blocks]
        receipts = self.receipts[-1] if self.receipts else ()
        last = self.certificates[-1] if self.certificates else None
        return Header(
            genesis_hash=self.genesis_hash,
            height=height,
            time_ms=self.genesis.time_ms + height * BLOCK_INTERVAL_MS,
            parent_hash=hashes[-1] if hashes else self.genesis_hash,
            proposer=height % self.sets[-1].size,
            transaction_root=list_root(TRANSACTIONS_TAG, tx_hashes),
            last_certificate_hash=last_certificate_hash(last),
            evidence_root=list_root(EVIDENCE_TAG, ()),
            state_root=self.state.state_root(),
            receipt_root=list_root(RECEIPTS_TAG, [item.encoded() for item in receipts]),
            history_root=list_root(HISTORY_TAG, hashes),
            validator_epoch=self.sets[-1].epoch,
            validators_hash=self.sets[-1].hash(),
            next_validators_hash=following.hash(),
            params_hash=tagged_hash(b"qc/params/v1"),
        )


def transaction(genesis_hash: bytes, number: int, amount: int = 100) -> Transaction:
    """Return a transaction of two signers that moves an amount."""
    seeds = [seed(100 + number), seed(200 + number)]
    unsigned = UnsignedTransaction(
        genesis_hash=genesis_hash,
        type="credit.mint",
        salt=number.to_bytes(16, "big"),
        valid_until_ms=GENESIS_TIME_MS + 600_000,
        signers=tuple(suites.public_key_of(item) for item in seeds),
        body=[bytes(32), amount],
    )
    return sign_transaction(unsigned, seeds)
