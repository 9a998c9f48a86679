"""What the folder of a node says without its process: identity, certificate, data, votes."""

import shutil
import time
from dataclasses import dataclass

from apps.doctor.disk import DAY_MS, disk_finding
from apps.doctor.findings import Finding, Verdict
from node.errors import HomeLocked, NodeFailure
from node.home import Home
from node.identity import Identity, load_identity
from node.inspection import StoreFound, inspect_data
from node.lock import HomeLock
from node.voting_past import Past

CERTIFICATE_DAYS_WARNING = 60


@dataclass(frozen=True, slots=True)
class HomeFound:
    """What was found in a home."""

    findings: tuple[Finding, ...]
    identity: Identity | None
    """None where the home is not even readable."""
    is_locked: bool
    """Whether a process runs it."""


def look_at_home(home: Home) -> HomeFound:
    """Read a home folder; what a process holds is left alone."""
    now_ms = time.time_ns() // 1_000_000
    try:
        identity = load_identity(home, now_ms)
    except NodeFailure as failure:
        return HomeFound((failure_finding("home", failure),), None, is_locked=False)
    findings = [
        Finding("home", "good", Verdict.GOOD, {"name": identity.name}),
        _certificate(identity, now_ms),
    ]
    try:
        lock = HomeLock(home)
    except HomeLocked:
        return HomeFound(tuple(findings), identity, is_locked=True)
    except NodeFailure as failure:
        findings.append(failure_finding("home", failure))
        return HomeFound(tuple(findings), identity, is_locked=False)
    try:
        findings += _data(identity)
    finally:
        lock.release()
    return HomeFound(tuple(findings), identity, is_locked=False)


def failure_finding(check: str, failure: NodeFailure) -> Finding:
    """Return what a failed look says of itself."""
    facts = {"what": failure.what, "advice": failure.remedy}
    return Finding(check, "failed", Verdict.BAD, facts)


def _certificate(identity: Identity, now_ms: int) -> Finding:
    days = (identity.peer.expires_at_ms - now_ms) // DAY_MS
    facts = {"days": days, "days_ago": -days}
    if days < 0:
        return Finding("certificate", "expired", Verdict.WARNING, facts)
    if days < CERTIFICATE_DAYS_WARNING:
        return Finding("certificate", "expiring", Verdict.WARNING, facts)
    return Finding("certificate", "good", Verdict.GOOD, facts)


def _data(identity: Identity) -> list[Finding]:
    """Look at the data of a node that does not run."""
    home, validator = identity.home, identity.validator
    own_key = None if validator is None else validator.public_key
    try:
        found = inspect_data(home, identity.config.storage.engine, identity.genesis, own_key)
    except NodeFailure as failure:
        return [failure_finding("store", failure)]
    if found is None:
        free = f"{shutil.disk_usage(home.root).free / 1024**3:.1f}"
        return [Finding("store", "empty", Verdict.GOOD, {"free": free})]
    return [_store(found), *_votes(found), disk_finding(home.data, found.tip.height, found.growth)]


def _store(found: StoreFound) -> Finding:
    outcome = "torn" if found.torn else "good"
    return Finding("store", outcome, Verdict.GOOD, {"height": found.tip.height})


def _votes(found: StoreFound) -> list[Finding]:
    if found.votes is None:
        return [Finding("votes", "observer", Verdict.GOOD)]
    facts = {"highest": found.votes.highest, "records": len(found.votes.entries)}
    if found.past is Past.LOST:
        return [Finding("votes", "lost", Verdict.WARNING, facts)]
    return [Finding("votes", "good", Verdict.GOOD, facts)]
