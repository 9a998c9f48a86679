"""`python -m tests.canaries.playing PACKAGE FOLDER PLANTED`: a scenario with canaries in its rows.

Every holder finds a word in every row of its source, and before the network stops its nodes are
asked everything that they answer.
"""

import importlib
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from apps.stage.conductor import Performance
from apps.stage.main import perform
from apps.stage.network import Network
from apps.stage.report import Report
from tests.canaries import one_person_twice
from tests.canaries.crawl import crawl
from tests.canaries.planting import Planted, plant

SOURCE_FILE = "records.csv"
IDENTIFYING = ("identity",)
COMPUTED = ("apps.statistics",)
"""Where every cell is of a public list, and figures are computed from them."""


def with_canaries(performance: Performance, planted_file: Path) -> Performance:
    """Return a performance that plants, and asks all nodes at its end."""

    def outfit(network: Network) -> None:
        performance.outfit(network)
        fixed = network.scenario.package in COMPUTED
        sources = sources_in(network.root)
        planted = [plant(source, IDENTIFYING, fixed=fixed) for source in sources]
        assert planted
        together(planted).write(planted_file)

    async def report(report: Report) -> None:
        await performance.report(report)
        for number, node in enumerate(report.network.nodes):
            crawl(node.node.rpc_address, whole=number == 0)

    return replace(performance, outfit=outfit, report=report)


def sources_in(root: Path) -> list[Path]:
    """Return the source of every holder."""
    return sorted(root.rglob(SOURCE_FILE))


def together(planted: Iterable[Planted]) -> Planted:
    """Return what was planted in several sources."""
    known = list(planted)
    words = dict.fromkeys(word for item in known for word in item.words)
    cells = dict.fromkeys(cell for item in known for cell in item.cells)
    return Planted(tuple(words), tuple(cells))


def main(package: str, folder: Path, planted_file: Path) -> int:
    """Play a scenario in a folder; write to a file what was planted."""
    if package == "apps.loan":
        one_person_twice.install()
    performance = importlib.import_module(f"{package}.performance").PERFORMANCE
    return perform(with_canaries(performance, planted_file), keep=False, folder=folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
