"""A client that nobody here wrote works against the server; `tests.campaigns.clients` has more."""

import asyncio
import shutil

import pytest

from tests.campaigns.clients import curl_client, expected, outcome_of
from tests.unit.node.small_node import small_node


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
async def test_curl_reads_sends_waits_and_is_refused() -> None:
    """All that the README's reader would type by hand."""
    async with small_node(produces=True) as node:
        transaction = node.binding(1)
        found = await asyncio.to_thread(outcome_of, curl_client(), node.url, transaction.data)
    assert found == expected(transaction.tx_id)
