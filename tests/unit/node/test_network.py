"""Real sockets on loopback: who is let in, what gets through, and how links are kept."""

import asyncio
import datetime as dt
import ssl
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from genesis.certificates import found_authority
from ledger.genesis import Organisation
from ledger.refusal import Refused
from node.config import NetworkSection
from node.network.frames import Kind, encode_frame
from node.network.lanes import Lane
from node.network.link import DEAD_AFTER_S, INVALID_FRAMES_MAX, Link
from node.network.messages import (
    BlocksFound,
    ConsensusMessage,
    GetBlocks,
    Message,
    Status,
    Transactions,
    encode_message,
)
from node.network.tls import ALPN, Authorities, tls_contexts
from tests.unit.node.network_support import (
    LOOPBACK,
    NOW,
    Machine,
    NetworkNode,
    authority_of,
    hello_of,
    machine_of,
    organisation_of,
    seed_of,
    start_node,
    stop_all,
    until,
)

BANK, TAX = authority_of("bank"), authority_of("tax office")
FOUNDERS = (organisation_of(BANK, "bank"), organisation_of(TAX, "tax office"))


@pytest.fixture
def bank(tmp_path: Path) -> Machine:
    return machine_of(tmp_path, BANK, "bank-1")


@pytest.fixture
def tax(tmp_path: Path) -> Machine:
    return machine_of(tmp_path, TAX, "tax-1")


async def start_pair(
    bank: Machine, tax: Machine, organisations: Sequence[Organisation] = FOUNDERS
) -> tuple[NetworkNode, NetworkNode]:
    """Start two nodes of which the second dials the first."""
    first = await start_node(bank, FOUNDERS)
    settings = NetworkSection(listen=LOOPBACK, peers=(first.address,))
    return first, await start_node(tax, organisations, settings=settings)


async def test_two_founders_exchange_messages(bank: Machine, tax: Machine) -> None:
    """Two machines of genesis organisations connect, know each other by raw key, and talk."""
    first, second = await start_pair(bank, tax)
    await until(lambda: len(first.heard.connected_links) == 1, "accepted")
    await until(lambda: len(second.heard.connected_links) == 1, "dialled")
    assert first.peers.links()[0].peer.node_id == tax.node_id
    assert first.peers.links()[0].peer.identity.organisation == FOUNDERS[1].id
    second.peers.broadcast(Status(5, b"proof"), Lane.URGENT)
    first.peers.send(tax.node_id, Transactions((b"a", b"b")), Lane.GOSSIP)
    await until(lambda: first.heard.messages == [(tax.node_id, Status(5, b"proof"))], "status")
    gossip = [(bank.node_id, Transactions((b"a", b"b")))]
    await until(lambda: second.heard.messages == gossip, "gossip")
    await stop_all(first, second)


async def stays_outside(first: NetworkNode, second: NetworkNode) -> None:
    """Assert that a node is refused again and again and neither side ever calls it connected."""
    await until(lambda: first.peers.refused + second.peers.refused >= 2, "refusals")
    for node in (first, second):
        assert not node.heard.connected_links
        assert not node.heard.messages
    await stop_all(first, second)


async def test_certificate_of_another_authority_is_refused(tmp_path: Path, bank: Machine) -> None:
    """A CA with a founder's name but another key admits nobody."""
    forged = found_authority(seed_of("another key"), "tax office", NOW)
    stranger = machine_of(tmp_path, forged, "stranger")
    trusted = (*FOUNDERS, organisation_of(forged, "forged"))
    await stays_outside(*await start_pair(bank, stranger, trusted))


async def test_unregistered_machine_is_refused(bank: Machine, tax: Machine) -> None:
    """A machine with a founder's certificate that the registry does not admit stays outside."""
    first = await start_node(bank, FOUNDERS)
    first.registry.banned.add(tax.node_id)
    settings = NetworkSection(listen=LOOPBACK, peers=(first.address,))
    second = await start_node(tax, FOUNDERS, settings=settings)
    await until(lambda: first.peers.refused >= 1, "refusal")
    await stays_outside(first, second)


async def test_peer_of_another_chain_is_refused(bank: Machine, tax: Machine) -> None:
    """The same organisations may run two chains; nodes of one do not talk to nodes of the other."""
    first = await start_node(bank, FOUNDERS)
    settings = NetworkSection(listen=LOOPBACK, peers=(first.address,))
    hello = hello_of(tax, genesis_hash=bytes(32))
    await stays_outside(first, await start_node(tax, FOUNDERS, hello=hello, settings=settings))


async def test_borrowed_node_id_is_refused(bank: Machine, tax: Machine) -> None:
    """A hello that claims another machine's key than its certificate's is refused."""
    first = await start_node(bank, FOUNDERS)
    settings = NetworkSection(listen=LOOPBACK, peers=(first.address,))
    hello = replace(hello_of(tax), node_id=bytes(32))
    await stays_outside(first, await start_node(tax, FOUNDERS, hello=hello, settings=settings))


async def send_raw(node: NetworkNode, context: ssl.SSLContext, frames: Sequence[bytes]) -> bytes:
    """Connect by hand, send frames, and return what comes back until the node hangs up."""
    received = b""
    try:
        reader, writer = await asyncio.open_connection(
            node.address.host, node.address.port, ssl=context
        )
        writer.writelines(frames)
        received = await asyncio.wait_for(reader.read(), DEAD_AFTER_S + 5)
        writer.close()
        await writer.wait_closed()
    except (OSError, ssl.SSLError):
        pass
    return received


def context_of(machine: Machine) -> ssl.SSLContext:
    return tls_contexts(Authorities(FOUNDERS), machine.certificate, machine.key).client


async def test_no_certificate_no_frame(bank: Machine, tax: Machine) -> None:
    """A client without a certificate hears nothing and no frame of it is read."""
    node = await start_node(bank, FOUNDERS)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols([ALPN])
    frames = [encode_message(hello_of(tax)), encode_message(Status(1, b""))]
    assert await send_raw(node, context, frames) == b""
    assert not node.heard.connected_links
    await stop_all(node)


async def test_old_tls_is_refused(bank: Machine, tax: Machine) -> None:
    """TLS 1.2 is not spoken, even with the right certificate."""
    node = await start_node(bank, FOUNDERS)
    context = context_of(tax)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert await send_raw(node, context, [encode_message(hello_of(tax))]) == b""
    assert not node.heard.connected_links
    await stop_all(node)


async def test_other_application_protocol_is_refused(bank: Machine, tax: Machine) -> None:
    """A connection that agreed on no protocol, or another one, is closed before our hello."""
    node = await start_node(bank, FOUNDERS)
    context = context_of(tax)
    context.set_alpn_protocols(["h2"])
    assert await send_raw(node, context, [encode_message(hello_of(tax))]) == b""
    assert not node.heard.connected_links
    await stop_all(node)


async def test_expired_certificate_is_tolerated_and_reported(
    tmp_path: Path, bank: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    """A date that has passed does not stop a node; it is reported."""
    long_ago = dt.datetime(1960, 1, 1, tzinfo=dt.UTC)
    old = machine_of(tmp_path, TAX, "old", now=long_ago)
    first, second = await start_pair(bank, old)
    await until(lambda: len(first.heard.connected_links) == 1, "accepted")
    identity = first.peers.links()[0].peer.identity
    assert identity.expired_at_ms is not None
    assert "certificate of peer has run out" in caplog.text
    await stop_all(first, second)


async def test_first_frame_must_be_the_hello(bank: Machine, tax: Machine) -> None:
    """Any other frame before the hello ends the connection unread."""
    node = await start_node(bank, FOUNDERS)
    frames = [encode_message(Status(9, b"")), encode_message(hello_of(tax))]
    await send_raw(node, context_of(tax), frames)
    assert not node.heard.connected_links
    await stop_all(node)


async def test_oversized_frame_is_refused_unread(bank: Machine, tax: Machine) -> None:
    """A declared length above the bound of its kind ends the link before the body is awaited."""
    node = await start_node(bank, FOUNDERS)
    prefix = bytes([Kind.STATUS]) + (2**31).to_bytes(4, "big")
    await send_raw(node, context_of(tax), [encode_message(hello_of(tax)), prefix])
    await until(lambda: len(node.heard.disconnected_links) == 1, "link closed")
    assert not node.heard.messages
    await stop_all(node)


async def test_invalid_frames_exhaust_their_budget(bank: Machine, tax: Machine) -> None:
    """A few undecodable frames are survived; too many end the link."""
    node = await start_node(bank, FOUNDERS)
    bad, good = encode_frame(Kind.STATUS, ("x",)), encode_message(Status(1, b""))
    hello = encode_message(hello_of(tax))
    frames = [hello, *[bad] * (INVALID_FRAMES_MAX - 1), good, bad, good]
    await send_raw(node, context_of(tax), frames)
    await until(lambda: len(node.heard.disconnected_links) == 1, "link closed")
    assert node.heard.messages[:1] == [(tax.node_id, Status(1, b""))]
    await stop_all(node)


async def test_silent_peer_is_dropped(bank: Machine, tax: Machine) -> None:
    """A peer that stops answering without closing is noticed within about three seconds."""
    node = await start_node(bank, FOUNDERS)
    loop = asyncio.get_running_loop()
    started = loop.time()
    await send_raw(node, context_of(tax), [encode_message(hello_of(tax))])
    await until(lambda: len(node.heard.disconnected_links) == 1, "silence noticed")
    assert DEAD_AFTER_S - 1 < loop.time() - started < DEAD_AFTER_S + 3
    await stop_all(node)


async def test_crossed_dials_leave_one_link(bank: Machine, tax: Machine) -> None:
    """Two nodes that dial each other at once keep exactly one link, the same on both sides."""
    first = await start_node(bank, FOUNDERS)
    second = await start_node(
        tax, FOUNDERS, settings=NetworkSection(listen=LOOPBACK, peers=(first.address,))
    )
    await until(lambda: bool(second.heard.connected_links), "first link")
    third = NetworkSection(listen=LOOPBACK, peers=(second.address,))
    await first.peers.stop()
    first = await start_node(bank, FOUNDERS, settings=third)
    await until(lambda: len(first.peers.links()) == 1, "link of the first")
    await until(lambda: len(second.peers.links()) == 1, "link of the second")
    first.peers.broadcast(Status(3, b""), Lane.URGENT)
    await until(lambda: (bank.node_id, Status(3, b"")) in second.heard.messages, "message")
    await stop_all(first, second)


async def test_link_comes_back_by_itself(bank: Machine, tax: Machine) -> None:
    """After a restart of the listening side the dialling side is connected again within seconds."""
    first, second = await start_pair(bank, tax)
    await until(lambda: len(second.peers.links()) == 1, "first link")
    await first.peers.stop()
    await until(lambda: not second.peers.links(), "loss noticed")
    again = NetworkSection(listen=first.address)
    first = await start_node(bank, FOUNDERS, settings=again)
    await until(lambda: len(second.peers.links()) == 1, "second link")
    await stop_all(first, second)


class Answering:
    """A handler that answers requests for blocks from height 5 on."""

    def received(self, link: Link, message: Message) -> None:
        """Answer, or be silent."""
        if isinstance(message, GetBlocks) and message.height >= 5:
            link.send(BlocksFound(message.number, ((b"block", b"certificate"),)), Lane.REPLY)


async def test_questions_find_their_answers(bank: Machine, tax: Machine) -> None:
    """An answer goes to the question with its number; silence and a lost link give None."""
    first, second = await start_pair(bank, tax)
    await until(lambda: len(second.peers.links()) == 1, "link")
    await until(lambda: len(first.peers.links()) == 1, "link")
    link = second.peers.links()[0]
    first.peers.links()[0]._handler = Answering()
    answers = await asyncio.gather(
        link.ask(lambda number: GetBlocks(number, 5, 1), BlocksFound, 2.0),
        link.ask(lambda number: GetBlocks(number, 4, 1), BlocksFound, 0.2),
    )
    assert answers[0] is not None
    assert answers[0].items == ((b"block", b"certificate"),)
    assert answers[1] is None
    waiting = asyncio.create_task(
        link.ask(lambda number: GetBlocks(number, 4, 1), BlocksFound, 60.0)
    )
    await asyncio.sleep(0)
    link.close("test")
    assert await asyncio.wait_for(waiting, 2.0) is None
    await stop_all(first, second)


async def test_votes_overtake_gossip_and_a_full_lane_drops_its_oldest(
    bank: Machine, tax: Machine
) -> None:
    """To a peer that reads slowly votes leave first, and the newest gossip survives."""
    first, second = await start_pair(bank, tax)
    await until(lambda: len(first.peers.links()) == 1, "link")
    link = first.peers.links()[0]
    batch = Transactions((bytes(60_000),))
    for _ in range(200):
        link.send(batch, Lane.GOSSIP)
    link.send(Transactions((b"newest",)), Lane.GOSSIP)
    link.send(ConsensusMessage(b"vote"), Lane.URGENT)
    assert link.dropped_frames > 0
    newest = (bank.node_id, Transactions((b"newest",)))
    await until(lambda: newest in second.heard.messages, "newest gossip")
    vote = second.heard.messages.index((bank.node_id, ConsensusMessage(b"vote")))
    assert vote < second.heard.messages.index(newest)
    await stop_all(first, second)


def test_a_founding_document_with_a_certificate_that_is_none_is_refused() -> None:
    """Found by fuzzing: a certificate of one byte too few stopped a node without a word."""
    cut = replace(FOUNDERS[0], ca_certificate=FOUNDERS[0].ca_certificate[:-1])
    with pytest.raises(Refused, match="E006"):
        Authorities([cut])
