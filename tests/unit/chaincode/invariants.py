"""What must hold of every state, whatever happened before: read from the tables alone."""

from collections import Counter
from collections.abc import Iterator

from chaincode.authorization.records import CONSENTS, Consent, ConsentKind, ConsentStatus
from chaincode.delivery.records import ASSETS, AssetStatus
from chaincode.registration.records import PRODUCTS, FeeClass
from chaincode.rights import Right
from chaincode.settlement.records import (
    ACCOUNTS,
    INCOMES,
    INCOMES_OF_PARTY,
    MONEY,
    POLICIES,
    POOLS,
    Pool,
)
from chaincode.state import StateReader
from chaincode.trading.records import (
    FINAL,
    LINES,
    OPEN_LINES,
    ORDERS,
    UNRELEASED,
    Line,
    LineState,
    RefundReason,
    line_ids,
)
from ledger.envelope_header import EnvelopeHeader, EnvelopePreamble, Recipient


def check_invariants(state: StateReader, genesis_hash: bytes) -> None:
    """Assert I1, I2, I3, I5, I6, I8, I12 and I20 of a state."""
    lines: dict[bytes, Line] = dict(LINES.scan(state))
    check_money(state)
    check_escrow(state, lines)
    check_uses(state, lines)
    for line_id, line in lines.items():
        check_one_release(line)
        check_class(state, line)
        check_triple(state, line_id, line, genesis_hash)
        check_price(state, line)
        indexed = OPEN_LINES.get(state, (line.listing, line_id)) is not None
        assert indexed is (line.state in UNRELEASED)
    for key, pool in POOLS.scan(state):
        check_distribution(state, key, pool, lines)
    check_incomes(state)


def check_money(state: StateReader) -> None:
    """I1: free + escrow + dust = minted - burned; no account is below zero."""
    free = [account.free for _, account in ACCOUNTS.scan(state)]
    escrow = sum(order.escrow for _, order in ORDERS.scan(state))
    dust = sum(pool.income - sum(pool.paid) for _, pool in POOLS.scan(state))
    money = MONEY.get(state)
    assert money is not None
    assert all(amount >= 0 for amount in free)
    assert sum(free) + escrow + dust == money.minted - money.burned


def check_escrow(state: StateReader, lines: dict[bytes, Line]) -> None:
    """I2: an order's escrow is the price of its lines that are neither settled nor refunded."""
    for order_id, order in ORDERS.scan(state):
        own = [lines[line_id] for line_id in line_ids(order_id, order)]
        assert order.escrow == sum(line.price for line in own if line.state not in FINAL)


def check_uses(state: StateReader, lines: dict[bytes, Line]) -> None:
    """I3: reserved and used are exactly the lines that cite the consent."""
    reserved: dict[bytes, set[bytes]] = {}
    used: dict[bytes, set[bytes]] = {}
    for line_id, line in lines.items():
        if line.consent is not None and line.state in UNRELEASED:
            reserved.setdefault(line.consent, set()).add(line_id)
        if line.consent is not None and line.released_ms is not None:
            used.setdefault(line.consent, set()).add(line_id)
    for consent_id, consent in CONSENTS.scan(state):
        assert set(consent.reserved) == reserved.get(consent_id, set())
        assert set(consent.used) == used.get(consent_id, set())
        check_consent(consent)


def check_consent(consent: Consent) -> None:
    """Assert that uses are counted, and that only a granted consent has any under way."""
    assert len(consent.used) + len(consent.reserved) <= consent.max_uses
    assert consent.kind is ConsentKind.MATTER or consent.max_uses == 1
    if consent.status is not ConsentStatus.GRANTED:
        assert not consent.reserved
    exhausted = consent.status is ConsentStatus.EXHAUSTED
    assert not exhausted or len(consent.used) == consent.max_uses


def check_one_release(line: Line) -> None:
    """I5: what was refunded without a ruling was never released, and the other way round."""
    if line.state is LineState.REFUNDED and line.refund_reason is not RefundReason.RULING:
        assert line.release is None
    assert (line.release is None) is (line.released_ms is None)
    if line.state in UNRELEASED:
        assert line.release is None


def check_class(state: StateReader, line: Line) -> None:
    """I8: about a person with exactly one consent and pseudonym; about nobody with neither."""
    named = (line.consent, line.matter, line.sid)
    if line.product_class.is_individual:
        assert all(item is not None for item in named)
    else:
        assert all(item is None for item in named)
    product = PRODUCTS.known(state, line.product)
    assert product.terms.product_class is line.product_class


def check_triple(state: StateReader, line_id: bytes, line: Line, genesis_hash: bytes) -> None:
    """I6: consent, line and header name the same user, product, purpose, person and fields."""
    order = ORDERS.known(state, line.order)
    consent = None if line.consent is None else CONSENTS.known(state, line.consent)
    if consent is not None:
        assert consent.user == order.user
        assert (consent.product, consent.product_version) == (line.product, line.product_version)
        assert (consent.sid, consent.matter) == (line.sid, line.matter)
        assert line.fields == consent.fields
    if line.asset is None:
        return
    asset = ASSETS.known(state, line.asset)
    assert asset.line == line_id
    assert asset.fields & ~line.fields == 0
    void = line.state is LineState.REFUNDED and line.refund_reason is not RefundReason.RULING
    assert void is (asset.status is AssetStatus.VOID)
    keys = {(wrap.right, wrap.key) for wrap in asset.wraps} | {(Right.USE, order.receiving_key)}
    preamble = EnvelopePreamble(
        genesis_hash=genesis_hash,
        line=line_id,
        product=line.product,
        product_version=line.product_version,
        purpose=line.purpose,
        fields=asset.fields,
        consent=line.consent,
        matter=line.matter,
        sid=line.sid,
        retention_until_ms=0 if consent is None else consent.retention_until_ms,
        user=order.user,
        receiving_key=order.receiving_key,
        channel=asset.channel,
        chunk_size=asset.chunk_size,
        recipients=tuple(Recipient(right, key) for right, key in sorted(keys)),
        committee=asset.committee,
        source=asset.source,
        key_commitment=asset.key_commitment,
    )
    header = EnvelopeHeader(preamble, asset.cipher_root, asset.size, asset.content_commitment)
    assert header.hash() == asset.header_hash


def check_price(state: StateReader, line: Line) -> None:
    """I20: what serves the public good is free, and metered like the rest."""
    if PRODUCTS.known(state, line.product).terms.fee_class is FeeClass.PUBLIC:
        assert line.price == 0


def check_distribution(
    state: StateReader, key: tuple[bytes, int], pool: Pool, lines: dict[bytes, Line]
) -> None:
    """I12: each payee has the floor of its share; the dust is less than one fen each."""
    policy = POLICIES.known(state, key)
    own = [line for line in lines.values() if (line.product, line.policy_version) == key]
    assert pool.income == sum(line.income for line in own)
    assert all(line.income == 0 for line in own if line.state is not LineState.SETTLED)
    assert pool.open_lines == sum(1 for line in own if line.state not in FINAL)
    floors = [pool.income * payee.share // 10_000 for payee in policy.payees]
    dust = pool.income - sum(pool.paid)
    if pool.closed:
        assert dust == 0
        assert all(0 <= paid - floor <= 1 for paid, floor in zip(pool.paid, floors, strict=True))
    else:
        assert list(pool.paid) == floors
        assert 0 <= dust < len(floors)


def check_incomes(state: StateReader) -> None:
    """Statements count every fen of income and of payment in some period, and no other."""
    income, paid = Counter[bytes](), Counter[bytes]()
    for (product, _), pool in POOLS.scan(state):
        income[product] += pool.income
        paid[product] += sum(pool.paid)
    for (product, _), counted in INCOMES.scan(state):
        income[product] -= counted.amount
    for (product, _, _), counted in INCOMES_OF_PARTY.scan(state):
        paid[product] -= counted.amount
    assert not any(income.values())
    assert not any(paid.values())


def free_balances(state: StateReader) -> Counter[bytes]:
    """Return every free balance."""
    return Counter({party: account.free for party, account in ACCOUNTS.scan(state)})


def released_lines(state: StateReader) -> Iterator[bytes]:
    """Yield the lines whose key was released."""
    return (line_id for line_id, line in LINES.scan(state) if line.release is not None)
