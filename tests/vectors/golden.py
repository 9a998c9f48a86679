"""Golden bytes of every object of the ledger, for this implementation to keep and others to match.

`python -m tests.vectors.golden` writes golden/*.json. They are written once: a change of a file is
a change of the protocol, and every chain that exists forks on it.
"""

import json
from pathlib import Path

from ledger import suites
from ledger.block import Block
from ledger.certificate import last_certificate_hash
from ledger.encoding import encode
from ledger.genesis import Genesis, GenesisParty, Organisation, Parameter, Predecessor
from ledger.merkle import Frontier, prove_consistency, prove_inclusion
from ledger.receipt import Event, Receipt, sweep_id
from ledger.refusal import Code
from ledger.roots import EVIDENCE_TAG, HISTORY_TAG, RECEIPTS_TAG, TRANSACTIONS_TAG, list_root
from ledger.state_tree import EMPTY_ROOT, prove, update
from ledger.transaction import Transaction, UnsignedTransaction, sign_transaction, signing_bytes
from ledger.validators import validator_set
from ledger.vote import Prepared, VoteKind, block_vote_bytes, view_change_bytes
from tests.unit.lightclient.chain_maker import SEEDS, ChainMaker, member, seed
from tests.unit.quancheng.evidence_source import ChainSource, exported

FOLDER = Path(__file__).parent / "golden"

Fields = dict[str, str]
"""Names and hexadecimal bytes."""


def golden_genesis() -> Genesis:
    """Return a founding document with every kind of entry."""
    organisations = [
        Organisation("济南市大数据局", governing=True, ca_certificate=b"certificate 1"),
        Organisation("Bank", governing=False, ca_certificate=b"certificate 2"),
    ]
    organisations.sort(key=lambda item: item.id)
    first, second = organisations[0].id, organisations[1].id
    validators = [member(number, first if number < 3 else second) for number in range(1, 5)]
    party = GenesisParty(
        organisation=first,
        name="Department",
        kind=1,
        rights=(1, 2),
        sign_key=suites.public_key_of(seed(20)),
        kem_key=b"\x01" + bytes(range(32)),
    )
    return Genesis(
        chain_name="golden",
        time_ms=1_700_000_000_000,
        protocol_version=1,
        development=False,
        predecessor=Predecessor(bytes([1]) * 32, bytes([2]) * 32),
        organisations=tuple(organisations),
        validators=tuple(sorted(validators)),
        parties=(party,),
        parameters=(Parameter("block.interval_ms", 1_000, 100, 60_000),),
    )


def golden_transaction(number: int) -> Transaction:
    """Return a transaction with one signer for even numbers and two for odd ones."""
    seeds = [seed(30 + signer) for signer in range(1 + number % 2)]
    unsigned = UnsignedTransaction(
        genesis_hash=golden_genesis().hash(),
        type="purpose.define",
        salt=number.to_bytes(16, "big"),
        valid_until_ms=1_700_000_060_000,
        signers=tuple(suites.public_key_of(item) for item in seeds),
        body=[number, "普惠金融", bytes(32), None, True, [-1, 2**64 - 1]],
    )
    return sign_transaction(unsigned, seeds)


def golden_chain() -> ChainMaker:
    """Return three blocks: transactions and a sweep in the first, a set change in the second."""
    chain = ChainMaker(golden_genesis())
    sweep = Receipt(sweep_id(1, 0), Code.OK, (Event("order.expired", (bytes([3]) * 32,), (5,)),))
    chain.append([golden_transaction(0), golden_transaction(1)], sweeps=[sweep])
    replacement = member(5, chain.genesis.organisations[0].id)
    chain.append(next_validators=[*chain.genesis.validators[:3], replacement])
    chain.append()
    return chain


def _transactions() -> dict[str, Fields]:
    result = {}
    for number in range(2):
        item = golden_transaction(number)
        result[f"{number + 1} signers"] = {
            "unsigned": item.unsigned.encoded().hex(),
            "tx_id": item.tx_id.hex(),
            "signing bytes": signing_bytes(item.tx_id).hex(),
            "signatures": b"".join(item.signatures).hex(),
            "encoded": item.data.hex(),
            "tx_hash": item.tx_hash.hex(),
        }
    return result


def _genesis() -> dict[str, Fields]:
    genesis = golden_genesis()
    return {
        "genesis": {
            "encoded": genesis.encoded().hex(),
            "genesis_hash": genesis.hash().hex(),
            "organisation ids": b"".join(item.id for item in genesis.organisations).hex(),
        }
    }


def _votes() -> dict[str, Fields]:
    genesis_hash, block_hash = golden_genesis().hash(), bytes(range(32))
    messages = {
        kind.name.lower(): block_vote_bytes(kind, genesis_hash, 7, 2, block_hash)
        for kind in VoteKind
        if kind is not VoteKind.VIEW_CHANGE
    }
    prepared = Prepared(1, block_hash)
    messages["view_change, nothing prepared"] = view_change_bytes(genesis_hash, 7, 2, None)
    messages["view_change, prepared"] = view_change_bytes(genesis_hash, 7, 2, prepared)
    key = member(1).public_key
    return {
        name: {
            "public key": key.hex(),
            "signed bytes": message.hex(),
            "signature": suites.sign(SEEDS[key], message).hex(),
        }
        for name, message in messages.items()
    }


def _blocks() -> dict[str, Fields]:
    chain = golden_chain()
    result = {}
    for height in range(1, 4):
        block, certificate = chain.blocks[height - 1], chain.certificate(height)
        result[f"height {height}"] = {
            "header": block.header.encoded().hex(),
            "block_hash": block.header.hash().hex(),
            "block": block.encoded().hex(),
            "certificate": certificate.encoded().hex(),
            "certificate hash": last_certificate_hash(certificate).hex(),
            "receipts": encode([item.encoded() for item in chain.receipts[height - 1]]).hex(),
        }
    empty = Block(chain.header(1), None, ())
    result["no certificate"] = {
        "certificate hash": last_certificate_hash(empty.last_certificate).hex()
    }
    return result


def _validators() -> dict[str, Fields]:
    result = {}
    for size in (1, 4, 7):
        validators = validator_set(size, [member(number) for number in range(1, size + 1)])
        result[f"{size} members"] = {
            "encoded": encode(validators.to_value()).hex(),
            "hash": validators.hash().hex(),
        }
    return result


def _receipts() -> dict[str, Fields]:
    event = Event("consent.granted", (bytes([4]) * 32, bytes([5]) * 32), (1, 2**64 - 1))
    receipts = {
        "succeeded": Receipt(bytes([6]) * 32, Code.OK, (event,)),
        "refused": Receipt(bytes([6]) * 32, Code.CONSENT_EXHAUSTED),
        "sweep": Receipt(sweep_id(9, 1), Code.OK, (event, event)),
    }
    return {name: {"encoded": item.encoded().hex()} for name, item in receipts.items()}


def _roots() -> dict[str, Fields]:
    tags = {
        "transactions": TRANSACTIONS_TAG,
        "receipts": RECEIPTS_TAG,
        "evidence": EVIDENCE_TAG,
        "history": HISTORY_TAG,
    }
    result = {}
    frontier = Frontier()
    for size in range(8):
        leaves = [bytes([item]) * 32 for item in range(size)]
        fields = {name: list_root(tag, leaves).hex() for name, tag in tags.items()}
        fields["frontier"] = frontier.encoded().hex()
        if size:
            fields["inclusion of the last"] = encode(
                prove_inclusion(leaves, size - 1).to_value()
            ).hex()
            fields["consistency with the first"] = b"".join(prove_consistency(leaves, 1)).hex()
        result[f"{size} leaves"] = fields
        frontier = frontier.append(bytes([size]) * 32)
    return result


def _state() -> dict[str, Fields]:
    contents: dict[str, dict[bytes, bytes | None]] = {
        f"{size} keys": {b"key %d" % number: b"value %d" % number for number in range(size)}
        for size in (0, 1, 2, 3, 20, 100)
    }
    # The examples of the reference implementation of the Jellyfish tree.
    contents["hello"] = {b"hello": b"world"}
    contents["hello, goodbye"] = {b"hello": b"world", b"goodbye": b"world"}
    result = {}
    for name, content in contents.items():
        tree = update(_no_page, EMPTY_ROOT, 1, content)
        result[name] = {
            "tree root": tree.root.hash.hex(),
            "state root": tree.root.state_root().hex(),
            "proof of key 0": prove(tree.pages.get, tree.root, b"key 0").encoded().hex(),
            "proof of absent": prove(tree.pages.get, tree.root, b"absent").encoded().hex(),
            "root page": tree.pages.get((1).to_bytes(8, "big"), b"").hex(),
        }
    return result


def _evidence() -> dict[str, Fields]:
    chain = golden_chain()
    source, tx_id = ChainSource(chain), golden_transaction(1).tx_id
    genesis = chain.genesis.encoded().hex()
    return {
        "plain": {"genesis": genesis, "file": exported(source, tx_id).hex()},
        "anchored": {
            "genesis": genesis,
            "file": exported(source, tx_id, anchor_height=3).hex(),
            "anchor": chain.header(3).hash().hex(),
        },
    }


def _no_page(_: bytes) -> None:
    """Read from a store without pages."""


def golden() -> dict[str, dict[str, Fields]]:
    """Return all golden bytes: file name → object → field → hexadecimal."""
    return {
        "blocks": _blocks(),
        "evidence": _evidence(),
        "genesis": _genesis(),
        "receipts": _receipts(),
        "roots": _roots(),
        "state": _state(),
        "transactions": _transactions(),
        "validators": _validators(),
        "votes": _votes(),
    }


if __name__ == "__main__":
    for file_name, content in golden().items():
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        (FOLDER / f"{file_name}.json").write_text(text, encoding="utf-8")
