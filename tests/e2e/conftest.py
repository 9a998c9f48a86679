"""One consortium for all tests, taken back to its genesis for each, and gone with all processes."""

from collections.abc import Iterator

import pytest

from tests.e2e.cluster import Cluster


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Lay out four nodes; founding is not what these tests are about."""
    found = Cluster(tmp_path_factory.mktemp("net") / "consortium")
    try:
        yield found
    finally:
        found.stop()


@pytest.fixture
def cluster(founded: Cluster) -> Iterator[Cluster]:
    """Give four nodes without a past, not started."""
    founded.reset()
    try:
        yield founded
    finally:
        founded.stop()
