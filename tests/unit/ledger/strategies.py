"""Hypothesis strategies for every object of the ledger, and keys that tests sign with."""

from functools import cache

from hypothesis import strategies as st

from ledger import suites
from ledger.block import Block
from ledger.certificate import CommitCertificate, last_certificate_hash
from ledger.encoding import INTEGER_MAX, Value
from ledger.genesis import Genesis, GenesisParty, Organisation, Parameter, Predecessor
from ledger.header import Header
from ledger.receipt import Event, Receipt
from ledger.refusal import Code
from ledger.roots import EVIDENCE_TAG, TRANSACTIONS_TAG, list_root
from ledger.transaction import Transaction, UnsignedTransaction, assemble, transaction_hash
from ledger.validators import Validator, ValidatorSet, validator_set
from ledger.vote import VIEW_MAX


def seed(number: int) -> bytes:
    """Return the seed of test key `number`."""
    return number.to_bytes(suites.SEED_SIZE, "big")


@cache
def public_key(number: int) -> bytes:
    """Return the public key of test key `number`."""
    return suites.public_key_of(seed(number))


HASHES = st.binary(min_size=32, max_size=32)
NUMBERS = st.integers(0, INTEGER_MAX)
NAMES = st.text(st.characters(codec="utf-8"), max_size=16)
KEYS = st.integers(0, 20).map(public_key)
SIGNATURES = st.binary(min_size=64, max_size=64).map(lambda body: b"\x01" + body)

VALUES: st.SearchStrategy[Value] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), INTEGER_MAX)
    | st.binary(max_size=40)
    | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=20,
)


CERTIFICATES = st.builds(
    CommitCertificate,
    NUMBERS,
    st.integers(0, VIEW_MAX),
    HASHES,
    st.lists(st.tuples(st.integers(0, 255), SIGNATURES), max_size=5).map(tuple),
)

HEADERS = st.builds(
    Header,
    genesis_hash=HASHES,
    height=NUMBERS,
    time_ms=NUMBERS,
    parent_hash=HASHES,
    proposer=NUMBERS,
    transaction_root=HASHES,
    last_certificate_hash=HASHES,
    evidence_root=HASHES,
    state_root=HASHES,
    receipt_root=HASHES,
    history_root=HASHES,
    validator_epoch=NUMBERS,
    validators_hash=HASHES,
    next_validators_hash=HASHES,
    params_hash=HASHES,
)

RECEIPTS = st.builds(
    Receipt,
    HASHES,
    st.sampled_from(Code),
    st.lists(
        st.builds(
            Event,
            NAMES,
            st.lists(HASHES, max_size=3).map(tuple),
            st.lists(NUMBERS, max_size=3).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
)

VALIDATORS = st.builds(Validator, KEYS, HASHES)


@st.composite
def validator_sets(draw: st.DrawFn) -> ValidatorSet:
    """Draw a set in canonical order."""
    members = draw(st.lists(VALIDATORS, min_size=1, max_size=8, unique_by=lambda m: m.public_key))
    return validator_set(draw(NUMBERS), members)


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    """Draw a transaction of any type and body whose signatures are of the right form only."""
    signers = draw(st.lists(KEYS, min_size=1, max_size=8, unique=True))
    unsigned = UnsignedTransaction(
        genesis_hash=draw(HASHES),
        type=draw(NAMES.filter(lambda name: len(name.encode()) <= 32)),
        salt=draw(st.binary(min_size=16, max_size=16)),
        valid_until_ms=draw(NUMBERS),
        signers=tuple(signers),
        body=draw(st.lists(VALUES, max_size=4)),
    )
    count = len(signers)
    return assemble(unsigned, draw(st.lists(SIGNATURES, min_size=count, max_size=count)))


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    """Draw a block whose header names its body; its transactions are any bytes."""
    items = tuple(draw(st.lists(st.binary(max_size=60), max_size=3)))
    evidence = tuple(draw(st.lists(st.binary(max_size=30), max_size=3)))
    certificate = draw(st.none() | CERTIFICATES)
    template = draw(HEADERS)
    fields = {name: getattr(template, name) for name in Header.__slots__}
    fields["transaction_root"] = list_root(
        TRANSACTIONS_TAG, [transaction_hash(item) for item in items]
    )
    fields["evidence_root"] = list_root(EVIDENCE_TAG, evidence)
    fields["last_certificate_hash"] = last_certificate_hash(certificate)
    return Block(Header(**fields), certificate, items, evidence)


@st.composite
def geneses(draw: st.DrawFn) -> Genesis:
    """Draw a sound genesis document."""
    development = draw(st.booleans())
    organisations = sorted(
        (
            Organisation(draw(NAMES), draw(st.booleans()), certificate)
            for certificate in draw(
                st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4, unique=True)
            )
        ),
        key=lambda item: item.id,
    )
    ids = [item.id for item in organisations]
    least = 1 if development else 4
    validators = [
        Validator(key, draw(st.sampled_from(ids)))
        for key in draw(st.lists(KEYS, min_size=least, max_size=7, unique=True))
    ]
    parties = [
        GenesisParty(
            organisation=draw(st.sampled_from(ids)),
            name=draw(NAMES),
            kind=draw(st.integers(0, 255)),
            rights=tuple(draw(st.lists(st.integers(0, 255), max_size=4))),
            sign_key=key,
            kem_key=b"\x01" + draw(HASHES),
        )
        for key in sorted(draw(st.lists(KEYS, max_size=4, unique=True)))
    ]
    return Genesis(
        chain_name=draw(NAMES),
        time_ms=draw(NUMBERS),
        protocol_version=draw(NUMBERS),
        development=development,
        predecessor=draw(st.none() | st.builds(Predecessor, HASHES, HASHES)),
        organisations=tuple(organisations),
        validators=tuple(sorted(validators)),
        parties=tuple(parties),
        parameters=tuple(draw(parameters(name)) for name in sorted(draw(st.sets(NAMES)))),
    )


@st.composite
def parameters(draw: st.DrawFn, name: str) -> Parameter:
    """Draw a parameter within its bounds."""
    minimum, value, maximum = sorted(draw(st.tuples(NUMBERS, NUMBERS, NUMBERS)))
    return Parameter(name, value, minimum, maximum)
