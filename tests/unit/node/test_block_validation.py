"""Every rule of deterministic validity, broken one at a time, is noticed under its own code."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import pytest

from consensus.events import Verdict
from ledger.block import Block
from ledger.certificate import CommitCertificate, last_certificate_hash
from ledger.encoding import Value
from ledger.genesis import Parameter
from ledger.header import Header, header_from_value
from ledger.refusal import Code, Refusal
from ledger.roots import EVIDENCE_TAG, TRANSACTIONS_TAG, list_root
from ledger.suites import ZERO_HASH
from ledger.transaction import Transaction, sign_transaction, transaction_hash
from node.chain import Checked, Freshness
from tests.unit.node.chain_world import (
    AUTHORITY_SEED,
    HOLDER_SEED,
    STRANGER_SEED,
    World,
    certificate_of,
    genesis_with,
)
from tests.unit.node.signed import badly_signed

BODY_ROOTS = ("transaction_root", "last_certificate_hash", "evidence_root")
FREE_CHOICES = ("time_ms", "proposer")

Break = Callable[[World, Block], Block]


@pytest.fixture
def world() -> World:
    """Give a world of two blocks in which caps are within reach."""
    made = World(
        genesis_with(
            Parameter("block_transactions_max", 4, 1, 5_000),
            Parameter("block_size_max", 131_072, 131_072, 4 << 20),
            Parameter("organisation_transactions_max", 2, 1, 5_000),
            Parameter("organisation_protective_max", 1, 1, 5_000),
        )
    )
    made.grow(made.binding(1))
    made.grow(made.binding(2))
    return made


def resealed(
    block: Block,
    *,
    transactions: Sequence[bytes] | None = None,
    certificate: CommitCertificate | None = None,
    evidence: tuple[bytes, ...] = (),
) -> Block:
    """Return a block with another body and a header that fits it."""
    body = block.transactions if transactions is None else tuple(transactions)
    certificate = certificate or block.last_certificate
    header = replace(
        block.header,
        transaction_root=list_root(TRANSACTIONS_TAG, [transaction_hash(data) for data in body]),
        last_certificate_hash=last_certificate_hash(certificate),
        evidence_root=list_root(EVIDENCE_TAG, evidence),
    )
    return Block(header, certificate, body, evidence)


def with_field(header: Header, name: str, value: Value) -> Header:
    """Return a header with another value of one field."""
    array = header.to_value()
    assert isinstance(array, list)
    place = [field.name for field in fields(Header)].index(name)
    return header_from_value([*array[: 1 + place], value, *array[2 + place :]])


def good_block(world: World) -> Block:
    """Return a block of three transactions, one of each sort."""
    block = world.proposed(
        world.protection(10), world.binding(11), world.binding(12, seed=HOLDER_SEED)
    )
    assert len(block.transactions) == 3
    return block


def test_a_built_block_is_valid(world: World) -> None:
    """What the builder makes passes the checker, fresh or vouched for."""
    block = good_block(world)
    fresh = Freshness(proposer=0, received_ms=block.header.time_ms)
    assert world.chain.check(block, fresh) == Checked(Verdict.VALID)
    assert world.chain.check(block) == Checked(Verdict.VALID)


@pytest.mark.parametrize(
    "name", [f.name for f in fields(Header) if f.name not in BODY_ROOTS + FREE_CHOICES]
)
def test_every_field_of_the_header_is_held_to_the_chain(world: World, name: str) -> None:
    """A header that differs in one field from what the chain gives is refused by its name."""
    block = good_block(world)
    value = getattr(block.header, name)
    wrong = ZERO_HASH if isinstance(value, bytes) else value + 1
    other = replace(block, header=with_field(block.header, name, wrong))
    expected = Refusal(Code.BAD_HEADER, f"header.{name}")
    assert world.chain.check(other) == Checked(Verdict.INVALID, expected)


@pytest.mark.parametrize("name", BODY_ROOTS)
def test_a_body_that_its_header_does_not_name_is_refused(world: World, name: str) -> None:
    """Each of the three roots binds its part of the body."""
    block = good_block(world)
    other = replace(block, header=with_field(block.header, name, ZERO_HASH))
    checked = world.chain.check(other)
    assert checked.refusal is not None
    assert (checked.verdict, checked.refusal.code) == (Verdict.INVALID, Code.BAD_BODY)


def with_transactions(make: Callable[[World], Sequence[Transaction]]) -> Break:
    """Break a block by its list of transactions."""
    return lambda world, block: resealed(block, transactions=[item.data for item in make(world)])


def with_certificate(make: Callable[[World, CommitCertificate], CommitCertificate]) -> Break:
    """Break a block by the certificate of its parent."""

    def broken(world: World, block: Block) -> Block:
        assert block.last_certificate is not None
        return resealed(block, certificate=make(world, block.last_certificate))

    return broken


def of_another_chain(world: World) -> list[Transaction]:
    """Return a transaction that is well signed for another chain."""
    unsigned = replace(world.binding(20).unsigned, genesis_hash=ZERO_HASH)
    return [sign_transaction(unsigned, [AUTHORITY_SEED])]


def large(world: World) -> list[Transaction]:
    """Return three transactions that fit singly and not together."""
    return [
        world.signed("purpose.define", [bytes(60_000)], number, seed)
        for number, seed in ((20, AUTHORITY_SEED), (21, HOLDER_SEED), (22, HOLDER_SEED))
    ]


BREAKS: dict[str, tuple[Break, Code, str]] = {
    "time of the parent": (
        lambda world, block: replace(
            block, header=replace(block.header, time_ms=world.chain.tip.time_ms)
        ),
        Code.BAD_HEADER,
        "header.time_ms",
    ),
    "proposer outside the set": (
        lambda _, block: replace(block, header=replace(block.header, proposer=4)),
        Code.BAD_HEADER,
        "header.proposer",
    ),
    "certificate of the grandparent": (
        with_certificate(lambda world, _: world.chain.certificate(1)),
        Code.BAD_CERTIFICATE,
        "last_certificate.block_hash",
    ),
    "certificate of less than a quorum": (
        with_certificate(lambda _, good: replace(good, signatures=good.signatures[:2])),
        Code.BAD_CERTIFICATE,
        "last_certificate.count",
    ),
    "certificate with a bad signature": (
        with_certificate(
            lambda _, good: replace(
                good, signatures=(*good.signatures[:2], (2, good.signatures[0][1]))
            )
        ),
        Code.BAD_CERTIFICATE,
        "last_certificate.signatures[2]",
    ),
    "evidence": (
        lambda _, block: resealed(block, evidence=(b"evidence",)),
        Code.BAD_BODY,
        "evidence[0].canonical",
    ),
    "too many transactions": (
        with_transactions(lambda world: [world.binding(20 + number) for number in range(5)]),
        Code.BAD_BODY,
        "transactions.count",
    ),
    "too many bytes": (with_transactions(large), Code.BAD_BODY, "size"),
    "bytes that are no transaction": (
        lambda _, block: resealed(block, transactions=[*block.transactions, b"\x80"]),
        Code.SCHEMA,
        "transactions[3].transaction",
    ),
    "transaction of another chain": (
        with_transactions(of_another_chain),
        Code.WRONG_CHAIN,
        "transactions[0].genesis_hash",
    ),
    "transaction that ends with the block": (
        with_transactions(lambda world: [world.binding(20, valid_until_ms=world.next_ms)]),
        Code.EXPIRED,
        "transactions[0].valid_until_ms",
    ),
    "transaction beyond the window": (
        with_transactions(
            lambda world: [world.binding(20, valid_until_ms=world.next_ms + 600_001)]
        ),
        Code.TOO_FAR_AHEAD,
        "transactions[0].valid_until_ms",
    ),
    "unknown signer": (
        with_transactions(lambda world: [world.binding(20, seed=STRANGER_SEED)]),
        Code.UNKNOWN_SIGNER,
        "transactions[0].signers[0]",
    ),
    "transaction twice in the block": (
        with_transactions(lambda world: [world.binding(20), world.binding(20)]),
        Code.DUPLICATE,
        "transactions[1].tx_id",
    ),
    "organisation above its cap": (
        with_transactions(lambda world: [world.binding(20 + number) for number in range(3)]),
        Code.QUOTA,
        "transactions[2].signers[0]",
    ),
    "protective transactions above their cap": (
        with_transactions(lambda world: [world.protection(20), world.protection(21)]),
        Code.QUOTA,
        "transactions[1].signers[0]",
    ),
    "protective transaction not first": (
        with_transactions(lambda world: [world.binding(20), world.protection(21)]),
        Code.BAD_BODY,
        "transactions",
    ),
    "badly signed transaction": (
        with_transactions(lambda world: [world.binding(20), badly_signed(world.binding(21))]),
        Code.BAD_SIGNATURE,
        "transactions[1].signatures",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_each_broken_rule_is_refused_by_its_code(world: World, name: str) -> None:
    """A block that breaks one rule, with everything else made to fit, is INVALID for that rule."""
    make, code, field = BREAKS[name]
    broken = make(world, good_block(world))
    assert world.chain.check(broken) == Checked(Verdict.INVALID, Refusal(code, field))


def test_a_committed_transaction_cannot_come_again(world: World) -> None:
    """Inside the window an id is refused, succeeded or FAILED, and also after reopening."""
    succeeded, failed = world.binding(20), world.binding(21, seed=HOLDER_SEED)
    world.grow(succeeded, failed)
    for again in (succeeded, failed):
        block = resealed(world.proposed(), transactions=[again.data])
        expected = Checked(Verdict.INVALID, Refusal(Code.DUPLICATE, "transactions[0].tx_id"))
        assert world.chain.check(block) == expected
        assert world.reopened().check(block) == expected


def test_a_certificate_by_other_validators_serves_as_well(world: World) -> None:
    """Nodes hold different certificates of one block; any that proves the parent is valid."""
    parent = world.chain.block(world.chain.tip.height)
    other = certificate_of(parent, world.chain.facts.validators, view=3, signers=(1, 2, 3))
    assert (
        world.chain.check(resealed(good_block(world), certificate=other)).verdict is Verdict.VALID
    )


def test_a_certificate_above_genesis_is_refused() -> None:
    """Block 1 has no parent that could have been voted on."""
    world = World()
    block = world.proposed()
    other = resealed(block, certificate=certificate_of(block, world.chain.facts.validators))
    refusal = Refusal(Code.BAD_CERTIFICATE, "last_certificate")
    assert world.chain.check(other) == Checked(Verdict.INVALID, refusal)


@pytest.mark.parametrize(("ahead_ms", "verdict"), [(2_000, Verdict.VALID), (2_001, Verdict.STALE)])
def test_a_new_block_may_run_ahead_by_the_drift(
    world: World, ahead_ms: int, verdict: Verdict
) -> None:
    """The clock rule holds for new blocks only, by the time they came."""
    block = good_block(world)
    fresh = Freshness(proposer=0, received_ms=block.header.time_ms - ahead_ms)
    assert world.chain.check(block, fresh).verdict is verdict
    assert world.chain.check(block).verdict is Verdict.VALID


def test_a_new_block_comes_from_the_primary_of_its_view(world: World) -> None:
    """Another proposer's block is stale as a new one and valid once a quorum vouched for it."""
    block = good_block(world)
    fresh = Freshness(proposer=1, received_ms=block.header.time_ms)
    stale = Checked(Verdict.STALE, Refusal(Code.BAD_HEADER, "header.proposer"))
    assert world.chain.check(block, fresh) == stale
    assert world.chain.check(block).verdict is Verdict.VALID


def test_a_block_that_was_checked_is_not_mistaken_for_another_of_its_hash(world: World) -> None:
    """What is remembered under a block hash never vouches for another body."""
    block = good_block(world)
    assert world.chain.check(block).verdict is Verdict.VALID
    other = replace(block, transactions=block.transactions[:2])
    assert world.chain.check(other).verdict is Verdict.INVALID


def test_what_the_mempool_has_decoded_is_not_decoded_again(world: World) -> None:
    """The transaction object at hand is the one that is executed."""
    at_hand = world.binding(1)
    block = world.chain.build([at_hand], time_ms=world.next_ms, proposer=0).block
    found = {at_hand.tx_hash: at_hand}
    assert world.chain.check(block, find_decoded=found.get).verdict is Verdict.VALID
    committed = world.chain.commit(block, world.certified(block))
    assert committed.transactions[0] is at_hand
