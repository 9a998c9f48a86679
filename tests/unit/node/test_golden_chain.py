"""A chain that was written down once replays to the same roots under all later software."""

from collections import Counter

import pytest

from chaincode import catalogue
from chaincode.evidence import OFFENCES
from chaincode.validators import newest_schedule
from ledger.refusal import Code
from ledger.transaction import decode_transaction
from node.errors import ChainDiverged
from tests.vectors.golden_chain import GoldenChain, read_golden_chain, replayed

AGAIN = "written anew only with a decision: `python -m tests.vectors.golden_chain`"


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
