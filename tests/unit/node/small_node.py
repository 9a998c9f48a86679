"""A whole small node in one process: real chain, mempool, intake and RPC server, no consensus.

Four founding validators sign every block on command, so that a test decides when the chain moves.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from chaincode.rights import PartyKind, Right
from ledger import suites
from ledger.certificate import CommitCertificate
from ledger.genesis import Genesis, GenesisParty, Organisation
from ledger.refusal import Code, Refusal, Refused
from ledger.transaction import Transaction, decode_transaction, has_valid_signatures
from ledger.validators import Validator
from ledger.vote import VoteKind, block_vote_bytes
from node.chain import Chain
from node.front.remote_backend import RemoteBackend
from node.front.service import serve_front
from node.mempool import Charge, Mempool
from node.metrics import Metrics
from node.rpc.backend import PeerStatus, RecordedRead, Waiting
from node.rpc.listener import RpcListener, listen
from node.rpc.local_backend import LocalBackend, NodeParts
from node.rpc.metrics import FrontMetrics
from node.rpc.server import RpcServer
from node.rpc.websocket import Patience
from node.store.memory import MemoryEngine
from quancheng.builders import Terms, build, sign

START_MS = 1_700_000_000_000
VALIDATOR_SEEDS = tuple(bytes([1, number]) + bytes(30) for number in range(4))
AUTHORITY_SEED = bytes([2]) + bytes(31)
HOLDER_SEED = bytes([3]) + bytes(31)
SUPERVISOR_SEED = bytes([9]) * 32
STRANGER_SEED = bytes([4]) + bytes(31)
BANK = Organisation("泉城银行", True, b"ca\0")
PEER = PeerStatus(bytes(32), BANK.id, "127.0.0.1:1", 3, 1, None)


class StandingClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_ms = START_MS

    def monotonic_ms(self) -> int:
        """Return the same time as the wall clock."""
        return self.now_ms

    def wall_ms(self) -> int:
        """Return the time that the test has set."""
        return self.now_ms


class QuietActivity:
    """A validator in view 0 with one peer."""

    def __init__(self) -> None:
        self.reasons: tuple[str, ...] = ()
        self.peers_ahead_ms: int | None = -7
        self.waits_for = Waiting("idle", "work", 1, 0, START_MS, None, 3, 4, 0, ())

    def view(self) -> int:
        """Return view 0."""
        return 0

    def is_validating(self) -> bool:
        """Say yes."""
        return True

    def is_syncing(self) -> bool:
        """Say no."""
        return False

    def peers(self) -> tuple[PeerStatus, ...]:
        """Return one peer."""
        return (PEER,)

    def silent_up_to(self) -> int | None:
        """Return none."""
        return None

    def clock_offset_ms(self) -> int | None:
        """Return what the test has set."""
        return self.peers_ahead_ms

    def stops_at_height(self) -> int | None:
        """Return none."""
        return None

    def waiting(self) -> Waiting:
        """Return what the test has set."""
        return self.waits_for

    def ailments(self) -> tuple[str, ...]:
        """Return what the test has set."""
        return self.reasons


def small_genesis() -> Genesis:
    """Return the genesis of four validators, an identity authority and a holder."""
    organisations = sorted(
        (
            BANK,
            *(
                Organisation(f"organisation {number}", True, bytes([number]))
                for number in (1, 2, 3)
            ),
        ),
        key=lambda item: item.id,
    )
    validators = sorted(
        Validator(suites.public_key_of(seed), organisation.id)
        for seed, organisation in zip(VALIDATOR_SEEDS, organisations, strict=True)
    )
    parties = sorted(
        (
            _party(organisations[0], AUTHORITY_SEED, PartyKind.IDENTITY_AUTHORITY, Right.IDENTIFY),
            _party(organisations[1], HOLDER_SEED, PartyKind.HOLDER, Right.HOLD),
            _party(organisations[2], SUPERVISOR_SEED, PartyKind.SUPERVISOR, Right.WATCH),
        ),
        key=lambda item: item.sign_key,
    )
    return Genesis(
        chain_name="small",
        time_ms=START_MS - 1_000,
        protocol_version=1,
        development=False,
        predecessor=None,
        organisations=tuple(organisations),
        validators=tuple(validators),
        parties=tuple(parties),
        parameters=(),
    )


def _party(organisation: Organisation, seed: bytes, kind: PartyKind, right: Right) -> GenesisParty:
    return GenesisParty(
        organisation=organisation.id,
        name=kind.name.lower(),
        kind=int(kind),
        rights=(int(right),),
        sign_key=suites.public_key_of(seed),
        kem_key=b"\x01" + bytes([kind]) * 32,
    )


@dataclass
class SmallNode:
    """The parts of the node, and the hands of a test."""

    chain: Chain
    mempool: Mempool
    backend: LocalBackend
    clock: StandingClock
    activity: QuietActivity
    metrics: Metrics
    server: RpcServer
    reads: list[RecordedRead]
    scheme: str = "http"

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"{self.scheme}://127.0.0.1:{self.server.port}"

    def binding(self, number: int, *, seed: bytes = AUTHORITY_SEED, **terms: int) -> Transaction:
        """Return a signed subject.bind for pseudonym `number`; by the holder it FAILs with E007."""
        valid_until_ms = terms.get("valid_until_ms", self.clock.now_ms + 60_000)
        unsigned = build(
            "subject.bind",
            Terms(
                self.chain.genesis_hash,
                valid_until_ms,
                [suites.public_key_of(seed)],
                number.to_bytes(16, "big"),
            ),
            sid=pseudonym(number),
            kind=1,
            identity=bytes(32),
            until_ms=START_MS + 1_000_000,
        )
        return sign(unsigned, seed)

    def produce(self, count: int = 1) -> int:
        """Commit blocks of what waits, and return the new height."""
        for _ in range(count):
            self.clock.now_ms += 200
            facts = self.chain.facts
            taken = self.mempool.take(facts.limits)
            built = self.chain.build(taken, time_ms=self.clock.now_ms, proposer=0)
            block = built.block
            certificate = self._certificate(block.header.height, block.header.hash())
            committed = self.chain.commit(block, certificate)
            self.mempool.remove(item.tx_hash for item in committed.transactions)
            self.mempool.expire(committed.tip.time_ms)
            self.backend.committed(committed)
        return self.chain.tip.height

    async def somebody_waits(self) -> None:
        """Return once a client waits for a transaction; fail after many turns of the loop."""
        for _ in range(100_000):
            if self.server._services.hub.waiters:
                return
            await asyncio.sleep(0)
        raise AssertionError("nobody waits")

    def cut_streams(self) -> int:
        """Cut the line of every WebSocket, as a network does; return how many there were."""
        connections = list(self.server._application._websockets)
        for connection in connections:
            request = connection._socket._req
            if request is not None and request.transport is not None:
                request.transport.abort()
        return len(connections)

    def _certificate(self, height: int, block_hash: bytes) -> CommitCertificate:
        message = block_vote_bytes(VoteKind.COMMIT, self.chain.genesis_hash, height, 0, block_hash)
        seeds = {suites.public_key_of(seed): seed for seed in VALIDATOR_SEEDS}
        members = self.chain.facts.validators.members
        signatures = tuple(
            (index, suites.sign(seeds[member.public_key], message))
            for index, member in enumerate(members)
        )
        return CommitCertificate(height, 0, block_hash, signatures)


def pseudonym_seed(number: int) -> bytes:
    """Return the seed of pseudonym `number`."""
    return bytes([5]) + number.to_bytes(31, "big")


def pseudonym(number: int) -> bytes:
    """Return the public key of pseudonym `number`."""
    return suites.public_key_of(pseudonym_seed(number))


def _taken_in(chain: Chain, mempool: Mempool, clock: StandingClock, data: bytes) -> Transaction:
    """Take one transaction in as a node does, without its worker threads."""
    transaction = decode_transaction(data)
    if transaction.tx_hash in mempool:
        return transaction
    refusal = chain.door.refuse(transaction, clock.now_ms)
    if refusal is None and not has_valid_signatures(transaction):
        refusal = Refusal(Code.BAD_SIGNATURE, "signatures")
    refusal = refusal or mempool.add([transaction])[0]
    if refusal is not None:
        raise Refused(refusal.code, refusal.field)
    return transaction


@asynccontextmanager
async def small_node(
    *,
    patience: Patience | None = None,
    token: str | None = None,
    produces: bool = False,
    calls_per_second: int = 100_000,
    tls: tuple[Path | None, Path | None] = (None, None),
) -> AsyncIterator[SmallNode]:
    """Run a small node and its front, a pipe between them, on a free port of loopback.

    One that `produces` commits what it takes in at once, and the block after it that proves it.
    """
    chain, _ = Chain.open(MemoryEngine(), small_genesis())
    clock, activity, metrics = StandingClock(), QuietActivity(), Metrics()

    def charge_of(transaction: Transaction) -> Charge:
        return chain.door.charge_of(transaction)

    mempool = Mempool(charge_of)
    nodes: list[SmallNode] = []
    reads: list[RecordedRead] = []

    async def admit(items: Sequence[bytes]) -> Sequence[Refusal | None]:
        refusals: list[Refusal | None] = []
        for data in items:
            try:
                taken = _taken_in(chain, mempool, clock, data)
                nodes[0].backend.accepted([taken])
                refusals.append(None)
                if produces:
                    asyncio.get_running_loop().call_soon(nodes[0].produce, 2)
            except Refused as refused:
                refusals.append(refused.refusal)
        return refusals

    backend = LocalBackend(
        NodeParts("small", "1.2.3", chain, mempool, admit, clock, activity, reads.append), metrics
    )
    listener = RpcListener("127.0.0.1", 0, *tls, token, calls_per_second)
    ours, theirs = socket.socketpair()
    serving = asyncio.create_task(serve_front(backend, ours))
    remote = await RemoteBackend.connect(theirs)
    answers = asyncio.create_task(remote.run())
    server = await RpcServer.start(
        remote, FrontMetrics(), listener, await listen(listener), patience
    )
    following = asyncio.create_task(server.serve())
    nodes.append(SmallNode(chain, mempool, backend, clock, activity, metrics, server, reads))
    nodes[0].scheme = "https" if tls[0] else "http"
    try:
        yield nodes[0]
    finally:
        await server.stop()
        tasks = (following, answers, serving)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
