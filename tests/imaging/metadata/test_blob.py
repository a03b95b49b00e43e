"""thumbor_renuo.imaging.metadata.blob: parts of a file, in bounded reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.errors import StorageError
from thumbor_renuo.imaging.metadata.blob import (
    FIRST_WINDOW,
    MAX_BYTES,
    MAX_READS,
    MAX_STEPS,
    MAX_WINDOW,
    Blob,
    StoredFile,
    Unwalkable,
)

DATA = bytes(range(256)) * 40_000


def stored(data: bytes = DATA) -> tuple[StoredFile, list[int]]:
    reads: list[int] = []

    async def read(at: int, count: int) -> bytes:
        reads.append(count)
        return data[at : at + count]

    return StoredFile(read, len(data)), reads


async def test_what_was_read_is_not_read_again() -> None:
    """Small reads near one another cost one window."""
    file, reads = stored()
    for at in range(0, 60_000, 100):
        assert await file.read(at, 50) == DATA[at : at + 50]
    assert reads == [FIRST_WINDOW]


async def test_windows_grow_while_a_walk_goes_on() -> None:
    """A walk through all of a file takes few reads, none of them huge."""
    file, reads = stored()
    for at in range(0, len(DATA), 8192):
        await file.read(at, 8)
    assert max(reads) == MAX_WINDOW
    assert len(reads) < 50


async def test_the_end_of_the_file_ends_a_read() -> None:
    """No more is asked for than there is, and nothing behind the end."""
    file, reads = stored(b"0123456789")
    assert await file.read(8, 100) == b"89"
    assert await file.read(10, 5) == await file.read(2**70, 1) == b""
    assert reads == [2]


async def read_on(count: int, distance: int, size: int) -> None:
    async def read(at: int, count: int) -> bytes:
        return bytes(count)

    file = StoredFile(read, 2**50)
    for turn in range(count):
        await file.read(turn * distance, size)


@pytest.mark.parametrize(("count", "distance", "size", "limit"), [
    (MAX_READS, 10**7, 1, MAX_READS), (MAX_STEPS, 0, 1, MAX_STEPS),
    (MAX_BYTES // 2**20, 10**7, 2**20, MAX_BYTES), (MAX_BYTES // 2**14, 0, 2**14, MAX_BYTES),
])  # fmt: skip
async def test_bounds(count: int, distance: int, size: int, limit: int) -> None:
    """So many reads, steps and bytes, also of the same place, pass; one more does not."""
    await read_on(count, distance, size)
    with pytest.raises(Unwalkable) as caught:
        await read_on(count + 1, distance, size)
    assert caught.value.limit == limit
    assert str(limit) in caught.value.message


async def test_what_is_written_is_bounded() -> None:
    """A file that wants to be filled again and again is refused before memory is taken."""
    file, _reads = stored()
    whole = Blob(file, [(0, 2**40)])
    with pytest.raises(Unwalkable):
        whole.fill()
    assert file.written == []


async def test_an_answer_of_another_length_is_the_storages_fault() -> None:
    """It is never taken for the file's end."""

    async def read(at: int, count: int) -> bytes:
        return b"short"

    with pytest.raises(StorageError):
        await StoredFile(read, 100).read(0, 10)


EXTENTS = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 60)), min_size=1, max_size=5)


@given(EXTENTS, st.integers(0, 200), st.integers(0, 200))
def test_parts_in_several_places_read_as_one(
    extents: list[tuple[int, int]], at: int, size: int
) -> None:
    """A part of pieces is the same part of the pieces joined."""
    file, _reads = stored(DATA[:1000])
    blob = Blob(file, extents)
    joined = b"".join(DATA[place : place + length] for place, length in extents)
    part = blob.part(at, size)
    assert part.size == len(joined[at : at + size])
    for wanted in (part.read(), blob.read(at, size)):
        with pytest.raises(StopIteration) as done:
            wanted.send(None)
        assert done.value.value == joined[at : at + size]


@given(EXTENTS, st.integers(0, 200), st.binary(max_size=100))
def test_writing_follows_the_pieces(extents: list[tuple[int, int]], at: int, data: bytes) -> None:
    """Each byte is written where it would be read; what goes over the end is left out."""
    file, _reads = stored(DATA[:1000])
    Blob(file, extents).write(at, data)
    places = [place + n for place, length in extents for n in range(length)][at : at + len(data)]
    written = [(place + n, byte) for place, piece in file.written for n, byte in enumerate(piece)]
    assert written == list(zip(places, data, strict=False))
