"""Every transaction type through every door: builder, command, node's answer, explanation, page."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apps.cli.draft import Draft
from apps.cli.explanation import show_transaction
from apps.cli.main import run_cli
from chaincode.catalogue import DECLARATIONS
from chaincode.codec import Choice, RecordCodec, record_codec
from chaincode.containers import Enumeration, Items, Maybe
from chaincode.declaration import AnyDeclaration
from chaincode.fields import Boolean, Codec, FixedBytes, Integer, Json, Name
from ledger.encoding import Value
from ledger.suites import public_key_of
from ledger.transaction import Transaction, decode_transaction
from node.rpc.views import body_json
from quancheng.api.transactions import TransactionResult, TransactionState
from quancheng.builders import Terms, build, sign
from tests.tidy.sources import ROOT

SEED = bytes(31) + b"\x01"
KEY = public_key_of(SEED)
TERMS = Terms(bytes(32), 1_000, [KEY])
PAGE = (ROOT / "docs" / "transactions.md").read_text(encoding="utf-8")
every_type = pytest.mark.parametrize("declaration", DECLARATIONS, ids=lambda item: str(item.name))


def example(codec: Codec[Any]) -> Value:
    """Return a canonical value of a kind."""
    if isinstance(codec, RecordCodec):
        return [example(part) for part in codec.codecs]
    if isinstance(codec, Choice):
        number, part = min(codec._by_number.items())
        return [number, example(part)]
    if isinstance(codec, Maybe):
        return example(codec.inner)
    if isinstance(codec, Items):
        return [example(codec.inner)]
    if isinstance(codec, Enumeration):
        return min(codec.by_number)
    if isinstance(codec, FixedBytes):
        return KEY if codec.size == len(KEY) else b"\x01" + b"\xab" * (codec.size - 1)
    assert isinstance(codec, Boolean | Integer | Name), codec
    if isinstance(codec, Name):
        return "泉城"
    return True if isinstance(codec, Boolean) else 1


def example_json(declaration: AnyDeclaration) -> dict[str, Json]:
    """Return the JSON of a body, as an application or a file for `tx send` has it."""
    codec = record_codec(declaration.body)
    body = declaration.write_json(codec.read(example(codec)))
    assert isinstance(body, dict)
    return body


def signed(declaration: AnyDeclaration) -> Transaction:
    """Return a transaction of a type, built by the SDK and read back from its bytes."""
    built = build(declaration.name, TERMS, **example_json(declaration))
    return decode_transaction(sign(built, SEED).data)


@every_type
def test_the_builder_takes_its_json_and_a_node_answers_with_the_same(
    declaration: AnyDeclaration,
) -> None:
    """Also after the JSON was text."""
    body = json.loads(json.dumps(example_json(declaration)))
    assert body_json(signed(declaration)) == body


@every_type
def test_the_command_describes_it(
    declaration: AnyDeclaration, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli(["tx", "types", declaration.name, "--json"]) == 0
    (described,) = json.loads(capsys.readouterr().out)
    names = [field["name"] for field in described["fields"]]
    assert names == list(example_json(declaration))


@every_type
def test_the_command_takes_its_body_from_a_file(
    declaration: AnyDeclaration, tmp_path: Path
) -> None:
    """What `tx send` reads from its file and builds is what the SDK builds."""
    file = tmp_path / "body.json"
    file.write_text(json.dumps(example_json(declaration)), encoding="utf-8")
    draft = Draft(declaration.name, (), (), file, None)
    terms = replace(TERMS, salt=bytes(16))
    built = build(declaration.name, terms, **draft.body())
    assert built == build(declaration.name, terms, **example_json(declaration))


@every_type
def test_it_is_explained(declaration: AnyDeclaration, capsys: pytest.CaptureFixture[str]) -> None:
    transaction = signed(declaration)
    found = TransactionResult(
        tx_id=transaction.tx_id,
        tx_hash=transaction.tx_id,
        state=TransactionState.PENDING,
        type=transaction.type,
        signers=(KEY,),
        valid_until_ms=1_000,
        body=body_json(transaction),
        data=transaction.data,
    )
    show_transaction(found)
    shown = capsys.readouterr().out
    assert declaration.name in shown
    assert all(f'"{name}"' in shown for name in example_json(declaration))


@every_type
def test_the_page_describes_it(declaration: AnyDeclaration) -> None:
    part = PAGE.partition(f"### `{declaration.name}`\n")[2].partition("\n### ")[0]
    assert declaration.meaning.split("\n")[0] in part
    assert all(f"`{field.name}`" in part for field in declaration.fields())
