"""A chain that was written down once replays to the same roots under all later software."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from chaincode import catalogue
from chaincode.evidence import OFFENCES
from chaincode.validators import newest_schedule
from ledger.refusal import Code
from ledger.transaction import decode_transaction
from node.errors import ChainDiverged
from tests.tidy.sources import ROOT
from tests.vectors.golden_chain import GoldenChain, read_golden_chain, replayed

AGAIN = "written anew only with a decision: `python -m tests.vectors.golden_chain`"

HASH_SEEDS = ("0", "1", "4242")
ROOTS = """
import sys
from pathlib import Path
from ledger.suites import tagged_hash
from node.chain import Chain
from node.store.opening import open_engine
from tests.vectors.golden_chain import read_golden_chain

golden = read_golden_chain()
chain, _ = Chain.open(open_engine("leveldb", Path(sys.argv[1])), golden.genesis)
for block, certificate in zip(golden.blocks, golden.certificates(), strict=True):
    chain.commit(block, certificate)
    height = chain.tip.height
    receipts = [receipt.encoded() for receipt in chain.receipts(height)]
    print(height, chain.tip.tree.state_root().hex(), tagged_hash(b"test", *receipts).hex())
"""


@pytest.fixture(scope="module")
def golden() -> GoldenChain:
    return read_golden_chain()


def test_the_chain_replays_to_the_same_roots(golden: GoldenChain) -> None:
    """Each header names the roots after its parent; the last one is kept beside them."""
    chain = replayed(golden)
    assert chain.tip.height == len(golden.blocks)
    assert chain.tip.tree.state_root() == golden.state_root, AGAIN
    assert newest_schedule(chain.state).newest_epoch == 1
    assert len(list(OFFENCES.scan(chain.state))) == 1


def test_nodes_of_other_hash_seeds_have_the_same_roots_at_every_height(
    golden: GoldenChain, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Fresh nodes on their own disks, each in a process of its own (I23)."""
    outputs = []
    for seed in HASH_SEEDS:
        words = [sys.executable, "-c", ROOTS, str(tmp_path_factory.mktemp("node") / "data")]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        finished = subprocess.run(
            words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert finished.returncode == 0, finished.stderr
        outputs.append(finished.stdout.splitlines())
    assert all(output == outputs[0] for output in outputs)
    assert len(outputs[0]) == len(golden.blocks)
    for line, following in zip(outputs[0], golden.blocks[1:], strict=False):
        assert line.split()[1] == following.header.state_root.hex()
    assert outputs[0][-1].split()[1] == golden.state_root.hex()


def test_the_chain_holds_much_of_what_a_chain_can_hold(golden: GoldenChain) -> None:
    """Many types, many refusals, sweeps, evidence, and a change of validators."""
    chain = replayed(golden)
    types: Counter[str] = Counter()
    codes: Counter[Code] = Counter()
    sweeps = 0
    for height, block in enumerate(golden.blocks, start=1):
        receipts = chain.receipts(height)
        types.update(decode_transaction(item).type for item in block.transactions)
        codes.update(receipt.code for receipt in receipts)
        sweeps += len(receipts) - len(block.transactions) - len(block.evidence)
    assert len(types) >= 35
    assert len(codes) >= 12
    assert sweeps >= 5
    assert sum(len(block.evidence) for block in golden.blocks) == 1


def test_another_rule_does_not_replay(golden: GoldenChain, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test can fail: software without one of the types comes to other receipts."""
    types = {name: item for name, item in catalogue.TYPES.items() if name != "order.place"}
    monkeypatch.setattr(catalogue, "TYPES", types)
    with pytest.raises(ChainDiverged):
        replayed(golden)
