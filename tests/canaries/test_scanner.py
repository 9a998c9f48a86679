"""The scanner finds a leak in every sink and in every form, and nothing where nothing is."""

from base64 import b64encode as base64_of
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from node.home import Home
from node.store.engine import Batch
from node.store.leveldb import LevelDBEngine
from tests.canaries.canary import Needle, canary, needles_of
from tests.canaries.planting import Planted, plant
from tests.canaries.scanner import findings
from tests.canaries.sinks import Unit, kept, logs, recorded, stored

WORD = canary("a leak")
CELL = f"四级{WORD}"
NEEDLES = needles_of((WORD,), (CELL,))
SINKS = ("block", "state", "receipt", "index", "log", "metric", "frame", "answer", "file")
LETTERS = {"block": b"b", "state": b"f", "receipt": b"r", "index": b"i"}
AROUND = b"\x82 before ", b" after \xff"
METRICS = b"# HELP quancheng_height Height.\n"


def gathered(folder: Path) -> Iterator[Unit]:
    """Yield everything of a network of one node."""
    home = Home(folder / "node")
    yield from stored(home)
    yield from kept(home)
    yield from logs(folder / "logs")
    yield from recorded(folder / "records")


def leaky(folder: Path, sink: str, leak: bytes) -> None:
    """Make a small network with something in each sink, and a leak in one of them."""
    leaks = {sink: leak}
    content = {name: AROUND[0] + leaks.get(name, b"") + AROUND[1] for name in SINKS}
    home = Home(folder / "node")
    home.data.mkdir(parents=True)
    (folder / "logs").mkdir()
    (folder / "records").mkdir()
    batch: Batch = {letter + b"\0\1": content[name] for name, letter in LETTERS.items()}
    with closing(LevelDBEngine(home.chain)) as engine:
        engine.write_batch(batch, sync=True)
    (folder / "logs" / "department.log").write_bytes(content["log"])
    home.config.write_bytes(content["file"])
    units = (b"F", content["frame"]), (b"A", content["answer"]), (b"A", METRICS + content["metric"])
    data = b"".join(letter + len(unit).to_bytes(4, "big") + unit for letter, unit in units)
    (folder / "records" / "7.units").write_bytes(data)


@pytest.mark.parametrize("sink", SINKS)
def test_a_leak_is_found_in_every_sink(tmp_path: Path, sink: str) -> None:
    leaky(tmp_path, sink, WORD.encode())
    assert {item.sink for item in findings(NEEDLES, gathered(tmp_path))} == {sink}


@pytest.mark.parametrize("needle", NEEDLES, ids=lambda needle: f"{needle.form} {needle.value[:3]}")
def test_a_leak_is_found_in_every_form(needle: Needle) -> None:
    unit = Unit("frame", "somewhere", AROUND[0] + needle.pattern + AROUND[1])
    assert needle.form in {item.form for item in findings(NEEDLES, [unit])}


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("after", range(4))
def test_base64_is_found_wherever_it_begins_and_ends(before: int, after: int) -> None:
    """Whatever stands around the word, one of the three offsets is in the text."""
    text = base64_of(b"\xfa" * before + WORD.encode() + b"\xfb" * after)
    assert findings(NEEDLES, [Unit("answer", "text", text)])


def test_forms_are_of_the_kinds_that_are_promised() -> None:
    forms = {needle.form.partition(" at ")[0].split(" of ")[-1] for needle in NEEDLES}
    assert {"utf-8", "utf-16-le", "utf-16-be", "base64", "percent"} <= forms
    assert {"sha256", "blake2b", "blake2b-256"} <= forms


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    leaky(tmp_path, "none", b"")
    units = list(gathered(tmp_path))
    assert {unit.sink for unit in units} == set(SINKS)
    assert findings(NEEDLES, units) == []


def test_a_word_stands_in_every_row_of_a_source(tmp_path: Path) -> None:
    source, kept_file = tmp_path / "records.csv", tmp_path / "planted.json"
    source.write_text("identity,income,fund\n370102,high,12\n370103,,1.5\n", encoding="utf-8")
    planted = plant(source, ("identity",))
    text = source.read_text(encoding="utf-8")
    first, second = (canary(f"records.csv {number}") for number in range(2))
    lines = [f"370102,high{first},12", "370103,,1.5"]
    assert text.splitlines() == [
        "identity,income,fund,remark",
        f"{lines[0]},{first}",
        f"{lines[1]},{second}",
    ]
    assert planted.words == (first, "370102", lines[0], second, "370103", lines[1])
    assert planted.cells == (f"high{first}",)
    planted.write(kept_file)
    assert Planted.read(kept_file) == planted


def test_cells_stay_where_figures_are_computed_from_them(tmp_path: Path) -> None:
    source = tmp_path / "records.csv"
    source.write_text("income,fund\nhigh,12\n", encoding="utf-8")
    planted = plant(source, (), fixed=True)
    word = canary("records.csv 0")
    assert source.read_text(encoding="utf-8").splitlines()[1:] == [f"high,12,{word}"]
    assert planted == Planted((word, "high,12"), ())
