"""A small chain that every later version of this software replays to the same roots.

`python -m tests.vectors.golden_chain` plays a fixed history of the city, with a change of
validators and evidence of a contradiction, builds real blocks of it, and writes
golden/chain.cbor.xz. It is written once for each protocol version; rules that change later change
under a new version.
"""

import lzma
from dataclasses import dataclass
from pathlib import Path

from chaincode.membership.validator import ValidatorsChange
from chaincode.validators import Member
from consensus.evidence import evidence_of
from consensus.messages import Vote
from ledger import shape, suites
from ledger.block import BLOCK_SIZE_MAX, Block, decode_block
from ledger.certificate import CommitCertificate, decode_certificate
from ledger.encoding import decode, encode
from ledger.genesis import Genesis, decode_genesis
from ledger.transaction import Transaction, sign_transaction
from ledger.validators import ValidatorSet
from ledger.vote import VoteKind, block_vote_bytes
from node.chain import Chain
from node.store.memory import MemoryEngine
from tests.unit.chaincode.city import HOUR
from tests.unit.chaincode.play import Play, founded_play
from tests.unit.chaincode.play_actions import drawn_history, play_step
from tests.unit.chaincode.world import SEEDS, founding_genesis, signing_key

FILE = Path(__file__).parent / "golden" / "chain.cbor.xz"
SIZE_MAX = 64 * BLOCK_SIZE_MAX
SEED = 8
STEPS = 160


@dataclass(frozen=True, slots=True)
class GoldenChain:
    """Genesis, blocks from height 1 on, and what makes the last one final."""

    genesis: Genesis
    blocks: tuple[Block, ...]
    certificate: CommitCertificate
    state_root: bytes
    """World state after the last block."""

    def certificates(self) -> tuple[CommitCertificate, ...]:
        """Return a certificate for each block: the next block carries it."""
        carried = [block.last_certificate for block in self.blocks[1:]]
        return (*(item for item in carried if item is not None), self.certificate)

    def encoded(self) -> bytes:
        """Return the file's bytes."""
        parts = encode(
            [
                self.genesis.encoded(),
                [block.encoded() for block in self.blocks],
                self.certificate.encoded(),
                self.state_root,
            ]
        )
        return lzma.compress(parts, preset=9)


def read_golden_chain() -> GoldenChain:
    """Read the file."""
    data = lzma.decompress(FILE.read_bytes())
    genesis, blocks, certificate, state_root = shape.array(decode(data, size_max=SIZE_MAX), 4, "")
    return GoldenChain(
        decode_genesis(shape.byte_string_up_to(genesis, "genesis", SIZE_MAX)),
        tuple(
            decode_block(shape.byte_string_up_to(block, "block", BLOCK_SIZE_MAX))
            for block in shape.array_up_to(blocks, SIZE_MAX, "blocks")
        ),
        decode_certificate(shape.byte_string_up_to(certificate, "certificate", SIZE_MAX)),
        shape.hash32(state_root, "state_root"),
    )


def replayed(golden: GoldenChain) -> Chain:
    """Commit every block of a golden chain to a new one, as a node that joins does."""
    chain, _ = Chain.open(MemoryEngine(), golden.genesis)
    for block, certificate in zip(golden.blocks, golden.certificates(), strict=True):
        chain.commit(block, certificate)
    return chain


def make_golden_chain() -> GoldenChain:
    """Play the history and build its blocks."""
    genesis = founding_genesis()
    chain, _ = Chain.open(MemoryEngine(), genesis)
    blocks, certificates = [], []
    for time_ms, transactions in _history():
        items = [_signed(item) for item in transactions]
        evidence = (_evidence(chain),) if chain.tip.height == STEPS // 2 else ()
        built = chain.build(items, time_ms=time_ms, proposer=0, evidence=evidence)
        assert built.block.header.time_ms == time_ms
        assert len(built.block.transactions) == len(items)
        certificate = _certificate(built.block, chain.facts.validators)
        chain.commit(built.block, certificate)
        blocks.append(built.block)
        certificates.append(certificate)
    root = chain.tip.tree.state_root()
    return GoldenChain(genesis, tuple(blocks), certificates[-1], root)


def _history() -> list[tuple[int, tuple[Transaction, ...]]]:
    play = founded_play()
    _rotate_validator(play)
    for step in drawn_history(SEED, STEPS):
        play_step(play, step)
    play.end_block()
    play.world.wait(HOUR)
    return play.world.blocks


def _rotate_validator(play: Play) -> None:
    old = founding_genesis().validators[1]
    new = Member(signing_key("validator of tomorrow"), old.organisation)
    play.world.govern(ValidatorsChange(new, old.public_key, 0))


def _signed(transaction: Transaction) -> Transaction:
    return sign_transaction(transaction.unsigned, [SEEDS[signer] for signer in transaction.signers])


def _certificate(block: Block, validators: ValidatorSet) -> CommitCertificate:
    header, block_hash = block.header, block.header.hash()
    message = block_vote_bytes(VoteKind.COMMIT, header.genesis_hash, header.height, 0, block_hash)
    rows = tuple(
        (index, suites.sign(SEEDS[member.public_key], message))
        for index, member in enumerate(validators.members[: validators.quorum])
    )
    return CommitCertificate(header.height, 0, block_hash, rows)


def _evidence(chain: Chain) -> bytes:
    """Return evidence that the first validator committed to two blocks in one view."""
    height, member = chain.tip.height, chain.facts.validators.members[0]
    votes = []
    for value in (bytes([1]) * 32, bytes([2]) * 32):
        message = block_vote_bytes(VoteKind.COMMIT, chain.genesis_hash, height, 0, value)
        signature = suites.sign(SEEDS[member.public_key], message)
        votes.append(Vote(VoteKind.COMMIT, height, 0, value, 0, signature))
    found = evidence_of(*votes)
    assert found is not None
    return found.encoded()


if __name__ == "__main__":
    FILE.write_bytes(make_golden_chain().encoded())
