"""What arrives is kept piece by piece, only what is right, and goes on where it stopped."""

import io
import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.envelope_header import CHUNK_SIZE_MAX, CHUNK_SIZE_MIN, CHUNKS_MAX
from ledger.refusal import Code, Refused
from quancheng.arriving import ArrivingCiphertext, CipherForm, HashList
from quancheng.cipher_tree import STREAM_HEADER_SIZE, piece_hash, piece_offset, read_pieces
from tests.unit.quancheng.envelopes import PIECE, sealed

HEADER, CIPHERTEXT = sealed(bytes(range(256)) * 20 + b"tail")
FORM = CipherForm(CHUNK_SIZE_MIN, len(CIPHERTEXT))
PIECES = list(read_pieces(io.BytesIO(CIPHERTEXT), CHUNK_SIZE_MIN))
HASHES = b"".join(map(piece_hash, PIECES))


@pytest.fixture
def hashes(tmp_path: Path) -> Path:
    """Write the hash list, its root compared."""
    path = tmp_path / "hashes"
    with path.open("wb") as target:
        found = HashList(FORM.count, target)
        found.update(HASHES)
        found.require_root(HEADER.cipher_root)
    return path


def refused_field(arriving: ArrivingCiphertext, data: bytes) -> str:
    """Write what must be refused with E505 and return the field."""
    with pytest.raises(Refused) as caught:
        arriving.write(data)
    assert caught.value.refusal.code is Code.ENVELOPE_MISMATCH
    return caught.value.refusal.field


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=6), st.integers(1, 5))
def test_it_goes_on_after_any_interruption(
    tmp_path: Path, hashes: Path, portions: list[int], in_one_go: int
) -> None:
    """Portions of any size, and an end of the process after some of them: the same bytes arrive."""
    part = tmp_path / "part"
    part.unlink(missing_ok=True)
    sizes = itertools.chain(portions, itertools.repeat(2 * PIECE))
    is_whole = False
    while not is_whole:
        with ArrivingCiphertext(part, hashes, FORM) as arriving:
            sent = arriving.offset
            for size in itertools.islice(sizes, in_one_go):
                arriving.write(CIPHERTEXT[sent : sent + size])
                sent += len(CIPHERTEXT[sent : sent + size])
                assert sent - arriving.offset < PIECE + STREAM_HEADER_SIZE
            is_whole = arriving.is_whole
    assert part.read_bytes() == CIPHERTEXT


def test_every_wrong_piece_is_refused_where_it_stands(tmp_path: Path, hashes: Path) -> None:
    """A flipped byte of each piece; what stood before it is kept, and the right bytes go on."""
    for index in range(FORM.count):
        part = tmp_path / f"part-{index}"
        start = piece_offset(index, CHUNK_SIZE_MIN)
        altered = bytearray(CIPHERTEXT)
        altered[start + 5] ^= 1
        with ArrivingCiphertext(part, hashes, FORM) as arriving:
            assert refused_field(arriving, bytes(altered)) == f"pieces[{index}]"
            assert arriving.offset == start
            arriving.write(CIPHERTEXT[start:])
            assert arriving.is_whole
        assert part.read_bytes() == CIPHERTEXT


def test_moved_pieces_and_surplus_are_refused(tmp_path: Path, hashes: Path) -> None:
    """Exchanged, repeated and left out pieces, and a byte behind the end."""
    first, second = PIECES[1], PIECES[2]
    with ArrivingCiphertext(tmp_path / "part", hashes, FORM) as arriving:
        assert refused_field(arriving, PIECES[0] + second) == "pieces[1]"
        arriving.write(first)
        assert refused_field(arriving, first) == "pieces[2]"
        arriving.write(CIPHERTEXT[arriving.offset :])
        assert refused_field(arriving, b"\0") == "ciphertext.surplus"


def test_a_spoiled_part_is_kept_up_to_the_fault(tmp_path: Path, hashes: Path) -> None:
    part = tmp_path / "part"
    kept = piece_offset(2, CHUNK_SIZE_MIN)
    part.write_bytes(CIPHERTEXT[:kept] + bytes(5_000))
    with ArrivingCiphertext(part, hashes, FORM) as arriving:
        assert arriving.offset == kept
    assert part.read_bytes() == CIPHERTEXT[:kept]


@pytest.mark.parametrize("wrong", [HASHES[:-1], HASHES[:-32], b"", HASHES[32:] + HASHES[:32]])
def test_another_list_is_refused(wrong: bytes) -> None:
    """Cut, too short, empty, reordered."""
    found = HashList(FORM.count, io.BytesIO())
    found.update(wrong)
    with pytest.raises(Refused) as caught:
        found.require_root(HEADER.cipher_root)
    assert caught.value.refusal.code is Code.ENVELOPE_MISMATCH


def test_a_longer_list_is_refused_before_it_is_kept() -> None:
    target = io.BytesIO()
    found = HashList(FORM.count, target)
    with pytest.raises(Refused):
        found.update(HASHES + b"\0")
    assert target.getvalue() == b""


@pytest.mark.parametrize(
    ("chunk_size", "size"),
    [
        (CHUNK_SIZE_MIN - 1, 5_000),
        (CHUNK_SIZE_MAX + 1, 5_000),
        (CHUNK_SIZE_MIN, 40),
        (CHUNK_SIZE_MIN, piece_offset(2, CHUNK_SIZE_MIN) + 1),
        (CHUNK_SIZE_MIN, piece_offset(CHUNKS_MAX, CHUNK_SIZE_MIN) + 40),
    ],
)
def test_forms_that_no_ciphertext_has_are_refused(chunk_size: int, size: int) -> None:
    with pytest.raises(Refused):
        CipherForm(chunk_size, size).require_sound()


@given(st.integers(0, 5 * CHUNK_SIZE_MIN))
@settings(deadline=None, max_examples=40)
def test_every_ciphertext_has_a_sound_form(size: int) -> None:
    """Also around the borders of chunks, the count is that of the pieces."""
    _, ciphertext = sealed(bytes(size))
    form = CipherForm(CHUNK_SIZE_MIN, len(ciphertext))
    form.require_sound()
    assert form.count == len(list(read_pieces(io.BytesIO(ciphertext), CHUNK_SIZE_MIN)))
