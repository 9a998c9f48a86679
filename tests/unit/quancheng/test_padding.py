"""What is filled up reads as before and says less by its size."""

import json

from hypothesis import given
from hypothesis import strategies as st

from quancheng.padding import STEP, padded_json

rows = st.dictionaries(st.text(max_size=20), st.text(max_size=400), max_size=8)


@given(row=rows, step=st.integers(1, 5_000))
def test_filled_content_reads_as_before(row: dict[str, str], step: int) -> None:
    content = padded_json(dict(row), step)
    assert json.loads(content) == row
    assert len(content) % step == 0
    assert len(content) < len(padded_json(dict(row), 1)) + step


def test_records_of_different_length_have_one_size() -> None:
    sizes = {len(padded_json({"income": "x" * length})) for length in range(900)}
    assert sizes == {STEP}
