"""thumbor_renuo.imaging.metadata.patches: bytes put in while a file passes."""

from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.imaging.metadata.patches import Patches

WRITTEN = st.lists(st.tuples(st.integers(0, 90), st.binary(max_size=12)), max_size=12)


def by_hand(data: bytes, written: list[tuple[int, bytes]]) -> bytes:
    made = bytearray(data)
    for start, piece in written:
        for at, byte in enumerate(piece, start):
            if at < len(made):
                made[at] = byte
    return bytes(made)


@given(st.binary(max_size=100), WRITTEN, st.integers(0, 100), st.integers(1, 40))
def test_any_chunks_make_the_same_file(
    data: bytes, written: list[tuple[int, bytes]], first: int, size: int
) -> None:
    """However a file is cut, and wherever a range begins, the same bytes come out."""
    patches, wanted = Patches.of(written), by_hand(data, written)
    pieces = [
        patches.applied(data[at : min(at + size, len(data))], at)
        for at in range(first, len(data), size)
    ]
    assert b"".join(pieces) == wanted[first:]


@given(WRITTEN)
def test_pieces_are_sorted_and_apart(written: list[tuple[int, bytes]]) -> None:
    """No two touch, and none is empty."""
    patches = Patches.of(written)
    ends = [start + len(piece) for start, piece in zip(patches.starts, patches.pieces, strict=True)]
    assert all(map(bool, patches.pieces))
    assert all(end < start for end, start in zip(ends, patches.starts[1:], strict=False))
    assert patches.size == sum(map(len, patches.pieces))


def test_a_chunk_without_a_patch_is_not_copied() -> None:
    """Most of a file passes as it is."""
    chunk = b"0123456789"
    assert Patches.of([(5, b"x")]).applied(chunk, 6) is chunk
    assert Patches().applied(chunk, 0) is chunk
