"""The client against a real server on loopback, over a real chain in memory."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chaincode.ids import key_id
from chaincode.membership.records import PARTIES, SUBJECTS, SubjectKind
from ledger import state_proof
from ledger.header import decode_header
from ledger.merkle import InclusionProof, included_root
from ledger.receipt import decode_receipt
from ledger.refusal import Code, Refused
from ledger.roots import RECEIPTS_TAG, TRANSACTIONS_TAG, counted_root
from ledger.suites import public_key_of
from ledger.transaction import assemble, transaction_hash
from node.rpc.backend import NodeStatus
from quancheng.api.events import START, Place
from quancheng.api.method import PAGE_MAX
from quancheng.api.transactions import InclusionPath, TransactionState
from quancheng.client import Client
from quancheng.errors import (
    NodeUnreachable,
    RequestRefused,
    TransactionExpired,
    TransactionFailed,
    TransactionPending,
    TransactionRejected,
)
from quancheng.sync_client import SyncClient
from quancheng.transport import RetryPolicy
from tests.unit.node.signed import badly_signed
from tests.unit.node.small_node import (
    AUTHORITY_SEED,
    HOLDER_SEED,
    START_MS,
    STRANGER_SEED,
    SmallNode,
    pseudonym,
    small_node,
)


@pytest.fixture
async def node() -> AsyncIterator[SmallNode]:
    async with small_node() as running:
        yield running


@pytest.fixture
async def client(node: SmallNode) -> AsyncIterator[Client]:
    async with Client(node.url) as session:
        yield session


async def test_submission_is_idempotent(node: SmallNode, client: Client) -> None:
    """The same bytes again: pending while they wait, final with their height afterwards."""
    signed = node.binding(1)
    for _ in range(3):
        (submission,) = await client.submit(signed)
        assert (submission.state, submission.refusal) == (TransactionState.PENDING, None)
    height = node.produce()
    for _ in range(2):
        (submission,) = await client.submit(signed)
        assert (submission.state, submission.height) == (TransactionState.FINAL_OK, height)
    block = await client.block(height)
    assert [line.tx_id for line in block.transactions] == [signed.tx_id]


async def test_submission_answers_each_transaction(node: SmallNode, client: Client) -> None:
    """A batch with good and bad transactions is answered one by one, in order."""
    good, failing = node.binding(1), node.binding(2, seed=HOLDER_SEED)
    bad = badly_signed(node.binding(3))
    stranger = node.binding(4, seed=STRANGER_SEED)
    expired = node.binding(5, valid_until_ms=node.clock.now_ms)
    submissions = await client.submit(good, failing, bad, stranger, expired)
    assert [(item.state.value, item.refusal and item.refusal.code) for item in submissions] == [
        ("pending", None),
        ("pending", None),
        ("rejected", "E001"),
        ("rejected", "E016"),
        ("expired", "E004"),
    ]


async def test_many_transactions_are_split_into_requests(node: SmallNode, client: Client) -> None:
    """More than one request holds go through all the same, in order."""
    signed = [node.binding(number) for number in range(750)]
    submissions = await client.submit(*signed)
    assert [item.tx_id for item in submissions] == [item.tx_id for item in signed]
    assert len(node.mempool) == 750


async def test_wait_until_final_ok(node: SmallNode, client: Client) -> None:
    """final-ok comes with receipt and proof, once the next block certifies the receipt."""
    signed = node.binding(1)
    await client.submit(signed)
    waiting = asyncio.create_task(client.wait(signed.tx_id))
    await node.somebody_waits()
    height = node.produce()
    node.produce()
    result = await waiting
    assert (result.state, result.height, result.position) == (TransactionState.FINAL_OK, height, 0)
    assert result.receipt is not None
    assert result.receipt.code == "E000"
    proof = result.proof
    assert proof is not None
    header = decode_header(proof.block.header)
    next_header = decode_header(proof.next_block.header)
    tx_hash = transaction_hash(proof.transaction)
    assert _root(TRANSACTIONS_TAG, tx_hash, proof.transaction_path) == header.transaction_root
    assert _root(RECEIPTS_TAG, proof.receipt, proof.receipt_path) == next_header.receipt_root
    assert decode_receipt(proof.receipt).subject == signed.tx_id
    assert next_header.parent_hash == header.hash()
    assert await client.proof(signed.tx_id) == proof


async def test_wait_without_proof_does_not_need_the_next_block(
    node: SmallNode, client: Client
) -> None:
    """The receipt is known as soon as the block is final."""
    signed = node.binding(1)
    await client.submit(signed)
    node.produce()
    result = await client.wait(signed.tx_id, proof=False)
    assert (result.state, result.proof) == (TransactionState.FINAL_OK, None)


async def test_wait_gives_what_is_known_when_time_is_over(node: SmallNode, client: Client) -> None:
    """A final transaction whose proof takes too long is still final; a waiting one is pending."""
    first, second = node.binding(1), node.binding(2)
    await client.submit(first)
    node.produce()
    result = await client.wait(first.tx_id, timeout_ms=30)
    assert (result.state, result.proof) == (TransactionState.FINAL_OK, None)
    await client.submit(second)
    result = await client.wait(second.tx_id, timeout_ms=30)
    assert result.state is TransactionState.PENDING


async def test_wait_final_failed(node: SmallNode, client: Client) -> None:
    """A transaction that the rules forbid is final-failed with its code and texts."""
    signed = node.binding(1, seed=HOLDER_SEED)
    await client.submit(signed)
    node.produce(2)
    result = await client.wait(signed.tx_id)
    assert result.state is TransactionState.FINAL_FAILED
    assert result.refusal is not None
    assert result.refusal.code == "E007"
    assert result.proof is not None


async def test_wait_rejected(node: SmallNode, client: Client) -> None:
    """What was refused at the door is rejected, with the reason, for as long as we remember."""
    bad = badly_signed(node.binding(1))
    await client.submit(bad)
    result = await client.wait(bad.tx_id)
    assert result.state is TransactionState.REJECTED
    assert result.refusal is not None
    assert result.refusal.code == "E001"


async def test_wait_expired(node: SmallNode, client: Client) -> None:
    """Once block time has reached the end of validity, a transaction without block is expired."""
    signed = node.binding(1, valid_until_ms=node.clock.now_ms + 300)
    await client.submit(signed)
    waiting = asyncio.create_task(client.wait(signed.tx_id))
    await node.somebody_waits()
    node.mempool.remove([signed.tx_hash])
    node.produce(2)
    assert (await waiting).state is TransactionState.EXPIRED


async def test_another_node_can_say_expired(node: SmallNode, client: Client) -> None:
    """A node that never saw a transaction says expired from its end of validity alone."""
    node.produce()
    result = await client.wait(bytes(32), valid_until_ms=START_MS)
    assert result.state is TransactionState.EXPIRED


async def test_wait_for_the_unknown_is_refused(client: Client) -> None:
    """A transaction that nobody has brought is not found when time is over."""
    with pytest.raises(RequestRefused) as caught:
        await client.wait(bytes(32), timeout_ms=30)
    assert caught.value.code == "E010"


async def test_submit_and_wait_raises_by_outcome(node: SmallNode, client: Client) -> None:
    """Each outcome but success has its exception, which carries the result."""
    with pytest.raises(TransactionRejected) as rejected:
        await client.submit_and_wait(badly_signed(node.binding(1)))
    assert rejected.value.code == "E001"
    with pytest.raises(TransactionExpired):
        await client.submit_and_wait(node.binding(2, valid_until_ms=node.clock.now_ms))
    with pytest.raises(TransactionPending):
        await client.submit_and_wait(node.binding(3), timeout_ms=30)
    failing = node.binding(4, seed=HOLDER_SEED)
    await client.submit(failing)
    node.produce(2)
    with pytest.raises(TransactionFailed) as failed:
        await client.submit_and_wait(failing)
    assert failed.value.code == "E007"


async def test_send_builds_signs_and_waits(node: SmallNode, client: Client) -> None:
    """One call from fields to the final receipt."""
    sending = asyncio.create_task(
        client.send(
            "subject.bind",
            [AUTHORITY_SEED],
            sid=pseudonym(1),
            kind="person",
            identity=bytes(32),
            until_ms=START_MS + 1_000,
        )
    )
    await node.somebody_waits()
    node.produce(2)
    result = await sending
    assert result.state is TransactionState.FINAL_OK
    subject = await client.record(SUBJECTS, pseudonym(1))
    assert subject is not None
    assert subject.kind is SubjectKind.PERSON


async def test_check_records_nothing(node: SmallNode, client: Client) -> None:
    """A dry run says what would happen, at the door and behind it, and leaves no trace."""
    good = await client.check(node.binding(1))
    assert (good.admitted, good.refusal) == (True, None)
    failing = await client.check(node.binding(1, seed=HOLDER_SEED))
    assert (failing.admitted, failing.refusal and failing.refusal.code) == (True, "E007")
    bad = await client.check(badly_signed(node.binding(1)))
    assert (bad.admitted, bad.refusal and bad.refusal.code) == (False, "E001")
    stranger = await client.check(node.binding(1, seed=STRANGER_SEED))
    assert (stranger.admitted, stranger.refusal and stranger.refusal.code) == (False, "E016")
    assert len(node.mempool) == 0
    assert await client.record(SUBJECTS, pseudonym(1)) is None


async def test_transaction_shows_its_body_by_name(node: SmallNode, client: Client) -> None:
    """A waiting and a final transaction read the same but for their place."""
    signed = node.binding(1)
    with pytest.raises(RequestRefused, match="E010"):
        await client.transaction(signed.tx_id)
    await client.submit(signed)
    waiting = await client.transaction(signed.tx_id)
    assert waiting.state is TransactionState.PENDING
    height = node.produce()
    final = await client.transaction(signed.tx_id)
    assert (final.state, final.height) == (TransactionState.FINAL_OK, height)
    assert final.body == waiting.body
    assert isinstance(final.body, dict)
    assert final.body["sid"] == pseudonym(1).hex()
    assert final.signers == (public_key_of(AUTHORITY_SEED),)
    assert final.data == signed.data


async def test_state_proofs_verify(node: SmallNode, client: Client) -> None:
    """A value and an absence verify under the state root of the header that comes with them."""
    await client.submit(node.binding(1))
    node.produce(2)
    for number, is_present in ((1, True), (2, False)):
        key = SUBJECTS.raw_key(pseudonym(number))
        proven = await client.prove(key)
        header = decode_header(proven.block.header)
        assert (proven.value is not None) == is_present
        proof = state_proof.decode_state_proof(proven.proof)
        assert state_proof.verify(header.state_root, proof, key, proven.value) is None
    before = await client.prove(SUBJECTS.raw_key(pseudonym(1)), height=1)
    assert before.value is None


async def test_pages_are_exact(node: SmallNode, client: Client) -> None:
    """Entities come each once, in key order, whatever the page size and filter."""
    count = PAGE_MAX + 30
    await client.submit(*[node.binding(number) for number in range(count)])
    node.produce(2)
    keys = [key async for key, _ in client.records(SUBJECTS)]
    assert keys == sorted(pseudonym(number) for number in range(count))
    filtered = [key async for key, _ in client.records(SUBJECTS, where={"kind": "person"})]
    assert filtered == keys
    assert [key async for key, _ in client.records(SUBJECTS, where={"kind": "minor"})] == []
    one = [key async for key, _ in client.records(SUBJECTS, prefix=keys[7])]
    assert one == [keys[7]]
    parties = [party async for _, party in client.records(PARTIES)]
    assert {party.name for party in parties} == {"holder", "identity_authority", "supervisor"}
    values = await client.values(SUBJECTS.raw_key(keys[0]), b"\xff")
    assert (values.values[0] is not None, values.values[1]) == (True, None)


async def test_chain_reads(node: SmallNode, client: Client) -> None:
    """Header, certificate, validators, parameters, peers."""
    node.produce(3)
    header = await client.header(2)
    assert decode_header(header.data).hash() == header.block_hash
    certificate = await client.certificate(2)
    assert (certificate.block_hash, len(certificate.signatures)) == (header.block_hash, 4)
    validators = await client.validators()
    assert (validators.height, validators.quorum, len(validators.validators)) == (4, 3, 4)
    names = {item.organisation_name for item in validators.validators}
    assert names == {"泉城银行", "organisation 1", "organisation 2", "organisation 3"}
    parameters = {item.name: item for item in (await client.parameters()).parameters}
    assert parameters["block_interval_ms"].value == 500
    assert [peer.name for peer in (await client.peers()).peers] == ["泉城银行"]


async def test_events_resume_exactly_once(node: SmallNode, client: Client) -> None:
    """Records come each once and in order although the line is cut in the middle of them."""
    signed = [node.binding(number) for number in range(60)]
    seen: list[bytes] = []
    progress = asyncio.Event()

    async def follow() -> None:
        async for record in client.events(after=START):
            seen.append(record.receipt.subject)
            progress.set()
            if len(seen) == len(signed):
                return

    following = asyncio.create_task(follow())
    cuts = 0
    for start in range(0, len(signed), 10):
        await client.submit(*signed[start : start + 10])
        node.produce()
        progress.clear()
        await progress.wait()
        cuts += node.cut_streams()
    await following
    assert cuts >= 5
    blocks = [await client.block(height) for height in range(1, 7)]
    assert seen == [line.tx_id for block in blocks for line in block.transactions]


async def test_unreachable_node_is_said_after_all_attempts() -> None:
    """No listener: NodeUnreachable with the number of attempts."""
    retry = RetryPolicy(attempts=3, pause_ms=1)
    async with Client("http://127.0.0.1:1", retry=retry) as client:
        with pytest.raises(NodeUnreachable) as caught:
            await client.status()
    assert caught.value.attempts == 3


async def test_sync_client(node: SmallNode) -> None:
    """The synchronous face gives the same answers."""
    signed = node.binding(1)
    url = node.url

    def script() -> tuple[int, str, int]:
        with SyncClient(url) as sync:
            (submission,) = sync.submit(signed)
            parties = list(sync.records(PARTIES))
            return sync.status().height, submission.state.value, len(parties)

    node.produce()
    assert await asyncio.to_thread(script) == (1, "pending", 3)


async def test_assembled_elsewhere_is_the_same_transaction(node: SmallNode, client: Client) -> None:
    """Signatures may be collected apart from building; the node sees no difference."""
    signed = node.binding(1)
    await client.submit(assemble(signed.unsigned, signed.signatures))
    node.produce()
    assert (await client.transaction(signed.tx_id)).state is TransactionState.FINAL_OK


def _root(tag: bytes, leaf: bytes, path: InclusionPath) -> bytes:
    proof = InclusionProof(path.index, path.size, path.path)
    return counted_root(tag, path.size, included_root(leaf, proof))


async def test_history_of_an_id(node: SmallNode, client: Client) -> None:
    """What concerned a party, newest first, refused attempts too, by pages that join exactly."""
    authority = key_id(public_key_of(AUTHORITY_SEED))
    expected: list[bytes] = []
    for number in range(5):
        signed = node.binding(number, seed=AUTHORITY_SEED)
        again = node.binding(0, seed=AUTHORITY_SEED, valid_until_ms=node.clock.now_ms + 90_000)
        batch = [signed] if number == 0 else [signed, again]
        await client.submit(*batch)
        height = node.produce()
        expected += [line.tx_id for line in (await client.block(height)).transactions]
    whole = await client.history(authority)
    assert [item.receipt.subject for item in whole.records] == expected[::-1]
    assert whole.before is None
    assert {item.receipt.code for item in whole.records} == {"E000", "E103"}
    paged: list[bytes] = []
    before: Place | None = None
    while True:
        page = await client.history(authority, before=before, limit=2)
        paged += [item.receipt.subject for item in page.records]
        before = page.before
        if before is None:
            break
    assert paged == expected[::-1]


async def test_trace_of_a_party(client: Client) -> None:
    """A trace names what it starts from; an unknown id is not found."""
    authority = key_id(public_key_of(AUTHORITY_SEED))
    trace = await client.trace(authority)
    assert trace.complete
    assert (trace.links[0].kind, trace.links[0].id) == ("party", authority)
    with pytest.raises(RequestRefused, match="E010"):
        await client.trace(bytes(32))


async def test_refusals_of_the_moment_are_tried_again(
    node: SmallNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full server is asked again when it says; a lasting refusal is raised at once."""
    asked = 0
    status = node.backend.status

    async def overloaded_twice() -> NodeStatus:
        nonlocal asked
        asked += 1
        if asked <= 2:
            raise Refused(Code.OVERLOADED, "calls")
        return await status()

    monkeypatch.setattr(node.backend, "status", overloaded_twice)
    retry = RetryPolicy(attempts=3, pause_ms=1, pause_max_ms=1)
    async with Client(node.url, retry=retry) as client:
        assert (await client.status()).height == 0
        assert asked == 3
        with pytest.raises(RequestRefused, match="E010"):
            await client.block(99)
