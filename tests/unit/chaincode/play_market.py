"""What is offered and asked for in a history: supplies, demands, matches."""

from dataclasses import replace

from chaincode.authorization.grants import GrantAccept, GrantRevoke
from chaincode.registration.product import ProductReason, ProductResume, ProductSuspend
from chaincode.registration.records import PRODUCTS, ProductClass
from chaincode.rights import Right
from chaincode.trading.demands import DemandList
from chaincode.trading.matching import ListingMatch
from chaincode.trading.placement import OrderLine, OrderPlace
from chaincode.trading.records import DEMAND_BOOK, LISTINGS, MATCHES, SUPPLY_BOOK
from chaincode.trading.withdrawal import ListingWithdraw
from tests.unit.chaincode.city import CREDIT, CREDIT_SMALL, HOUR, MARKETING
from tests.unit.chaincode.match_oracle import right_matches
from tests.unit.chaincode.play import CARRIED_KEY, Play, Signed
from tests.unit.chaincode.play_delivery import consent_of
from tests.unit.chaincode.world import Actor


def sell(play: Play, a: int, b: int, c: int) -> Signed | None:
    city = play.city
    if a % 3 == 0:
        if c % 2 and play.demands:
            return ListingWithdraw(play.demands[b % len(play.demands)]), (city.bank,)
        return ListingWithdraw(play.listings[b % len(play.listings)]), (city.operator,)
    if a % 3 == 1 and b % 4 == 0:
        return GrantRevoke(city.delivery_grant), (city.holder,)
    reason = ProductReason.DEFECT
    body = ProductSuspend(city.product, reason) if c % 2 else ProductResume(city.product, reason)
    return body, (city.operator,)


def renew(play: Play, _a: int, b: int, _c: int) -> None:
    """Offer again what may have ended, in blocks of its own: fresh grants and a fresh listing."""
    play.end_block()
    city = play.city
    _, resumed = city.world.attempt(
        ProductResume(city.product, ProductReason.RESOLVED), city.operator
    )
    play.outcomes.append(("product.resume", resumed.receipt.code))
    city.operating_grant = _granted(play, Right.OPERATE, city.operator, city.operating_grant)
    city.delivery_grant = _granted(play, Right.DELIVER, city.deliverer, city.delivery_grant)
    quantity = None if b % 2 else 3
    supply = replace(city.supply(), price=b % 500, auto_confirm=b % 3 != 0, quantity=quantity)
    transaction, outcome = city.world.attempt(supply, city.operator)
    if outcome.refusal is None:
        city.listing = transaction.tx_id
        play.listings.append(transaction.tx_id)
        play.balances.learn(transaction, supply, city.operator.id)


def _granted(play: Play, kind: Right, grantee: Actor, otherwise: bytes) -> bytes:
    """Return a fresh grant; the one there was while a freeze prevents it."""
    city = play.city
    offered, outcome = city.world.attempt(city.grant_offer(kind, grantee), city.holder)
    if outcome.refusal is not None:
        return otherwise
    _, outcome = city.world.attempt(GrantAccept(offered.tx_id), grantee)
    return offered.tx_id if outcome.refusal is None else otherwise


def demand(play: Play, a: int, b: int, c: int) -> Signed:
    """Look for one of the kinds of products, for a price that may be too low."""
    city = play.city
    product_class = (ProductClass.DETAIL, ProductClass.NON_PERSONAL, ProductClass.GROUP)[a % 3]
    body = DemandList(
        venue=city.venue,
        product_class=product_class,
        product=city.product if c % 5 == 0 else None,
        purpose=(CREDIT, CREDIT_SMALL, MARKETING)[b % 3],
        price=b % 400,
        quantity=c % 3,
        until_ms=city.now_ms + HOUR,
    )
    return body, ((city.bank, city.other_bank)[c % 2],)


def match(play: Play, a: int, b: int, c: int) -> Signed | None:
    """Match a right pair, or any open supply with any open demand of its class."""
    world = play.world
    pairs = sorted(right_matches(world.state, world.block_context(), play.city.venue))
    if a % 2 or not pairs:
        supplies, demands = (
            [place for place, _ in book.scan(world.state)] for book in (SUPPLY_BOOK, DEMAND_BOOK)
        )
        pairs = [(one[-1], two[-1]) for one in supplies for two in demands if one[1] == two[1]]
    if not pairs:
        return None
    supply, wanted = pairs[b % len(pairs)]
    price = LISTINGS.known(world.state, supply).price
    return ListingMatch(supply, wanted, price + (c % 13 == 0)), (play.city.market,)


def take(play: Play, a: int, b: int, c: int) -> Signed | None:
    """Order on a match, as its user or as somebody else."""
    if not play.matches:
        return None
    city = play.city
    match_id = play.matches[a % len(play.matches)]
    record = MATCHES.get(city.world.state, match_id)
    consent = consent_of(play, b)[0] if c % 3 == 0 else None
    user = city.bank
    if record is not None:
        product = PRODUCTS.known(
            city.world.state, LISTINGS.known(city.world.state, record.supply).product
        )
        individual = product.terms.product_class.is_individual
        consent = consent_of(play, b)[0] if individual else None
        user = play.party_of(record.user)
    purpose = CREDIT if record is None or c % 7 == 0 else record.purpose
    body = OrderPlace(
        lines=(OrderLine(match_id, purpose, consent),),
        receiving_key=CARRIED_KEY,
        confirm_until_ms=city.now_ms + 10_000,
        deliver_until_ms=city.now_ms + HOUR // 2,
    )
    return body, (user,)
