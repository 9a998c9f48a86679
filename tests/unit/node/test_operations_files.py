"""Rules and dashboard name only metrics that exist, and every metric is of use to one of them."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from node.metrics import Metrics
from node.rpc.metrics import FrontMetrics

ROOT = Path(__file__).parents[3]
RULES = ROOT / "docs" / "operations" / "prometheus-rules.yml"
DASHBOARD = ROOT / "docs" / "operations" / "grafana-dashboard.json"
PLAYED = ROOT / "tests" / "vectors" / "prometheus_rules.yml"

_NAME = re.compile(r"quancheng_[a-z_]+")
_HISTOGRAM = ("_bucket", "_sum", "_count")
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool of Prometheus is not installed"
)


def exported() -> set[str]:
    """Return the name of every series that a node can show."""
    names = set()
    for registry in (Metrics().registry, FrontMetrics().registry):
        for family in registry.collect():
            suffixes = {"counter": ("_total",), "histogram": _HISTOGRAM}.get(family.type, ("",))
            names |= {family.name + suffix for suffix in suffixes}
    return names


def expressions(panel: "dict[str, object]") -> list[str]:
    """Return the queries of a panel."""
    targets = panel.get("targets", [])
    assert isinstance(targets, list)
    return [target["expr"] for target in targets]


def named(path: Path) -> set[str]:
    """Return the metrics that the queries of a file name."""
    text = path.read_text(encoding="utf-8")
    if path is DASHBOARD:
        panels = json.loads(text)["panels"]
        text = "\n".join(query for panel in panels for query in expressions(panel))
    return set(_NAME.findall(text))


@pytest.mark.parametrize("path", [RULES, DASHBOARD], ids=lambda path: path.name)
def test_every_metric_that_is_named_exists(path: Path) -> None:
    assert named(path)
    assert named(path) - exported() == set()


def test_every_metric_is_shown() -> None:
    """What nobody looks at is not worth a series; sums and counts go with their buckets."""
    unseen = exported() - named(RULES) - named(DASHBOARD)
    assert {name for name in unseen if not name.endswith(("_sum", "_count"))} == set()


def test_every_alert_says_what_to_do() -> None:
    text = RULES.read_text(encoding="utf-8")
    alerts = text.count("- alert:")
    assert alerts > 15
    assert text.count("summary:") == text.count("action:") == text.count("severity:") == alerts


def test_panels_have_numbers_of_their_own_and_do_not_overlap() -> None:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (panel["gridPos"]["x"] + right, panel["gridPos"]["y"] + down)
        for panel in panels
        for right in range(panel["gridPos"]["w"])
        for down in range(panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


@needs_promtool
def test_prometheus_accepts_rules_and_metrics() -> None:
    """The real tool reads the rules, plays their tests, and lints what a node shows."""
    shown = Metrics().exposition() + FrontMetrics().exposition()
    for words, given in (
        (["check", "rules", str(RULES)], None),
        (["test", "rules", str(PLAYED)], None),
        (["check", "metrics"], shown),
    ):
        done = subprocess.run(["promtool", *words], input=given, capture_output=True, check=False)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()
