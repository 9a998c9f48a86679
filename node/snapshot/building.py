"""Building a store from a snapshot that nobody vouches for: each row is proven before it counts.

    headers       linked by their hashes from the genesis document upwards; where an epoch ends, and
                  at the anchor, a quorum of the set trusted so far has signed
    certificates  the one that the next header names, or one with a quorum of valid signatures
    bodies        fit the roots of their headers
    receipts      give the receipt root of the next header
    state         gives the state root of the anchor's header, once all of it is there
    history, primaries, replay window      computed from the headers and bodies

In the end the anchor block is committed like any other, so that the store is one that a start
verifies. Whoever sent a row that is refused is to blame, except for the state, which is refused as
a whole.
"""

from collections.abc import Sequence

from consensus.primary import SKIP_PERIOD
from ledger.block import Block, decode_block
from ledger.certificate import CommitCertificate, decode_certificate, last_certificate_hash
from ledger.genesis import Genesis
from ledger.header import Header, decode_header
from ledger.merkle import Frontier
from ledger.refusal import Code, Refused, require
from ledger.roots import RECEIPTS_TAG, STATE_TAG, counted_root, list_root
from ledger.state_tree import EMPTY_ROOT, TreeRoot, update
from ledger.transaction import decode_transaction
from ledger.validators import validator_set
from lightclient.trust import (
    TrustedState,
    ValidatorChange,
    change_validators,
    require_final,
    trust_genesis,
)
from lightclient.verification import require_certified
from node.chain import Chain, ChainOptions, longest_window_ms
from node.chain_view import ChainView, CommittedState
from node.founding import founding_marker
from node.snapshot.rows import (
    Manifest,
    check_body_row,
    decode_header_row,
    decode_receipts_row,
    decode_state_row,
)
from node.store import schema
from node.store.engine import Batch, KeyValueEngine
from node.store.records import Tip, TransactionLocation, encode_list
from node.store.sealing import SealedReader, put_sealed
from node.tip_verification import rebuilt_window

STATE_BATCH = 20_000
"""Keys that enter the tree at once."""
PROVEN_EVERY = 256
"""Headers between two whose certificate is checked although the next header names it: so long at
most can a liar go on."""


class SnapshotBuilder:
    """Takes the parts in their order into an empty store. Every method may raise Refused."""

    def __init__(self, engine: KeyValueEngine, genesis: Genesis, manifest: Manifest) -> None:
        require(manifest.genesis_hash == genesis.hash(), Code.WRONG_CHAIN, "snapshot.genesis_hash")
        in_order = 1 <= manifest.first_body <= manifest.anchor_height
        require(in_order and manifest.anchor_height >= 2, Code.SCHEMA, "snapshot.heights")
        self._engine = engine
        self._genesis = genesis
        self._manifest = manifest
        self._headers = _Headers(engine, genesis, manifest)
        self._bodies = _Bodies(self._headers, engine, manifest)
        self._state = _State(engine, manifest)
        self._first_indexed = manifest.anchor_height

    def take_headers(self, rows: Sequence[bytes]) -> None:
        """Take the next headers."""
        self._headers.take(rows)

    def take_bodies(self, rows: Sequence[bytes]) -> None:
        """Take the next bodies; all headers are there."""
        self._bodies.take(rows)

    def take_receipts(self, rows: Sequence[bytes]) -> None:
        """Take the receipts of the next blocks."""
        self._bodies.take_receipts(rows)

    def take_state(self, rows: Sequence[bytes]) -> None:
        """Take the next keys of the world state; all headers are there."""
        anchor, _ = self._headers.anchor()
        named = counted_root(STATE_TAG, self._manifest.values, self._manifest.tree_hash)
        require(named == anchor.state_root, Code.BAD_PROOF, "snapshot.tree_hash")
        self._state.take(rows)

    def take_index(self, rows: Sequence[bytes]) -> None:
        """Take entries of the index, which nothing proves: from one's own backup alone."""
        batch: Batch = {}
        for data in rows:
            key, _ = decode_state_row(data)
            require(key.startswith(schema.INDEX), Code.SCHEMA, "snapshot.index")
            put_sealed(batch, key, b"")
        self._engine.write_batch(batch, sync=False)
        self._first_indexed = self._manifest.first_indexed

    def finish(self) -> Tip:
        """Hold the state against the anchor, commit the anchor, and return the tip."""
        anchor, certificate = self._headers.anchor()
        block = self._bodies.anchor()
        tree = self._state.root()
        require(tree.state_root() == anchor.state_root, Code.BAD_PROOF, "snapshot.state")
        state = CommittedState(SealedReader(self._engine))
        window_max_ms = longest_window_ms(state)
        tip = self._tip(tree, anchor)
        self._require_enough_bodies(tip, window_max_ms)
        batch: Batch = {}
        put_sealed(batch, schema.root_key(tip.height), tree.encoded())
        put_sealed(batch, schema.TIP_KEY, tip.encoded())
        put_sealed(batch, schema.GENESIS_KEY, founding_marker(self._genesis))
        put_sealed(batch, schema.BODIES_KEY, _u64(self._manifest.first_body))
        put_sealed(batch, schema.INDEXED_KEY, _u64(self._first_indexed))
        self._engine.write_batch(batch, sync=True)
        options = ChainOptions()
        view = ChainView(self._engine, tip, options.kept_versions)
        chain = Chain(self._engine, tip, rebuilt_window(view, window_max_ms), options)
        chain.commit(block, certificate)
        return chain.tip

    def _tip(self, tree: TreeRoot, anchor: Header) -> Tip:
        """Return the tip under the anchor, all of it from certified hashes."""
        height = anchor.height - 1
        header = self._headers.header(height)
        frontier = self._headers.frontier
        tip = Tip(
            height=height,
            block_hash=anchor.parent_hash,
            time_ms=header.time_ms,
            validator_epoch=header.validator_epoch,
            tree=tree,
            receipt_root=anchor.receipt_root,
            history=frontier,
            embedded_views=self._bodies.embedded_views(anchor.validator_epoch),
            has_result=(
                header.state_root != anchor.state_root
                or anchor.receipt_root != list_root(RECEIPTS_TAG, ())
            ),
        )
        require(tip.history_root == anchor.history_root, Code.BAD_PROOF, "snapshot.history")
        return tip

    def _require_enough_bodies(self, tip: Tip, window_max_ms: int) -> None:
        """Refuse (E903) a snapshot without the bodies that later blocks depend on."""
        first = self._manifest.first_body
        if first == 1:
            return
        oldest_ms = tip.time_ms - window_max_ms
        enough = self._headers.header(first - 1).time_ms <= oldest_ms
        enough = enough and first <= tip.height - SKIP_PERIOD + 1
        require(enough, Code.BAD_BODY, "snapshot.first_body")


class _Headers:
    """Headers 1 … anchor, each proven; kept in the store."""

    def __init__(self, engine: KeyValueEngine, genesis: Genesis, manifest: Manifest) -> None:
        self._engine = engine
        self._reader = SealedReader(engine)
        self._genesis_hash = manifest.genesis_hash
        self._anchor_height = manifest.anchor_height
        self._trusted: TrustedState = trust_genesis(genesis)
        self._last: tuple[Header, CommitCertificate] | None = None
        self._is_final = False
        """Whether the last header's certificate was checked, because its epoch ends with it."""
        self.frontier = Frontier()

    def take(self, rows: Sequence[bytes]) -> None:
        batch: Batch = {}
        for data in rows:
            row = decode_header_row(data)
            header, certificate = decode_header(row.header), decode_certificate(row.certificate)
            self._link(header)
            ends = header.next_validators_hash != header.validators_hash
            require(ends == (row.next_members is not None), Code.SCHEMA, "snapshot.members")
            if row.next_members is not None:
                members = validator_set(header.validator_epoch + 1, row.next_members)
                change = ValidatorChange(header, certificate, members)
                self._trusted = change_validators(self._trusted, change)
            self._last, self._is_final = (header, certificate), ends
            put_sealed(batch, schema.header_key(header.height), row.header)
            put_sealed(batch, schema.certificate_key(header.height), row.certificate)
            put_sealed(batch, schema.block_hash_key(header.hash()), _u64(header.height))
        self._engine.write_batch(batch, sync=False)

    def _link(self, header: Header) -> None:
        """Hold a header against the one before it, and that one's certificate against this one."""
        height, parent_hash = 1, self._genesis_hash
        if self._last is not None:
            before, certificate = self._last
            height, parent_hash = before.height + 1, before.hash()
            is_named = last_certificate_hash(certificate) == header.last_certificate_hash
            if not is_named or height % PROVEN_EVERY == 0:
                self._require_proven(before, certificate)
            self.frontier = self.frontier.append(parent_hash)
        require(height <= self._anchor_height, Code.SCHEMA, "snapshot.headers")
        named = (header.genesis_hash, header.height, header.parent_hash)
        linked = named == (self._genesis_hash, height, parent_hash)
        require(linked, Code.BAD_HEADER, f"snapshot.header {height}")
        voted = header.validators_hash == self._trusted.validators.hash()
        require(voted, Code.BAD_HEADER, f"snapshot.header {height}")

    def _require_proven(self, header: Header, certificate: CommitCertificate) -> None:
        if self._is_final:
            return
        require_certified(self._trusted.validators, header, certificate)

    def anchor(self) -> tuple[Header, CommitCertificate]:
        """Return the last header and its certificate, proven final under the set of its epoch."""
        whole = self._last is not None and self._last[0].height == self._anchor_height
        require(whole, Code.SCHEMA, "snapshot.headers")
        assert self._last is not None
        if not self._is_final:
            require_final(self._trusted, *self._last)
            self._is_final = True
        return self._last

    def header(self, height: int) -> Header:
        """Return a header that was taken."""
        return decode_header(self.header_bytes(height))

    def header_bytes(self, height: int) -> bytes:
        """Return the bytes of a header that was taken."""
        data = self._reader.get(schema.header_key(height))
        if data is None:
            raise Refused(Code.SCHEMA, "snapshot.headers")
        return data


class _Bodies:
    """Bodies and receipts of the newest blocks, held against their headers."""

    def __init__(self, headers: _Headers, engine: KeyValueEngine, manifest: Manifest) -> None:
        self._headers = headers
        self._engine = engine
        self._manifest = manifest
        self._next = self._next_receipts = manifest.first_body
        self._views: list[tuple[int, int | None]] = []
        """Epoch of the voters, and view of the certificate embedded, of each body."""
        self._anchor: Block | None = None

    def take(self, rows: Sequence[bytes]) -> None:
        batch: Batch = {}
        for data in rows:
            body, height = check_body_row(data), self._next
            require(height <= self._manifest.anchor_height, Code.SCHEMA, "snapshot.bodies")
            block = decode_block(schema.BLOCK_HEAD + self._headers.header_bytes(height) + body)
            self._next += 1
            if height == self._manifest.anchor_height:
                self._anchor = block
                continue
            put_sealed(batch, schema.body_key(height), body)
            for position, item in enumerate(block.transactions):
                location = TransactionLocation(height, position)
                tx_id = decode_transaction(item).tx_id
                put_sealed(batch, schema.transaction_key(tx_id), location.encoded())
            embedded = block.last_certificate
            view = None if embedded is None else embedded.view
            self._views.append((block.header.validator_epoch, view))
        self._engine.write_batch(batch, sync=False)

    def take_receipts(self, rows: Sequence[bytes]) -> None:
        batch: Batch = {}
        for data in rows:
            receipts, height = decode_receipts_row(data), self._next_receipts
            require(height < self._manifest.anchor_height, Code.SCHEMA, "snapshot.receipts")
            root = self._headers.header(height + 1).receipt_root
            named = list_root(RECEIPTS_TAG, receipts) == root
            require(named, Code.BAD_BODY, f"snapshot.receipts {height}")
            put_sealed(batch, schema.receipts_key(height), encode_list(receipts))
            self._next_receipts += 1
        self._engine.write_batch(batch, sync=False)

    def anchor(self) -> Block:
        """Return the anchor block; refuse where bodies or receipts are not complete."""
        whole = self._anchor is not None
        whole = whole and self._next_receipts == self._manifest.anchor_height
        require(whole, Code.SCHEMA, "snapshot.bodies")
        assert self._anchor is not None
        return self._anchor

    def embedded_views(self, next_epoch: int) -> tuple[int, ...]:
        """Return what `embedded_views_after` gave, block by block, for the one under the anchor.

        `next_epoch` is that of the set which voted on the anchor.
        """
        first = self._manifest.first_body
        epoch_before = self._headers.header(first - 1).validator_epoch if first > 1 else 0
        following = [epoch for epoch, _ in self._views[1:]] + [next_epoch]
        views: tuple[int, ...] = ()
        for (epoch, view), after in zip(self._views, following, strict=True):
            if epoch != after:
                views = ()
            if view is not None and epoch_before == after:
                views = (*views, view)[-SKIP_PERIOD:]
            epoch_before = epoch
        return views


class _State:
    """The world state on its way into the store and the tree."""

    def __init__(self, engine: KeyValueEngine, manifest: Manifest) -> None:
        self._engine = engine
        self._reader = SealedReader(engine)
        self._values = manifest.values
        self._height = manifest.anchor_height - 1
        self._last_key = b""
        self._waiting: dict[bytes, bytes | None] = {}
        self._tree = EMPTY_ROOT
        self._taken = 0

    def take(self, rows: Sequence[bytes]) -> None:
        batch: Batch = {}
        for data in rows:
            key, value = decode_state_row(data)
            require(key > self._last_key, Code.SCHEMA, "snapshot.state")
            self._last_key = key
            self._waiting[key] = value
            put_sealed(batch, schema.state_key(key), value)
        self._engine.write_batch(batch, sync=False)
        self._taken += len(rows)
        require(self._taken <= self._values, Code.BAD_PROOF, "snapshot.state")
        if len(self._waiting) >= self._batch:
            self._grow()

    @property
    def _batch(self) -> int:
        """Keys of one version of the tree: versions are heights, and there must be enough."""
        return max(STATE_BATCH, -(-self._values // max(1, self._height - 1)))

    def root(self) -> TreeRoot:
        """Return the root over all that was taken."""
        self._grow()
        return self._tree

    def _grow(self) -> None:
        if not self._waiting:
            return
        left = max(0, self._values - self._taken)
        version = self._height - -(-left // self._batch)
        grown = update(self._page, self._tree, version, self._waiting)
        batch: Batch = dict.fromkeys(map(schema.page_key, grown.stale))
        for key, page in grown.pages.items():
            put_sealed(batch, schema.page_key(key), page)
        self._engine.write_batch(batch, sync=False)
        self._tree = grown.root
        self._waiting.clear()

    def _page(self, key: bytes) -> bytes | None:
        return self._reader.get(schema.page_key(key))


def _u64(number: int) -> bytes:
    return number.to_bytes(8, "big")
