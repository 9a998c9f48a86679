"""Pages of the state tree: one stored record holds four binary levels, that is up to sixteen children.

    page  = head of quad 0 … 3 (1 B each) ‖ body of quad 0 … 3
    head  = present children (high four bits) ‖ which of them are leaves (low four bits); bit i is child i of the quad
    body  = hash of the quad (32 B, only where it is an inner node) ‖ record of each present child
    child = key hash ‖ value hash (64 B) for a leaf, version of its page u64 ‖ hash (40 B) for a page below

    page key = version u64 ‖ one byte for each nibble of the path

A quad is two binary levels. With its hash in the page a changed child costs six hashes of the page's fifteen, and a page
of sixteen children grows by 128 bytes only. Versions stand first in keys: an ordered store appends, and pruning deletes.
"""

from dataclasses import dataclass

from ledger.suites import HASH_SIZE

LEAF_SIZE = 2 * HASH_SIZE
VERSION_SIZE = 8
LINK_SIZE = VERSION_SIZE + HASH_SIZE
QUADS = 4
CHILDREN_OF_QUAD = 4

_PRESENT = 0x10
_LEAF = 0x01


class PageMissing(LookupError):
    """A page of the asked version is not in the store: pruned, or the store is damaged."""


class PageDamaged(ValueError):
    """The bytes of a page are not those of a page."""


def _nibble_table() -> tuple[bytes, ...]:
    return tuple(bytes([value >> 4, value & 15]) for value in range(256))


_NIBBLES = _nibble_table()


def nibbles(key_hash: bytes) -> bytes:
    """Return the path of a key hash: one byte for each nibble, most significant first."""
    return b"".join([_NIBBLES[value] for value in key_hash])


@dataclass(frozen=True, slots=True)
class QuadLayout:
    """Where the parts of a quad's body lie, known from its head alone."""

    size: int
    has_hash: bool
    children: tuple[slice, ...]


def _layout(head: int) -> QuadLayout:
    present = [child for child in range(CHILDREN_OF_QUAD) if head & _PRESENT << child]
    leaves = [child for child in present if head & _LEAF << child]
    has_hash = bool(present) and not (len(present) == len(leaves) == 1)
    end = HASH_SIZE if has_hash else 0
    children = []
    for child in range(CHILDREN_OF_QUAD):
        start = end
        if child in present:
            end += LEAF_SIZE if child in leaves else LINK_SIZE
        children.append(slice(start, end))
    return QuadLayout(end, has_hash, tuple(children))


LAYOUTS = tuple(_layout(head) for head in range(256))
EMPTY_HEAD = 0


def split_page(page: bytes) -> tuple[list[int], list[bytes]]:
    """Return the heads and bodies of a page's four quads."""
    heads = list(page[:QUADS])
    bodies = []
    start = QUADS
    for head in heads:
        end = start + LAYOUTS[head].size
        bodies.append(page[start:end])
        start = end
    if start != len(page) or len(heads) != QUADS:
        raise PageDamaged(f"page of {len(page)} bytes")
    return heads, bodies


def split_quad(head: int, body: bytes) -> list[bytes]:
    """Return the four child records of a quad, empty bytes where there is no child."""
    return [body[part] for part in LAYOUTS[head].children]


def children_of(page: bytes) -> list[bytes]:
    """Return the sixteen child records of a page, empty bytes where there is no child."""
    return [record for head, body in zip(*split_page(page), strict=True) for record in split_quad(head, body)]


def head_of(children: list[bytes]) -> int:
    """Return the head of a quad with these child records."""
    head = 0
    for child, record in enumerate(children):
        if len(record) == LEAF_SIZE:
            head |= (_PRESENT | _LEAF) << child
        elif record:
            head |= _PRESENT << child
    return head
