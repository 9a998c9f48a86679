"""A second opinion on releases: the rule of domain law again, from the records, in another way.

Nothing here calls the chaincode's rules; it only reads the tables. Where the handler asks step by
step and stops, this lists every objection with its rank and names the first.
"""

from collections.abc import Iterator

from chaincode.authorization.records import CONSENTS, GRANTS, MATTERS, Grant
from chaincode.context import BlockContext
from chaincode.delivery.job_records import JOBS
from chaincode.delivery.records import ASSETS
from chaincode.delivery.release import EnvelopeRelease
from chaincode.freezes import FREEZES
from chaincode.membership.records import KEYS, PARTIES, PURPOSES, RIGHTS
from chaincode.parameters import PARAMETERS, ParameterName
from chaincode.registration.records import CHANNELS, PRODUCTS, RESOURCES, Product
from chaincode.rights import Right
from chaincode.state import StateReader
from chaincode.trading.records import LINES, LISTINGS, ORDERS, Line
from ledger.refusal import Code

INDIVIDUAL = {1, 2, 3}
COMPUTED = {3, 4}
GROUP = 4
REFUND_CODES = {1: 11, 2: 11, 3: 514, 4: 306, 5: 305, 6: 312, 7: 302, 8: 206, 9: 202, 10: 503}
CONSENT_CODES = {1: 304, 3: 304, 4: 304, 5: 307, 6: 306, 7: 305, 8: 312}
ACTIVE_PARTY = 2


class ReleaseOracle:
    """Judges one release on the state just before it."""

    def __init__(self, state: StateReader, block: BlockContext) -> None:
        self.state = state
        self.block = block
        self.now_ms = block.time_ms

    def judge(self, body: EnvelopeRelease, signer: bytes) -> Code:
        """Return the code of the first objection, or OK."""
        line = LINES.get(self.state, body.line)
        if line is None:
            return Code.NOT_FOUND
        stage = self.stage(line)
        if stage is not None:
            return stage
        objections = [
            *self.freezes(line),
            *self.parties(line, signer),
            *self.rights(line),
            *self.deadline(line),
            *self.consent(body.line, line),
            *self.terms(line),
            *self.fields(line),
            *self.physical(body, line),
            *self.computing(line),
        ]
        return Code(min(objections)[1]) if objections else Code.OK

    def stage(self, line: Line) -> Code | None:
        """Return the objection to where the line stands."""
        if line.state == 9:
            assert line.refund_reason is not None
            return Code(REFUND_CODES[line.refund_reason])
        if line.state < 4:
            return Code.NOT_ACKNOWLEDGED
        return Code.ALREADY_RELEASED if line.state > 4 else None

    def freezes(self, line: Line) -> Iterator[tuple[int, int]]:
        """Yield the objection that something involved is frozen."""
        listing = LISTINGS.known(self.state, line.listing)
        product = PRODUCTS.known(self.state, line.product)
        sources = [source.resource for source in product.terms.sources]
        involved = {*self.involved(line), line.product, *sources, line.order}
        involved |= {*listing.operating_grants, *listing.delivery_grants}
        involved |= {line.consent} if line.consent else set()
        involved.add(self.block.genesis_hash)
        if any(self.frozen(target) for target in involved):
            yield 20, 9

    def involved(self, line: Line) -> set[bytes]:
        """Return the parties to a delivery."""
        listing = LISTINGS.known(self.state, line.listing)
        sources = PRODUCTS.known(self.state, line.product).terms.sources
        holders = {RESOURCES.known(self.state, source.resource).holder for source in sources}
        user = ORDERS.known(self.state, line.order).user
        return {user, listing.operator, listing.deliverer} | holders

    def parties(self, line: Line, signer: bytes) -> Iterator[tuple[int, int]]:
        """Yield objections to the signer and to parties that are not active."""
        asset = None if line.asset is None else ASSETS.known(self.state, line.asset)
        if asset is not None and asset.source is not None:
            yield from self.carrier(line, signer)
            return
        deliverer = LISTINGS.known(self.state, line.listing).deliverer
        key = KEYS.get(self.state, signer)
        if key is None:
            yield 30, 7
            return
        if PARTIES.known(self.state, key.party).status != ACTIVE_PARTY:
            yield 31, 8
        parties = self.involved(line)
        if any(PARTIES.known(self.state, item).status != ACTIVE_PARTY for item in parties):
            yield 32, 8
        if key.party != deliverer or not self.holds(deliverer, Right.DELIVER):
            yield 33, 7

    def carrier(self, line: Line, signer: bytes) -> Iterator[tuple[int, int]]:
        """Yield objections to whoever carries for the person; histories know adults alone."""
        if any(
            PARTIES.known(self.state, item).status != ACTIVE_PARTY for item in self.involved(line)
        ):
            yield 32, 8
        if signer != line.sid:
            yield 33, 313

    def rights(self, line: Line) -> Iterator[tuple[int, int]]:
        """Yield objections to sources, grants and product."""
        listing = LISTINGS.known(self.state, line.listing)
        product = PRODUCTS.known(self.state, line.product)
        for source in product.terms.sources:
            resource = RESOURCES.known(self.state, source.resource)
            if resource.status != 4 or self.now_ms >= resource.valid_until_ms:
                yield 40, 202
            if resource.catalogue != source.catalogue:
                yield 41, 203
        selling = self.grants(
            listing.operating_grants, Right.OPERATE, listing.operator, line, product
        )
        if selling:
            yield 50, selling
        delivering = self.grants(
            listing.delivery_grants, Right.DELIVER, listing.deliverer, line, product
        )
        if delivering:
            yield 52, delivering
        if product.status != 2 or product.version != line.product_version:
            yield 60, 206

    def deadline(self, line: Line) -> Iterator[tuple[int, int]]:
        """Yield objections to venue and deadline."""
        order = ORDERS.known(self.state, line.order)
        venue = CHANNELS.known(self.state, order.venue)
        if venue.replaced_by or not self.holds(venue.market_operator, Right.MARKET):
            yield 131, 408
        if self.now_ms >= order.deliver_until_ms:
            yield 140, 514

    def grants(
        self,
        ids: tuple[bytes, ...],
        right: Right,
        grantee: bytes,
        line: Line,
        product: Product,
    ) -> int:
        """Return the objection to one side's grants, or 0."""
        if not self.holds(grantee, right):
            return 7
        for grant in (GRANTS.known(self.state, item) for item in ids):
            if grant.kind != right or grant.grantee != grantee:
                return 301
            if grant.status != 2 or self.now_ms >= grant.until_ms:
                return 302
        found = [GRANTS.known(self.state, item) for item in ids]
        wanted = {source.resource for source in product.terms.sources}
        covered = {item for grant in found if self.covers(grant, line) for item in grant.resources}
        return 0 if wanted <= covered else 303

    def covers(self, grant: Grant, line: Line) -> bool:
        """Say whether class and purpose of a line lie within a grant."""
        wider = set(self.ladder(line.purpose))
        return line.product_class in grant.classes and bool(wider & set(grant.purposes))

    def consent(self, line_id: bytes, line: Line) -> Iterator[tuple[int, int]]:
        """Yield objections to the consent's own state."""
        needed = line.product_class in INDIVIDUAL
        if needed is not (line.consent is not None):
            yield 70, 304 if needed else 512
        if line.consent is None:
            return
        consent = CONSENTS.known(self.state, line.consent)
        matter = MATTERS.known(self.state, consent.matter)
        if consent.status != 2:
            yield 70, CONSENT_CODES[consent.status]
        elif self.now_ms >= consent.until_ms:
            yield 71, 305
        elif matter.status != 1 or self.now_ms >= matter.until_ms:
            yield 72, 312
        elif line_id not in consent.reserved:
            yield 73, 307

    def terms(self, line: Line) -> Iterator[tuple[int, int]]:
        """Yield where consent and line disagree."""
        if line.consent is None:
            return
        consent = CONSENTS.known(self.state, line.consent)
        if consent.user != ORDERS.known(self.state, line.order).user:
            yield 80, 309
        if (consent.product, consent.product_version) != (line.product, line.product_version):
            yield 81, 310
        if (consent.sid, consent.matter) != (line.sid, line.matter):
            yield 82, 313
        if consent.purpose not in self.ladder(line.purpose):
            yield 90, 308

    def fields(self, line: Line) -> Iterator[tuple[int, int]]:
        """Yield where more is delivered than was permitted, or permitted than is served."""
        assert line.asset is not None
        delivered = ASSETS.known(self.state, line.asset).fields
        product = PRODUCTS.known(self.state, line.product)
        rows = {row.purpose: row.fields for row in product.terms.purposes}
        served = next((rows[code] for code in self.ladder(line.purpose) if code in rows), 0)
        permitted = served
        if line.consent is not None:
            permitted = CONSENTS.known(self.state, line.consent).fields
        if delivered & ~permitted or permitted & ~served:
            yield 100, 311

    def physical(self, body: EnvelopeRelease, line: Line) -> Iterator[tuple[int, int]]:
        """Yield objections to the envelope and its channel."""
        assert line.asset is not None
        asset = ASSETS.known(self.state, line.asset)
        if body.header_hash != asset.header_hash:
            yield 110, 505
        if not any(body.wrap[:32]):
            yield 111, 506
        watched = any(wrap.right == Right.WATCH for wrap in asset.wraps)
        if self.parameter(ParameterName.SUPERVISOR_WRAP) and not watched:
            yield 112, 507
        listing = LISTINGS.known(self.state, line.listing)
        channel = CHANNELS.known(self.state, asset.channel)
        if channel.replaced_by or listing.deliverer not in channel.deliverers:
            yield 130, 501
        granted = [GRANTS.known(self.state, item) for item in listing.delivery_grants]
        if not any(grant.channel == asset.channel for grant in granted):
            yield 131, 501

    def computing(self, line: Line) -> Iterator[tuple[int, int]]:
        """Yield objections to the job behind a computed line, unless a person carries it."""
        assert line.asset is not None
        carried = ASSETS.known(self.state, line.asset).source is not None
        if line.product_class not in COMPUTED or carried:
            return
        job = JOBS.get(self.state, line.job) if line.job else None
        if job is None or job.status != 3:
            yield 120, 11
            return
        if line.product_class != GROUP:
            return
        terms = PRODUCTS.known(self.state, line.product).terms
        least = self.parameter(ParameterName.GROUP_SIZE_MIN)
        if job.group_size_min < least or job.group_size_min < terms.group_size_min:
            yield 121, 509
        for source in job.sources:
            taken, by_user = 0, 0
            for _, other in JOBS.scan(self.state):
                if source in other.sources and other.period == job.period:
                    taken += other.reserved + other.spent
                    by_user += (other.reserved + other.spent) * (other.user == job.user)
            over = taken > self.parameter(ParameterName.EPSILON_OF_RESOURCE_MAX)
            if over or by_user > self.parameter(ParameterName.EPSILON_OF_USER_MAX):
                yield 122, 510

    def parameter(self, name: ParameterName) -> int:
        """Return a parameter as the block has it."""
        record = PARAMETERS.known(self.state, name)
        return record.value if self.block.height < record.from_height else record.next_value

    def frozen(self, target: bytes) -> bool:
        """Say whether any case holds a target now."""
        freeze = FREEZES.get(self.state, target)
        return freeze is not None and max(hold.until_ms for hold in freeze.cases) > self.now_ms

    def holds(self, party: bytes, right: Right) -> bool:
        """Say whether a party holds a right now."""
        held = RIGHTS.get(self.state, (party, right))
        return held is not None and (held.until_ms or 2**60) > self.now_ms

    def ladder(self, purpose: int) -> list[int]:
        """Return a purpose and those above it, the narrowest first."""
        found = [purpose]
        while True:
            parent = PURPOSES.known(self.state, found[-1]).parent
            if parent is None:
                return found
            found.append(parent)
