"""The programs of docs/examples run as they stand, against a real server."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from quancheng.keystore import QUICK, KeyKind, Keystore
from tests.unit.node.small_node import AUTHORITY_SEED, SmallNode, small_genesis, small_node

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "examples"
KEYS = Path("testnet") / "identity" / "parties" / "identity-authority"
PASSPHRASE = "correct horse battery staple"
PROGRAM_S = 60
TX_ID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Reader:
    """Someone with a network in their folder who runs the examples."""

    node: SmallNode
    folder: Path
    interpreter: dict[str, str] = field(
        default_factory=lambda: {".py": sys.executable, ".mjs": shutil.which("node") or "node"}
    )

    async def run(self, name: str, *arguments: str, node: str = "", fails: bool = False) -> str:
        """Run a program, against its node or another; return what it printed."""
        program = EXAMPLES / name
        done = await asyncio.to_thread(
            subprocess.run,
            [self.interpreter[program.suffix], str(program), *arguments],
            cwd=self.folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "QUANCHENG_NODE": node or self.node.url,
                "QUANCHENG_SEED": AUTHORITY_SEED.hex(),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=PROGRAM_S,
        )
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stdout + done.stderr


@asynccontextmanager
async def lying_node(url: str, part: tuple[str, ...], place: int) -> AsyncIterator[str]:
    """Run a server that passes everything on, but for one byte in the proof of a `tx_wait`."""

    async def pass_on(request: web.Request) -> web.Response:
        asked = await request.json()
        async with ClientSession() as session, session.post(f"{url}/rpc", json=asked) as response:
            answer = await response.json()
        if asked["method"] == "tx_wait":
            inner = answer["result"]["proof"]
            for name in part[:-1]:
                inner = inner[name]
            data = bytearray.fromhex(inner[part[-1]])
            data[place] ^= 1
            inner[part[-1]] = data.hex()
        return web.json_response(answer)

    application = web.Application()
    application.router.add_post("/rpc", pass_on)
    async with TestServer(application) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest_asyncio.fixture
async def reader(tmp_path: Path) -> AsyncIterator[Reader]:
    """Give a folder as `testnet up` lays it out, and a node."""
    keys = tmp_path / KEYS
    Keystore(keys, QUICK).add("sign", KeyKind.SIGN, AUTHORITY_SEED, PASSPHRASE)
    (keys / "passphrase").write_text(PASSPHRASE + "\n", encoding="utf-8")
    (tmp_path / "testnet" / "genesis.qc").write_bytes(small_genesis().encoded())
    async with small_node(produces=True) as node:
        yield Reader(node, tmp_path)


async def test_first_transaction_is_proven(reader: Reader) -> None:
    """The first transaction takes effect, and the evidence file of it verifies."""
    printed = await reader.run("first_transaction.py")
    assert printed.startswith("final-ok ")
    (tx_id,) = TX_ID.findall(printed)
    verdict = await reader.run("prove.py", tx_id)
    assert verdict.startswith("subject.bind in block 1 unanchored")
    assert verdict.count("not proven:") == 3


async def test_many_transactions_count_once(reader: Reader) -> None:
    """Sent twice, each took effect once."""
    assert await reader.run("many_transactions.py") == "20 took effect; same again: True\n"
    lines = (await reader.run("follow_events.py", "20")).splitlines()
    assert len(set(lines)) == 20


async def test_events_go_on_where_they_were(reader: Reader) -> None:
    """A second run shows what follows the last record of the first."""
    await reader.run("many_transactions.py")
    lines = (await reader.run("follow_events.py", "7")).splitlines()
    lines += (await reader.run("follow_events.py", "13")).splitlines()
    assert len(lines) == len(set(lines)) == 20
    assert all(line.endswith(" subject.bind E000") for line in lines)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
async def test_javascript_builds_sends_and_verifies(reader: Reader) -> None:
    """Without our code a transaction is made from the documented bytes, and its proof verified."""
    printed = await reader.run("first_transaction.mjs", "testnet/genesis.qc")
    assert re.fullmatch(
        r"sent [0-9a-f]{64} (pending|final-ok)\nproven in block \d+ with code 0 final-ok\n", printed
    )


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
async def test_javascript_trusts_the_genesis_document_alone(reader: Reader) -> None:
    """Under the document of another chain nothing is sent."""
    genesis = reader.folder / "testnet" / "genesis.qc"
    data = bytearray(await asyncio.to_thread(genesis.read_bytes))
    data[data.index(b"small")] ^= 1
    await asyncio.to_thread(genesis.write_bytes, bytes(data))
    printed = await reader.run("first_transaction.mjs", "testnet/genesis.qc", fails=True)
    assert "another chain" in printed
    assert reader.node.chain.tip.height == 0


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
@pytest.mark.parametrize(
    ("part", "place"),
    [
        (("block", "certificate"), -1),
        (("block", "header"), -1),
        (("next_block", "header"), 45),
        (("receipt",), -1),
    ],
)
async def test_javascript_refuses_a_forged_proof(
    reader: Reader, part: tuple[str, ...], place: int
) -> None:
    """A node that changes one byte of a proof is caught."""
    async with lying_node(reader.node.url, part, place) as url:
        printed = await reader.run(
            "first_transaction.mjs", "testnet/genesis.qc", node=url, fails=True
        )
    assert "AssertionError" in printed or "Error: " in printed
    assert "proven" not in printed


def test_the_page_lists_every_example() -> None:
    """No program is left out of the page."""
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"\]\(([a-z_]+\.m?[jp][sy])\)", page))
    assert listed == {path.name for path in EXAMPLES.iterdir()} - {"README.md"}
