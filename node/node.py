"""The composition root: makes the parts of a node, starts them, stops them. Nothing subclasses it.

Reading order of a node: identity (what it is), chain and executor (what it knows), voting (what it
signed), network (whom it hears), host (how it votes), sync, gossip, rpc.
"""

import logging
import random
import secrets
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from chaincode.versions import VERSION_KNOWN
from consensus.replica import Replica
from consensus.timing import Timing
from ledger.refusal import Refusal
from ledger.transaction import Transaction
from node.activity import Activity, Observed
from node.chain import Chain, ChainOptions
from node.clock import Clock
from node.clock_watch import ClockWatch
from node.commit import Committer
from node.config import Address
from node.control import Control
from node.disk_guard import require_space, watch_space
from node.errors import NodeFailure
from node.evidence_pool import WAITING_MAX as EVIDENCE_WAITING_MAX
from node.evidence_pool import EvidencePool
from node.executor import ChainExecutor
from node.gossip import INBOUND_BYTES_MAX, Gossip
from node.home import Home
from node.host import Ground, Host, Surroundings
from node.identity import Identity, load_identity
from node.intake import Intake
from node.keeping import Keeping
from node.lock import HomeLock
from node.loop_lag import watch_loop_lag
from node.mempool import Charge, Mempool, MempoolLimits
from node.metrics import Metrics, Queue
from node.network.admission import Gatekeeper
from node.network.messages import PROTOCOL_VERSION, SESSION_SIZE, Hello, Role
from node.network.peers import Door, Peers
from node.proposals import Proposals
from node.read_log import ReadLog
from node.reception import Parts, Reception
from node.registry import ChainRegistry
from node.rpc.local_backend import LocalBackend, NodeParts
from node.serving import Server
from node.signing import Unlock, load_validator_key, no_passphrase
from node.snapshot.fetching import Place, SnapshotSync, finish_exchange
from node.snapshot.shelf import SnapshotShelf
from node.store.engine import KeyValueEngine
from node.store.opening import open_engine
from node.supervision import Supervisor
from node.sync import BlockSync
from node.tip_exchange import TipExchange
from node.verification import SignatureVerifier
from node.version_watch import VersionWatch
from node.voting import VotingStart, open_voting

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """What is said about one run of a node, besides what stands in its home."""

    forget_votes: bool = False
    """The operator's word to give up a vote store that cannot be trusted."""
    unlock: Unlock = no_passphrase
    """Gives the passphrase of a sealed validator key."""
    version_known: int = VERSION_KNOWN
    """The newest protocol version whose rules this software has."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a node has on disk and in its own hands, before it speaks to anybody."""

    identity: Identity
    lock: HomeLock
    engine: KeyValueEngine
    chain: Chain
    verifier: SignatureVerifier
    voting: VotingStart
    run: Run


def open_memory(home: Home, clock: Clock, run: Run | None = None) -> Memory:
    """Open everything a node has; raise NodeFailure saying what is wrong and what to do.

    What was opened before a failure is closed again.
    """
    with ExitStack() as opened:
        memory = _opened_memory(home, clock, opened, run or Run())
        opened.pop_all()
    return memory


def _opened_memory(home: Home, clock: Clock, opened: ExitStack, run: Run) -> Memory:
    lock = HomeLock(home)
    opened.callback(lock.release)
    read_key = partial(load_validator_key, unlock=run.unlock)
    identity = load_identity(home, clock.wall_ms(), read_key)
    storage = identity.config.storage
    require_space(home.data, storage.reserve_bytes)
    finish_exchange(home)
    engine = open_engine(storage.engine, home.chain)
    opened.callback(engine.close)
    verifier = SignatureVerifier()
    opened.callback(verifier.close)
    chain, report = Chain.open(
        engine, identity.genesis, ChainOptions(verifier.verify, run.version_known)
    )
    fields = {
        "height": report.tip.height,
        "block": report.tip.block_hash,
        "founded": report.founded,
        "verified_headers": report.verified.headers,
        "verified_values": report.verified.values,
        "replay_ids": report.replay_ids,
    }
    _log.info("chain opened", extra=fields)
    voting = open_voting(identity, chain, forget=run.forget_votes)
    return Memory(identity, lock, engine, chain, verifier, voting, run)


class Node:
    """One running node."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock
        identity, chain, config = memory.identity, memory.chain, memory.identity.config
        self.supervisor = Supervisor()
        self.metrics = Metrics()
        self.mempool = Mempool(self._charge_of, _mempool_limits(identity))
        self._executor = ChainExecutor(chain)
        self._committer = Committer(self._executor, self.mempool, self.metrics)
        self._intake = Intake(chain, self.mempool, memory.verifier, clock)
        self._registry = ChainRegistry(chain, config.network.banned_nodes)
        self.peers = Peers(config.network, self._door())
        self._gossip = Gossip(self._intake, self.peers)
        self.evidence = EvidencePool(chain, self.peers, self._evidence_changed)
        self._committer.listen(self.evidence.committed)
        self._proposals = Proposals(self._intake, self.peers)
        self._proposals.restore(chain.proposed_blocks())
        self.sync = BlockSync(chain, self._committer, self.peers)
        self._server = Server(chain, self._proposals.find, SnapshotShelf(chain, clock))
        self.snapshots = SnapshotSync(chain, self.peers, self.sync, snapshot_place(identity))
        self.host = self._host()
        self._tips = TipExchange(
            chain, self.peers, self.sync, memory.voting.past, self.host.set_silence
        )
        self._committer.listen(self._tips.committed)
        self._intake.listen(self._accepted)
        self.metrics.process.watch_disk(identity.home.data)
        versions = VersionWatch(chain, memory.run.version_known, self.metrics)
        self._committer.listen(versions.committed)
        self._clocks = ClockWatch(chain, self.peers, self.metrics)
        self.metrics.process.certificate_expiry.set(identity.peer.expires_at_ms / 1_000)
        past = memory.voting.past
        observed = Observed(
            self.host, self.peers, self.sync, self._tips, self._clocks, versions, past
        )
        self.activity = Activity(chain, observed)
        self.backend = LocalBackend(self._answering_parts(), self.metrics)
        self._committer.listen(lambda _, committed: self.backend.committed(committed))
        self._keeping = Keeping(chain)
        self._control = Control(identity.home.data, self._keeping.operations())
        self._watch_queues()

    async def start(self) -> Address:
        """Begin to vote, listen and dial; return the address for peers."""
        identity = self._memory.identity
        past = self._memory.voting.past
        if past is not None and past.silent_up_to:
            self.host.set_silence(past.silent_up_to)
        self.host.begin(self._memory.voting.recovered)
        for work in (
            self.host.run(),
            self.sync.run(),
            self._gossip.run(),
            self._server.run(),
            self._tips.run(),
            self._clocks.run(),
            self.snapshots.run(),
            watch_space(identity.home.data, identity.config.storage.reserve_bytes),
            watch_loop_lag(self.metrics),
        ):
            self.supervisor.spawn(work)
        parts = Parts(self.host, self._gossip, self.evidence, self._tips, self.sync, self._server)
        await self._control.start()
        reception = Reception(parts, self.peers, self.mempool, self.supervisor)
        return await self.peers.start(reception)

    @property
    def chain(self) -> Chain:
        """The committed chain, to be read."""
        return self._memory.chain

    async def submit(self, items: Sequence[bytes]) -> tuple[Refusal | None, ...]:
        """Take transactions in and gossip them; one answer for each, None where it waits now."""
        return await self._intake.add(items, None)

    async def stop(self) -> None:
        """Stop in the order in which parts depend on each other; then nothing is left running."""
        await self._control.close()
        await self._keeping.close()
        await self.peers.stop()
        await self.supervisor.close()
        self.snapshots.close()
        self._server.close()
        await self.host.close()
        self._executor.close()
        memory = self._memory
        memory.verifier.close()
        memory.engine.close()
        memory.lock.release()

    def _host(self) -> Host:
        validator = self._memory.identity.validator
        identity = None if validator is None else (validator.public_key, validator.sign)
        timing = Timing(view_ms=self._memory.identity.config.consensus.first_timeout_ms)
        replica = Replica(identity, timing, hash_payload=self._proposals.hash_payload)
        ground = Ground(
            chain=self._memory.chain,
            executor=self._executor,
            committer=self._committer,
            mempool=self.mempool,
            clock=self._clock,
            supervisor=self.supervisor,
            metrics=self.metrics,
        )
        surroundings = Surroundings(
            self.peers, self._registry, self._gossip, self.evidence, self._proposals, self.sync
        )
        return Host(replica, self._memory.voting.store, ground, surroundings)

    def _door(self) -> Door:
        identity, chain = self._memory.identity, self._memory.chain
        validator = identity.validator
        hello = Hello(
            protocol_version=PROTOCOL_VERSION,
            genesis_hash=chain.genesis_hash,
            node_id=identity.peer.node_id,
            session=secrets.token_bytes(SESSION_SIZE),
            role=Role.OBSERVER if validator is None else Role.VALIDATOR,
            validator_key=b"" if validator is None else validator.public_key,
        )
        gatekeeper = Gatekeeper(hello, identity.authorities, self._registry, self._clock)
        jitter = random.Random(secrets.randbits(64))  # noqa: S311 - it only spreads dialling
        return Door(gatekeeper, identity.tls, jitter)

    def _watch_queues(self) -> None:
        """Show the fill of the queues between nodes beside their bounds at each scrape."""
        network = self._memory.identity.config.network
        lanes = (
            network.consensus_queue_bytes + network.reply_queue_bytes + network.gossip_queue_bytes
        )
        watch = self.metrics.process.watch_queue
        watch(Queue.GOSSIP_BYTES, INBOUND_BYTES_MAX, lambda: self._gossip.inbound_size)
        watch(Queue.EVIDENCE, EVIDENCE_WAITING_MAX, lambda: len(self.evidence))
        watch(Queue.PEER_OUTGOING_BYTES, lanes, self.peers.longest_queue)

    def _answering_parts(self) -> NodeParts:
        home = self._memory.identity.home
        return NodeParts(
            chain_name=self._memory.identity.genesis.chain_name,
            node_version=_version(),
            chain=self._memory.chain,
            mempool=self.mempool,
            admit=self.submit,
            clock=self._clock,
            activity=self.activity,
            record=ReadLog(home.read_log, home.tls_key, self._clock.wall_ms).append,
        )

    def _accepted(self, transactions: Sequence[Transaction], source: bytes | None) -> None:
        self.backend.accepted(transactions)
        self._gossip.offer((item.data for item in transactions), source)
        self.host.refresh_work()

    def _evidence_changed(self) -> None:
        self.host.refresh_work()

    def _charge_of(self, transaction: Transaction) -> Charge:
        return self._memory.chain.door.charge_of(transaction)


def snapshot_place(identity: Identity) -> Place:
    """Return where a node puts a snapshot, and when it fetches one."""
    config = identity.config
    return Place(
        identity.home,
        config.storage.engine,
        identity.genesis,
        config.sync.snapshot_blocks,
        spare_bytes=2 * config.storage.reserve_bytes,
    )


def _mempool_limits(identity: Identity) -> MempoolLimits:
    settings = identity.config.mempool
    return MempoolLimits(
        transactions_max=settings.transactions_max,
        bytes_max=settings.bytes_max,
        per_organisation_max=settings.per_organisation_max,
    )


def _version() -> str:
    try:
        return version("quancheng-chain")
    except PackageNotFoundError:
        return "from source"


async def run_until_failure(node: Node) -> BaseException:
    """Wait until something fails that the node cannot go on with; return it."""
    failure = await node.supervisor.failure()
    if not isinstance(failure, NodeFailure):
        _log.critical("a bug stopped the node", exc_info=failure)
    return failure
