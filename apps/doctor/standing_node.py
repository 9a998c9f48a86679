"""What a running node says of itself and of its peers, asked over its RPC."""

from collections.abc import Sequence
from pathlib import Path

from apps.doctor.disk import disk_finding
from apps.doctor.findings import Finding, Verdict
from node.inspection import GROWTH_BLOCKS_MAX, Growth
from quancheng.api.chain import ChainStatus
from quancheng.api.state import PeerView
from quancheng.client import Client


async def look_at_node(client: Client, data: Path) -> tuple[Finding, ...]:
    """Ask a running node; `data` is its data folder on this machine."""
    status = await client.status()
    peers = (await client.peers()).peers
    return (
        _peers(status, peers),
        *_certificates(peers),
        _clock(status, peers),
        _agreement(status, peers),
        _version(status),
        _votes(status),
        disk_finding(data, status.height, await _growth(client, status)),
    )


def _peers(status: ChainStatus, peers: Sequence[PeerView]) -> Finding:
    waiting = status.waiting
    facts = {
        "peers": len(peers),
        "reachable": waiting.reachable,
        "needed": waiting.needed,
        "validators": status.validators,
    }
    if not peers:
        return Finding("peers", "none", Verdict.BAD, facts)
    if waiting.own_validator is not None and waiting.reachable < waiting.needed:
        return Finding("peers", "too_few", Verdict.BAD, facts)
    if waiting.own_validator is not None and waiting.reachable < status.validators:
        return Finding("peers", "incomplete", Verdict.WARNING, facts)
    return Finding("peers", "good", Verdict.GOOD, facts)


def _certificates(peers: Sequence[PeerView]) -> list[Finding]:
    expired = [peer for peer in peers if peer.certificate_expired_ms is not None]
    if not expired:
        return []
    facts = {"names": _names(expired)}
    return [Finding("peer_certificates", "expired", Verdict.WARNING, facts)]


def _clock(status: ChainStatus, peers: Sequence[PeerView]) -> Finding:
    offset_ms = status.clock_offset_ms
    facts = {"offset": offset_ms or 0, "bound": status.clock_offset_max_ms}
    if offset_ms is None:
        return Finding("clock", "unknown", Verdict.UNKNOWN, facts)
    if abs(offset_ms) > status.clock_offset_max_ms:
        return Finding("clock", "wrong", Verdict.BAD, facts)
    wrong = [
        peer
        for peer in peers
        if peer.clock_offset_ms is not None
        and abs(peer.clock_offset_ms) > status.clock_offset_max_ms
    ]
    if wrong:
        return Finding("clock", "peer_wrong", Verdict.WARNING, {**facts, "names": _names(wrong)})
    return Finding("clock", "good", Verdict.GOOD, facts)


def _agreement(status: ChainStatus, peers: Sequence[PeerView]) -> Finding:
    facts = {
        "height": status.height,
        "agreeing": sum(peer.agrees is True for peer in peers),
        "names": _names([peer for peer in peers if peer.agrees is False]),
        "root": status.state_root.hex()[:16],
    }
    if facts["names"]:
        return Finding("agreement", "fork", Verdict.BAD, facts)
    if not facts["agreeing"]:
        return Finding("agreement", "unknown", Verdict.UNKNOWN, facts)
    return Finding("agreement", "good", Verdict.GOOD, facts)


def _version(status: ChainStatus) -> Finding:
    facts = {
        "software": status.node_version,
        "protocol": status.protocol_version,
        "height": status.stops_at_height or 0,
    }
    if status.stops_at_height is not None:
        return Finding("version", "old", Verdict.WARNING, facts)
    return Finding("version", "good", Verdict.GOOD, facts)


def _votes(status: ChainStatus) -> Finding:
    facts = {"height": status.silent_up_to or 0}
    if status.silent_up_to is not None and status.waiting.own_validator is not None:
        return Finding("votes", "silent", Verdict.WARNING, facts)
    outcome = "voting" if status.validating else "observer"
    return Finding("votes", outcome, Verdict.GOOD, facts)


async def _growth(client: Client, status: ChainStatus) -> Growth:
    first = max(1, status.height - GROWTH_BLOCKS_MAX)
    if status.height <= first:
        return Growth(0, 0)
    header = (await client.header(first)).header
    # Until now, not until the last block: a chain that has fallen idle grows no more.
    return Growth(status.height - first, status.now_ms - header.time_ms)


def _names(peers: Sequence[PeerView]) -> str:
    return ", ".join(peer.name or peer.address for peer in peers)
