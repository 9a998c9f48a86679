"""Real data that ships with the scenarios; `README.md` beside it says where it comes from."""

import csv
from importlib import resources


def credit_rows() -> list[dict[str, str]]:
    """Return the rows of the German credit data: each is one person."""
    return _rows("german_credit.csv")


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
