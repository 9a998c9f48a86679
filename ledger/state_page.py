"""Pages of the state tree: one stored record holds four binary levels, up to sixteen children.

    page  = head of quad 0 … 3 (one byte each) ‖ body of quad 0 … 3
    head  = which children are present (high four bits) ‖ which are leaves (low four bits);
            bit i of each is child i of the quad
    body  = hash of the quad (32 B, only where it is an inner node) ‖ record of each present child
    child = key hash ‖ value hash (64 B) for a leaf,
            version of its page u64 ‖ hash (40 B) for a page below
    page key = version u64 ‖ path, one byte for each nibble

A quad is two binary levels. With its hash in the page a changed child costs six hashes instead of
the page's fifteen, and a full page grows by 128 bytes only. Versions stand first in keys, so that
an ordered store appends.
"""

from collections.abc import Sequence

from ledger.suites import HASH_SIZE
from ledger.tree_spec import EMPTY_WEIGHT, INNER_WEIGHT, LEAF_WEIGHT, Node, TreeSpec

LEAF_SIZE = 2 * HASH_SIZE
VERSION_SIZE = 8
LINK_SIZE = VERSION_SIZE + HASH_SIZE
QUADS = 4
CHILDREN_OF_QUAD = 4

_PRESENT = 0x10
_LEAF = 0x01
_HEADS = range(256)
_KIND_OF_SIZE = {0: 0, LEAF_SIZE: _PRESENT | _LEAF, LINK_SIZE: _PRESENT}
_NIBBLE_OF_DIGIT = bytes.maketrans(b"0123456789abcdef", bytes(range(16)))


class PageMissing(LookupError):
    """A page of the asked version is not in the store: pruned, or the store is damaged."""


class PageDamaged(ValueError):
    """The bytes of a page are not those of a page."""


def nibbles(key_hash: bytes) -> bytes:
    """Return the path of a key hash: one byte for each nibble, most significant first. 0.4 µs."""
    return key_hash.hex().encode().translate(_NIBBLE_OF_DIGIT)


def _child_weight(head: int, child: int) -> int:
    if not head & _PRESENT << child:
        return EMPTY_WEIGHT
    return LEAF_WEIGHT if head & _LEAF << child else INNER_WEIGHT


# All that the head of a quad tells, looked up instead of computed.
CHILD_WEIGHTS = tuple(
    tuple(_child_weight(head, child) for child in range(CHILDREN_OF_QUAD)) for head in _HEADS
)
QUAD_WEIGHT = tuple(min(sum(weights), INNER_WEIGHT) for weights in CHILD_WEIGHTS)


def _child_slices(head: int) -> tuple[slice, ...]:
    sizes = {EMPTY_WEIGHT: 0, LEAF_WEIGHT: LEAF_SIZE, INNER_WEIGHT: LINK_SIZE}
    end = HASH_SIZE if QUAD_WEIGHT[head] == INNER_WEIGHT else 0
    slices = []
    for weight in CHILD_WEIGHTS[head]:
        slices.append(slice(end, end + sizes[weight]))
        end += sizes[weight]
    return tuple(slices)


_CHILD_SLICES = tuple(_child_slices(head) for head in _HEADS)
_BODY_SIZE = tuple(slices[-1].stop for slices in _CHILD_SLICES)


def split_page(page: bytes) -> tuple[list[int], list[bytes]]:
    """Return the heads and the bodies of a page's four quads."""
    if len(page) < QUADS:
        raise PageDamaged(f"page of {len(page)} bytes")
    first = QUADS + _BODY_SIZE[page[0]]
    second = first + _BODY_SIZE[page[1]]
    third = second + _BODY_SIZE[page[2]]
    end = third + _BODY_SIZE[page[3]]
    if len(page) != end:
        raise PageDamaged(f"page of {len(page)} bytes instead of {end}")
    bodies = [page[QUADS:first], page[first:second], page[second:third], page[third:]]
    return list(page[:QUADS]), bodies


def join_page(heads: Sequence[int], bodies: Sequence[bytes]) -> bytes:
    """Return the page of four quads."""
    return bytes(heads) + b"".join(bodies)


def split_quad(head: int, body: bytes) -> list[bytes]:
    """Return the four child records of a quad, empty bytes where there is no child."""
    return [body[part] for part in _CHILD_SLICES[head]]


def join_quad(spec: TreeSpec, children: Sequence[bytes]) -> tuple[int, bytes]:
    """Return head and body of the quad with these child records. 3 hashes and one for each leaf."""
    first, second, third, fourth = children
    head = (
        _KIND_OF_SIZE[len(first)]
        | _KIND_OF_SIZE[len(second)] << 1
        | _KIND_OF_SIZE[len(third)] << 2
        | _KIND_OF_SIZE[len(fourth)] << 3
    )
    body = b"".join(children)
    if QUAD_WEIGHT[head] < INNER_WEIGHT:
        return head, body
    hashes = []
    for record in children:
        if len(record) == LINK_SIZE:
            hashes.append(record[VERSION_SIZE:])
        else:
            hashes.append(spec.leaf(record) if record else spec.empty)
    return head, spec.fold(CHILD_WEIGHTS[head], hashes) + body


def page_node(spec: TreeSpec, heads: Sequence[int], bodies: Sequence[bytes]) -> Node:
    """Return weight (or more) and hash of a whole page. 3 hashes and one for each lone leaf."""
    first, second, third, fourth = heads
    weights = (QUAD_WEIGHT[first], QUAD_WEIGHT[second], QUAD_WEIGHT[third], QUAD_WEIGHT[fourth])
    hashes = []
    for weight, body in zip(weights, bodies, strict=True):
        if weight == INNER_WEIGHT:
            hashes.append(body[:HASH_SIZE])
        else:
            hashes.append(spec.leaf(body) if body else spec.empty)
    return sum(weights), spec.fold(weights, hashes)


def quad_nodes(spec: TreeSpec, heads: Sequence[int], bodies: Sequence[bytes]) -> list[Node]:
    """Return the nodes of a page's four quads."""
    return [
        _node(spec, QUAD_WEIGHT[head], body, slice(HASH_SIZE))
        for head, body in zip(heads, bodies, strict=True)
    ]


def child_nodes(spec: TreeSpec, head: int, children: Sequence[bytes]) -> list[Node]:
    """Return the nodes of a quad's four children."""
    return [
        _node(spec, weight, record, slice(VERSION_SIZE, LINK_SIZE))
        for weight, record in zip(CHILD_WEIGHTS[head], children, strict=True)
    ]


def _node(spec: TreeSpec, weight: int, record: bytes, hash_part: slice) -> Node:
    if weight == INNER_WEIGHT:
        return weight, record[hash_part]
    return weight, spec.leaf(record) if record else spec.empty
