"""Group figures: exact before noise, left out when small, the same for ever, noisy as proven."""

import csv
import math
from collections import Counter
from pathlib import Path

import pytest

from apps.gateway.answers import AnswerStore
from apps.gateway.code import code_hash
from apps.gateway.gateway import Gateway, Objection
from apps.gateway.noise import loss_of, noisy
from apps.gateway.results import GroupResult, decode_result
from apps.gateway.schema import Band, Field, GroupSchema
from apps.gateway.snapshot import Snapshot, read_snapshot
from chaincode.delivery.job_records import Suppressed
from chaincode.delivery.queries import GroupQuery, Statistic
from ledger.refusal import Code, Refused
from quancheng.envelope_keys import SALT_SIZE

SECRET = b"\x07" * 32
QUESTION = b"\x08" * 32
K = 3
SCHEMA = GroupSchema(
    (
        Field("district", values=("north", "south", "west")),
        Field("age", bands=(Band("under 30", 0, 30), Band("30 and over", 30, None))),
        Field("fund", bounds=(0, 1_000)),
    )
)
ROWS = (
    *({"district": "north", "age": "25", "fund": "400"} for _ in range(5)),
    *({"district": "north", "age": "30", "fund": "5000"} for _ in range(4)),
    *({"district": "south", "age": "29", "fund": "-7"} for _ in range(3)),
    *({"district": "south", "age": "61", "fund": "100"} for _ in range(2)),
    {"district": "west", "age": "44", "fund": "100"},
    {"district": "elsewhere", "age": "44", "fund": "100"},
)
COUNT = GroupQuery(Statistic.COUNT, None, (0, 1), (0, 1, 2, 3, 4, 5))
SUM = GroupQuery(Statistic.SUM, 2, (0, 1), (0, 1, 2, 3, 4, 5))


def snapshot_of(rows: tuple[dict[str, str], ...] = ROWS) -> Snapshot:
    return Snapshot(SCHEMA, rows)


def gateway_at(folder: Path, rows: tuple[dict[str, str], ...] = ROWS) -> Gateway:
    return Gateway(snapshot_of(rows), AnswerStore(folder), SECRET)


def result_of(content: bytes) -> GroupResult:
    return decode_result(content[SALT_SIZE:])


def test_cells_are_numbered_as_the_schema_says() -> None:
    """The last dimension runs fastest; what is in no public list is in no cell."""
    assert SCHEMA.cell_count((0, 1)) == 6
    assert snapshot_of().sizes((0, 1)) == Counter({0: 5, 1: 4, 2: 3, 3: 2, 5: 1})
    names = SCHEMA.cell_names(COUNT)
    assert names[3] == ("south", "30 and over")


def test_figures_are_exact_before_noise() -> None:
    """Sums stay within the bounds of the measure, so one person changes them by no more."""
    assert snapshot_of().figures(COUNT) == [5, 4, 3, 2, 0, 1]
    assert snapshot_of().figures(SUM) == [2_000, 4_000, 0, 200, 0, 100]


def test_the_figures_of_real_rows_are_those_of_another_way_to_count(tmp_path: Path) -> None:
    """A file is read as it lies; the count agrees with one written without the gateway."""
    path = tmp_path / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["district", "age", "fund"])
        writer.writeheader()
        writer.writerows(ROWS)
    young = sum(row["district"] == "north" and int(row["age"]) < 30 for row in ROWS)
    query = GroupQuery(Statistic.COUNT, None, (0, 1), (0,))
    assert read_snapshot(path, SCHEMA).figures(query) == [young]


def test_small_groups_are_left_out(tmp_path: Path) -> None:
    """No figure of a group below k leaves; how many were left out is told coarsely."""
    answer = gateway_at(tmp_path).answer(COUNT, QUESTION, group_size_min=K, epsilon=1_000_000)
    result = result_of(answer.content)
    assert [figure is None for figure in result.figures] == [False, False, False, True, True, True]
    assert (answer.suppressed, answer.group_size_min) == (Suppressed.BELOW_5, K)
    nothing = gateway_at(tmp_path / "none").answer(
        COUNT, QUESTION, group_size_min=100, epsilon=1_000_000
    )
    assert result_of(nothing.content).figures == (None,) * 6
    assert nothing.suppressed is Suppressed.BELOW_20


def test_the_same_question_has_the_same_answer_for_ever(tmp_path: Path) -> None:
    """Averaging finds nothing to average, also after the gateway was started anew."""
    first = gateway_at(tmp_path).answer(COUNT, QUESTION, group_size_min=K, epsilon=100)
    again = gateway_at(tmp_path).answer(COUNT, QUESTION, group_size_min=K, epsilon=900)
    assert again == first
    other = gateway_at(tmp_path).answer(COUNT, bytes(32), group_size_min=K, epsilon=100)
    assert other.content[:SALT_SIZE] != first.content[:SALT_SIZE]


def test_a_snapshot_is_its_rows(tmp_path: Path) -> None:
    """The commitment stays while the rows stay, and tells nothing without the secret."""
    one = gateway_at(tmp_path).commitment
    assert one == gateway_at(tmp_path / "again").commitment
    assert one != gateway_at(tmp_path, ROWS[1:]).commitment
    assert one != snapshot_of().commitment(bytes(32))


def test_queries_that_differ_by_a_small_group_are_rejected(tmp_path: Path) -> None:
    """Three persons are a group, two are not; nobody at all is no difference."""
    gateway = gateway_at(tmp_path)
    gateway.note_admitted(bytes(32), COUNT)
    without_two = GroupQuery(Statistic.SUM, 2, (0, 1), (0, 1, 2, 4, 5))
    without_three = GroupQuery(Statistic.COUNT, None, (0, 1), (0, 1, 3, 4, 5))
    without_nobody = GroupQuery(Statistic.COUNT, None, (0, 1), (0, 1, 2, 3, 5))
    assert gateway.objection(without_two, K) is Objection.TOO_FEW_APART
    assert gateway_at(tmp_path).objection(without_two, K) is Objection.TOO_FEW_APART
    assert gateway.objection(without_three, K) is None
    assert gateway.objection(without_nobody, K) is None
    assert gateway.objection(COUNT, K) is None


@pytest.mark.parametrize(
    ("query", "objection"),
    [
        (GroupQuery(Statistic.COUNT, None, (0, 9), (0,)), Objection.NOT_IN_SCHEMA),
        (GroupQuery(Statistic.COUNT, None, (0, 2), (0,)), Objection.NOT_IN_SCHEMA),
        (GroupQuery(Statistic.COUNT, None, (0,), (3,)), Objection.NOT_IN_SCHEMA),
        (GroupQuery(Statistic.SUM, 1, (0,), (0,)), Objection.NOT_IN_SCHEMA),
        (GroupQuery(Statistic.MEDIAN, 2, (0,), (0,)), Objection.NOT_COMPUTED),
    ],
)
def test_what_cannot_be_computed_is_rejected(
    query: GroupQuery, objection: Objection, tmp_path: Path
) -> None:
    """A cell, a measure or a statistic that the schema or the algorithm does not have."""
    assert gateway_at(tmp_path).objection(query, K) is objection


@pytest.mark.parametrize("epsilon", [1, 100_000, 300_000, 999_999])
def test_no_release_loses_more_than_was_granted(epsilon: int) -> None:
    """OpenDP's own proof of the loss lies within ε, and uses nearly all of it."""
    loss = loss_of(1_000, epsilon) * 1_000_000
    assert epsilon * 0.999 <= loss <= epsilon


def test_noise_has_the_shape_of_the_discrete_laplace_distribution() -> None:
    """Of 20,000 draws each bin lies within six standard deviations of its probability.

    P(x) = (1 − p) / (1 + p) · p^|x| with p = exp(−ε / sensitivity).
    """
    count, epsilon = 20_000, 500_000
    draws = Counter(noisy([0] * count, 1, epsilon))
    ratio = math.exp(-epsilon / 1_000_000)
    for value in range(-6, 7):
        chance = (1 - ratio) / (1 + ratio) * ratio ** abs(value)
        deviation = math.sqrt(count * chance * (1 - chance))
        assert abs(draws[value] - count * chance) < 6 * deviation, (value, draws[value])


def test_only_the_one_form_is_a_result() -> None:
    """A row, a fraction or a figure too many fits nowhere."""
    result = GroupResult(COUNT, (5, None, -3, 0, None, 1), K, 300_000)
    assert decode_result(result.encoded()) == result
    for broken in (
        GroupResult(COUNT, (1, 2), K, 1),
        GroupResult(COUNT, (True, 1, 1, 1, 1, 1), K, 1),
        GroupResult(COUNT, (b"row", 1, 1, 1, 1, 1), K, 1),  # type: ignore[arg-type]
    ):
        with pytest.raises(Refused) as caught:
            decode_result(broken.encoded())
        assert caught.value.refusal.code is Code.SCHEMA


def test_the_registered_code_is_the_code_that_runs() -> None:
    """Two readings agree; the hash covers the noise and the suppression."""
    assert code_hash() == code_hash()
    assert len(code_hash()) == 32
