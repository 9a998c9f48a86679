"""What the server says of itself: docs, OpenRPC document and metrics follow the declarations."""

import json
import re
from pathlib import Path
from typing import Any

from node.metrics import Metrics
from node.rpc import documentation
from node.rpc.methods import DECLARED
from node.rpc.openrpc import discovery
from quancheng.api.discovery import Discovery
from quancheng.json_object import object_form

DOCS = Path(__file__).parents[3] / "docs"


def test_pages_are_current() -> None:
    """The pages under docs/ say what the declarations say; `scripts/document` writes them."""
    for name, text in documentation.pages().items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, name


def test_every_link_of_the_rpc_page_leads_somewhere() -> None:
    """Each object that a method or object names has its own section."""
    text = documentation.pages()["rpc.md"]
    sections = {line[4:].lower() for line in text.splitlines() if line.startswith("### ")}
    assert set(re.findall(r"\]\(#([a-z]+)\)", text)) <= sections


def test_every_field_has_a_meaning_or_a_telling_type() -> None:
    """Nobody has to guess what a parameter is for."""
    for method in DECLARED:
        for field in object_form(method.request).fields:
            assert field.meaning or field.name == "subscription", f"{method.name}.{field.name}"


def test_openrpc_document() -> None:
    """The document describes every method, itself included, in plain JSON."""
    rendered: Any = object_form(Discovery).render(discovery(DECLARED))
    document = json.loads(json.dumps(rendered))
    assert document["openrpc"].startswith("1.")
    names = [method["name"] for method in document["methods"]]
    assert names == [method.name for method in DECLARED]
    assert len(set(names)) == len(names)
    assert "rpc.discover" in names
    for method in document["methods"]:
        assert method["paramStructure"] == "by-name"
        assert method["summary"].endswith(".") or method["summary"].endswith("…"), method["name"]
        assert {"name", "schema"} <= method["result"].keys()
        for parameter in method["params"]:
            assert {"name", "required", "schema"} <= parameter.keys()


def test_two_nodes_fit_in_one_process() -> None:
    """Each node has its own registry; nothing is registered globally."""
    first, second = Metrics(), Metrics()
    first.chain.height.set(7)
    assert b"quancheng_height 7.0" in first.exposition()
    assert b"quancheng_height 0.0" in second.exposition()


def test_a_higher_view_is_a_view_change() -> None:
    """Views left are counted; a new height, which starts at view 0 again, is none."""
    metrics = Metrics()
    for view in (0, 0, 1, 3, 0, 1):
        metrics.chain.note_view(view)
    assert b"quancheng_view_changes_total 4.0" in metrics.exposition()
