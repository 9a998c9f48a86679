"""Trust moves from genesis through certified set changes, and by no other way."""

from dataclasses import replace

import pytest

from ledger.certificate import CommitCertificate
from ledger.header import Header
from ledger.refusal import Code, Refusal, Refused
from ledger.suites import ZERO_HASH
from ledger.validators import ValidatorSet, validator_set
from ledger.vote import VoteKind
from lightclient.trust import (
    TrustedState,
    ValidatorChange,
    advance,
    change_validators,
    require_final,
    trust_genesis,
)
from lightclient.verification import Bounds, require_timely
from tests.unit.lightclient.chain_maker import ChainMaker, certify, make_genesis, member

NEW_SET = [member(number) for number in (1, 2, 3, 5)]
INVENTED = [member(number) for number in (1, 2, 6, 7)]


@pytest.fixture(name="chain")
def fixture_chain() -> ChainMaker:
    """Six blocks; the set changes after block 3."""
    chain = ChainMaker(make_genesis())
    for height in range(1, 7):
        chain.append(next_validators=NEW_SET if height == 3 else None)
    return chain


def change(chain: ChainMaker, height: int) -> ValidatorChange:
    return ValidatorChange(
        chain.header(height), chain.certificate(height), chain.validators(height + 1)
    )


def trusted_after_change(chain: ChainMaker) -> TrustedState:
    return change_validators(trust_genesis(chain.genesis), change(chain, 3))


def refusal(
    trusted: TrustedState, header: Header, certificate: CommitCertificate
) -> Refusal | None:
    try:
        require_final(trusted, header, certificate)
    except Refused as refused:
        return refused.refusal
    return None


def lied(
    chain: ChainMaker, height: int, **changes: int | bytes
) -> tuple[Header, CommitCertificate]:
    """Return a block with fields changed that a quorum of its validators nevertheless signed."""
    original = chain.header(height)
    values = {name: getattr(original, name) for name in Header.__slots__}
    header = Header(**{**values, **changes})
    return header, certify(header, chain.validators(height), range(3))


def test_genesis_is_the_first_trust(chain: ChainMaker) -> None:
    """A genesis document names the set of height 1 and is its own block of height 0."""
    trusted = trust_genesis(chain.genesis)
    assert trusted.block_hash == trusted.genesis_hash == chain.genesis.hash()
    assert (trusted.height, trusted.validators) == (0, chain.validators(1))


def test_blocks_of_the_epoch_are_final_at_any_distance(chain: ChainMaker) -> None:
    """A certificate of the trusted set suffices for the next block and for later ones."""
    trusted = trust_genesis(chain.genesis)
    for height in (1, 2, 3):
        assert refusal(trusted, chain.header(height), chain.certificate(height)) is None


def test_trust_follows_the_chain(chain: ChainMaker) -> None:
    """Through blocks and a set change, trust ends where the chain does."""
    trusted = advance(trust_genesis(chain.genesis), chain.header(1), chain.certificate(1))
    trusted = change_validators(trusted, change(chain, 3))
    assert trusted.validators == chain.validators(4)
    for height in (4, 5, 6):
        trusted = advance(trusted, chain.header(height), chain.certificate(height))
    assert (trusted.height, trusted.block_hash) == (6, chain.header(6).hash())
    assert trusted.time_ms == chain.header(6).time_ms


def test_an_epoch_is_not_skipped(chain: ChainMaker) -> None:
    """A block of the next set is refused until the change to it is shown."""
    trusted = trust_genesis(chain.genesis)
    found = refusal(trusted, chain.header(4), chain.certificate(4))
    assert found == Refusal(Code.BAD_FOREIGN_HEADER, "validator_epoch")


def test_a_retired_set_has_no_say(chain: ChainMaker) -> None:
    """Members of an earlier epoch cannot sign later blocks, however many they are."""
    trusted = trusted_after_change(chain)
    header, old_set = chain.header(5), chain.validators(1)
    assert refusal(trusted, header, certify(header, old_set, range(4))) is not None
    stale = lied(chain, 5, validator_epoch=0, validators_hash=old_set.hash())
    assert refusal(trusted, *stale) == Refusal(Code.BAD_FOREIGN_HEADER, "validator_epoch")


def test_equal_epochs_mean_equal_sets(chain: ChainMaker) -> None:
    """A header of the trusted epoch with another set is refused."""
    invented = validator_set(0, INVENTED)
    header, certificate = lied(chain, 2, validators_hash=invented.hash())
    found = refusal(trust_genesis(chain.genesis), header, certificate)
    assert found == Refusal(Code.BAD_FOREIGN_HEADER, "validators_hash")


def test_two_stolen_keys_of_four_name_no_successor(chain: ChainMaker) -> None:
    """Half of the old set cannot hand over to a set of their own, as a one-third rule would let."""
    invented = validator_set(1, INVENTED)
    header, _ = lied(chain, 3, next_validators_hash=invented.hash())
    certificate = certify(header, chain.validators(3), range(2))
    with pytest.raises(Refused) as caught:
        change_validators(
            trust_genesis(chain.genesis), ValidatorChange(header, certificate, invented)
        )
    assert caught.value.refusal == Refusal(Code.BAD_CERTIFICATE, "certificate.count")


@pytest.mark.parametrize(
    "validators",
    [
        validator_set(1, INVENTED),
        validator_set(2, NEW_SET),
        validator_set(0, NEW_SET),
        validator_set(1, NEW_SET[:3]),
    ],
    ids=["another set", "an epoch too far", "the same epoch", "a member less"],
)
def test_only_the_set_that_the_header_names_takes_over(
    chain: ChainMaker, validators: ValidatorSet
) -> None:
    """Set and epoch number of a change are cross-checked."""
    with pytest.raises(Refused) as caught:
        change_validators(
            trust_genesis(chain.genesis), replace(change(chain, 3), validators=validators)
        )
    assert caught.value.refusal.code is Code.BAD_FOREIGN_HEADER


def test_a_change_must_change_something(chain: ChainMaker) -> None:
    """A block within an epoch does not pass as its last one, nor the last as one within."""
    trusted = trust_genesis(chain.genesis)
    same = validator_set(1, chain.validators(1).members)
    with pytest.raises(Refused):
        change_validators(trusted, replace(change(chain, 2), validators=same))
    with pytest.raises(Refused):
        advance(trusted, chain.header(3), chain.certificate(3))


def test_another_chain_is_refused(chain: ChainMaker) -> None:
    """The same validators on a chain with another genesis prove nothing here."""
    other = ChainMaker(make_genesis(name="other"))
    other.append()
    found = refusal(trust_genesis(chain.genesis), other.header(1), other.certificate(1))
    assert found == Refusal(Code.BAD_FOREIGN_CHAIN, "genesis_hash")


def test_heights_and_times_rise(chain: ChainMaker) -> None:
    """A header at or below the trusted height, or not later in time, is refused."""
    trusted = advance(trust_genesis(chain.genesis), chain.header(2), chain.certificate(2))
    for height in (1, 2):
        found = refusal(trusted, chain.header(height), chain.certificate(height))
        assert found == Refusal(Code.BAD_FOREIGN_HEADER, "height")
    backwards = lied(chain, 3, time_ms=trusted.time_ms)
    assert refusal(trusted, *backwards) == Refusal(Code.BAD_FOREIGN_HEADER, "time_ms")


def test_the_next_block_follows_the_trusted_one(chain: ChainMaker) -> None:
    """An adjacent header whose parent is another block is a fork and is refused."""
    trusted = advance(trust_genesis(chain.genesis), chain.header(1), chain.certificate(1))
    fork = lied(chain, 2, parent_hash=bytes([7]) * 32)
    assert refusal(trusted, *fork) == Refusal(Code.BAD_FOREIGN_HEADER, "parent_hash")


@pytest.mark.parametrize("name", ["state_root", "receipt_root", "history_root", "transaction_root"])
def test_a_root_of_zeros_is_refused(chain: ChainMaker, name: str) -> None:
    """Zero is never a root, even with a certificate (Nomad, 2022)."""
    empty = lied(chain, 2, **{name: ZERO_HASH})
    found = refusal(trust_genesis(chain.genesis), *empty)
    assert found == Refusal(Code.BAD_FOREIGN_HEADER, "root")


def test_a_proposer_is_a_member(chain: ChainMaker) -> None:
    """An index beyond the set is refused."""
    stranger = lied(chain, 2, proposer=4)
    found = refusal(trust_genesis(chain.genesis), *stranger)
    assert found == Refusal(Code.BAD_FOREIGN_HEADER, "proposer")


def test_the_certificate_is_for_this_header(chain: ChainMaker) -> None:
    """A certificate of another block, or of another height, proves nothing about a header."""
    trusted = trust_genesis(chain.genesis)
    header = chain.header(2)
    found = refusal(trusted, header, chain.certificate(1))
    assert found == Refusal(Code.BAD_CERTIFICATE, "certificate.height")
    fork, _ = lied(chain, 2, time_ms=header.time_ms + 1)
    found = refusal(trusted, fork, chain.certificate(2))
    assert found == Refusal(Code.BAD_CERTIFICATE, "certificate.block_hash")


def test_fewer_than_a_quorum_or_other_votes_prove_nothing(chain: ChainMaker) -> None:
    """Quorum less one is refused, and so are the prepares of all."""
    trusted, header = trust_genesis(chain.genesis), chain.header(2)
    validators = chain.validators(2)
    few = certify(header, validators, range(2))
    assert refusal(trusted, header, few) == Refusal(Code.BAD_CERTIFICATE, "certificate.count")
    prepares = certify(header, validators, range(4), VoteKind.PREPARE)
    found = refusal(trusted, header, prepares)
    assert found == Refusal(Code.BAD_CERTIFICATE, "certificate.signatures[0]")


BOUNDS = Bounds(trusting_period_ms=1_000, clock_drift_ms_max=20)


def timely(header: Header, trusted_time_ms: int, now_ms: int) -> Code:
    try:
        require_timely(trusted_time_ms, header, BOUNDS, now_ms)
    except Refused as refused:
        return refused.refusal.code
    return Code.OK


def test_trust_expires_to_the_millisecond(chain: ChainMaker) -> None:
    """One millisecond before its end trust holds, at its end and after it does not."""
    header = chain.header(1)
    start = header.time_ms
    assert timely(header, start, start + 999) is Code.OK
    assert timely(header, start, start + 1_000) is Code.TRUST_EXPIRED
    assert timely(header, start, start + 1_001) is Code.TRUST_EXPIRED


def test_the_future_is_refused_to_the_millisecond(chain: ChainMaker) -> None:
    """A header may be ahead of the clock by less than the drift that is allowed."""
    header = chain.header(1)
    assert timely(header, header.time_ms - 500, header.time_ms - 19) is Code.OK
    assert timely(header, header.time_ms - 500, header.time_ms - 20) is Code.BAD_FOREIGN_HEADER
    assert timely(header, header.time_ms - 500, header.time_ms - 21) is Code.BAD_FOREIGN_HEADER
