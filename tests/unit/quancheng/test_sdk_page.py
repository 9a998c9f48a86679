"""The examples of docs/sdk.md run as they stand, one after the other, against a real server."""

import asyncio
import re
from pathlib import Path

import pytest

from quancheng.keystore import QUICK, KeyKind, Keystore
from tests.unit.node.small_node import AUTHORITY_SEED, small_node

PAGE = Path(__file__).parents[3] / "docs" / "sdk.md"
URL = "http://127.0.0.1:26680"


async def test_examples_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every Python block works as written; only the port differs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    passphrase = "correct horse battery staple"
    Keystore(Path("keys"), QUICK).add("sign", KeyKind.SIGN, AUTHORITY_SEED, passphrase)
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) >= 6
    async with small_node(produces=True) as node:
        script = "\n".join(blocks).replace(URL, node.url)
        namespace: dict[str, object] = {}
        await asyncio.to_thread(exec, compile(script, str(PAGE), "exec"), namespace)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("small ")
    assert lines[1].endswith(" subject.bound")
    assert lines[2].startswith("E103 ")
    assert "pseudonym" in lines[2]
    assert lines[3] == "final-ok"
    assert lines[4].startswith("PERSON ")
    assert lines[-1].endswith(" subject.bind E000")
    evidence = await asyncio.to_thread((tmp_path / "transaction.evidence").read_bytes)
    assert len(evidence) > 500
