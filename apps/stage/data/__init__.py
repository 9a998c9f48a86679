"""Real data that ships with the scenarios; `README.md` beside it says where it comes from."""

import csv
from importlib import resources


def credit_rows() -> list[dict[str, str]]:
    """Return the rows of the German credit data: each is one person."""
    return _rows("german_credit.csv")


def health_rows() -> list[dict[str, str]]:
    """Return the rows of the RAND health insurance data: each is one person's year."""
    return _rows("rand_hie.csv")


def identity_number(number: int) -> str:
    """Return an identity number of Jinan's form that belongs to nobody: its date does not exist."""
    body = f"370102199902{30 + number % 2}{number:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
    return body + "10X98765432"[check]


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
