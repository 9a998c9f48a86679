"""What the doctor makes of facts: thresholds, the order of verdicts, a remedy for each trouble."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from apps.doctor import disk, standing_node
from apps.doctor.disk import DAY_MS, HOUR_MS, bytes_per_day, disk_finding, folder_size
from apps.doctor.findings import Finding, Verdict, worst_of
from apps.messages.cli_english import ENGLISH
from node.inspection import Growth
from quancheng.api.chain import ChainStatus
from quancheng.api.state import PeerView
from quancheng.api.waiting import WaitingCause, WaitingView

GIB = 1024**3


def test_growth_is_bytes_of_a_block_times_blocks_of_a_day() -> None:
    """A thousand blocks of 1,000 bytes each, a hundred of them in the last hour."""
    assert bytes_per_day(1_000_000, 1_000, Growth(100, HOUR_MS)) == 24 * 100 * 1_000


@pytest.mark.parametrize(("height", "passed_ms"), [(0, DAY_MS), (10, HOUR_MS - 1)])
def test_a_young_chain_says_nothing_of_days(height: int, passed_ms: int) -> None:
    assert bytes_per_day(1_000_000, height, Growth(10, passed_ms)) == 0


@pytest.mark.parametrize(
    ("free", "per_day", "outcome", "verdict"),
    [
        (300 * GIB, GIB, "good", Verdict.GOOD),
        (29 * GIB, GIB, "filling", Verdict.WARNING),
        (2 * GIB, GIB, "full", Verdict.BAD),
        (GIB, 0, "young", Verdict.GOOD),
        (GIB // 8, 0, "full", Verdict.BAD),
    ],
)
def test_days_left_and_bytes_left_decide(
    free: int,
    per_day: int,
    outcome: str,
    verdict: Verdict,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usage = SimpleNamespace(total=1_000 * GIB, used=0, free=free)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    monkeypatch.setattr(disk, "folder_size", lambda _: per_day)
    found = disk_finding(tmp_path, 10, Growth(10, DAY_MS))
    assert (found.outcome, found.verdict) == (outcome, verdict)


def test_the_size_of_a_folder_is_that_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a").write_bytes(bytes(3))
    (tmp_path / "deep" / "b").write_bytes(bytes(4))
    assert folder_size(tmp_path) == 7


def test_the_worst_finding_is_the_verdict() -> None:
    good, bad = Finding("a", "b", Verdict.GOOD), Finding("a", "b", Verdict.BAD)
    assert worst_of([good, bad, good]) is Verdict.BAD
    assert worst_of([]) is Verdict.UNKNOWN


def test_every_text_of_trouble_has_a_remedy() -> None:
    """Texts of good findings need none; all others say what to do."""
    good = {"good", "running", "observer", "voting", "young", "empty", "torn", "stuck"}
    keys = [key for key in ENGLISH if key.startswith("doctor.") and key.count(".") == 2]
    named = [key for key in keys if not key.startswith(("doctor.overall.", "doctor.key."))]
    lacking = [key for key in named if f"{key}.remedy" not in ENGLISH]
    assert {key.rpartition(".")[2] for key in lacking} <= good


def peer(**fields: Any) -> PeerView:  # noqa: ANN401 - of many types
    """Return a peer that is well, but for the fields given."""
    view = PeerView(bytes(32), bytes(32), "bank", "h:1", 9, 1, None, 1, 3, None, agrees=True)
    return replace(view, **fields)


def status(**fields: object) -> ChainStatus:
    """Return the status of a validator that is well, but for the fields given."""
    waiting = WaitingView(WaitingCause.IDLE, "work", 10, 0, 0, None, 3, 4, 0, ())
    known: dict[str, object] = {
        "waiting": waiting,
        "clock_offset_ms": 5,
        "clock_offset_max_ms": 1_000,
        "state_root": bytes(32),
        "height": 9,
        "validators": 4,
        "validating": True,
        "silent_up_to": None,
        "stops_at_height": None,
        "node_version": "1",
        "protocol_version": 1,
        **fields,
    }
    return cast(ChainStatus, SimpleNamespace(**known))  # the fields that are read


def outcomes() -> Iterator[tuple[Finding, str, Verdict]]:
    """Yield findings with what they must be."""
    clock, agreement = standing_node._clock, standing_node._agreement
    yield clock(status(), [peer()]), "good", Verdict.GOOD
    yield clock(status(clock_offset_ms=-1_001), [peer()]), "wrong", Verdict.BAD
    yield clock(status(clock_offset_ms=None), []), "unknown", Verdict.UNKNOWN
    yield clock(status(), [peer(clock_offset_ms=1_001)]), "peer_wrong", Verdict.WARNING
    yield agreement(status(), [peer(), peer()]), "good", Verdict.GOOD
    yield agreement(status(), [peer(), peer(agrees=False)]), "fork", Verdict.BAD
    yield agreement(status(), [peer(agrees=None)]), "unknown", Verdict.UNKNOWN
    yield standing_node._version(status()), "good", Verdict.GOOD
    yield standing_node._version(status(stops_at_height=99)), "old", Verdict.WARNING
    yield standing_node._votes(status()), "voting", Verdict.GOOD
    yield standing_node._votes(status(silent_up_to=12)), "silent", Verdict.WARNING
    yield standing_node._peers(status(), []), "none", Verdict.BAD
    yield standing_node._peers(status(), [peer()] * 3), "good", Verdict.GOOD
    yield standing_node._peers(status(validators=5), [peer()] * 3), "incomplete", Verdict.WARNING


@pytest.mark.parametrize(("found", "outcome", "verdict"), list(outcomes()))
def test_what_a_running_node_says_is_judged(found: Finding, outcome: str, verdict: Verdict) -> None:
    assert (found.outcome, found.verdict) == (outcome, verdict)
    ENGLISH[found.key].format(**found.facts, program="quancheng")
