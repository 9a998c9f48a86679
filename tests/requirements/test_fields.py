"""No field of any transaction type has room for what a chain must not hold (I11, D5)."""

from collections.abc import Iterator
from typing import Any

import pytest

from chaincode.catalogue import DECLARATIONS
from chaincode.codec import Choice, RecordCodec, record_codec
from chaincode.containers import Enumeration, Items, Maybe
from chaincode.declaration import AnyDeclaration
from chaincode.fields import Boolean, Codec, FixedBytes, Integer, Name

LEAVES = (Boolean, Enumeration, FixedBytes, Integer, Name)
BYTES = {
    "audit share",
    "commitment",
    "envelope key",
    "group key",
    "identifier",
    "key wrap",
    "proof of a key",
    "public key",
}
"""Kinds of bytes, each of one size."""
NAMED = {"channel.register", "party.apply", "proposal.open", "resource.change", "resource.submit"}
NAMED |= {"product.submit"}
"""Types with a public name, which a public body reviews or decides on."""


def leaves(codec: Codec[Any]) -> Iterator[Codec[Any]]:
    """Yield the kinds of single values of which a codec is made."""
    if isinstance(codec, RecordCodec):
        for part in codec.codecs:
            yield from leaves(part)
    elif isinstance(codec, Choice):
        for part in codec._by_number.values():
            yield from leaves(part)
    elif isinstance(codec, Maybe):
        yield from leaves(codec.inner)
    elif isinstance(codec, Items):
        assert codec.count > 0
        yield from leaves(codec.inner)
    else:
        yield codec


@pytest.mark.parametrize("declaration", DECLARATIONS, ids=lambda item: item.name)
def test_no_type_has_room_for_raw_data(declaration: AnyDeclaration) -> None:
    """Numbers, choices and bytes of known sizes; text only where a public body reads it."""
    found = list(leaves(record_codec(declaration.body)))
    assert all(isinstance(leaf, LEAVES) for leaf in found)
    assert {leaf.name for leaf in found if isinstance(leaf, FixedBytes)} <= BYTES
    named = any(isinstance(leaf, Name) for leaf in found)
    assert named is (declaration.name in NAMED)
