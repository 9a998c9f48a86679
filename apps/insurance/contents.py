"""What a delivery must look like: an answer of one byte, or all agreed fields, none empty."""

import json

from apps.stage.agreement import AgreedProduct
from apps.stage.archive import Row
from chaincode.registration.records import ProductClass

_ANSWERS = frozenset({b"\x00", b"\x01"})


def answer(row: Row, names: list[str]) -> bytes:
    """Return a holder's answers, one byte for each question; no detail leaves with them."""
    return bytes(int(row[name]) for name in names)


def missing_fields(product: AgreedProduct, content: bytes) -> tuple[str, ...]:
    """Return the agreed fields that a content does not have; all of them where it is no content."""
    if product.product_class is ProductClass.VERIFY:
        return () if content in _ANSWERS else product.fields
    try:
        found = json.loads(content)
    except ValueError:
        return product.fields
    if not isinstance(found, dict):
        return product.fields
    return tuple(name for name in product.fields if not found.get(name))
