"""GIF: takes the place out of its application extensions.

GIF89a, 15 to 26; XMP, part 3, 1.1.2; C2PA, annex A; those that begin with `MGK` are ImageMagick's.
"""

from collections.abc import AsyncIterator

from thumbor_renuo.imaging.metadata import xmp
from thumbor_renuo.imaging.metadata.blob import Blob

SIGNATURE = b"GIF8"
HEADER_BYTES, IMAGE_BYTES = 13, 10
EXTENSION, IMAGE, END = b"!", b",", b";"
APPLICATION = b"!\xff\x0b"
NAME_END = 14
XMP, CREDENTIALS, MAGICK = b"XMP Data", b"C2PA_GIF", b"MGK"
# A packet stands there as it is, with no sub-blocks. From wherever readers that know nothing of it
# get into this, they come out at its last byte.
MAGIC_TRAILER = bytes([1, *range(255, -1, -1), 0])
WINDOW = 64 * 1024
MAX_RUN = 16


class _Cursor:
    """Reads a GIF from its beginning to its end.

    Attributes:
        at: where the next byte is in it.
    """

    def __init__(self, picture: Blob) -> None:
        self.at = 0
        self._picture = picture
        self._start, self._data = 0, b""

    async def peek(self, count: int) -> bytes:
        """The next bytes, or what there is of them."""
        end = self._start + len(self._data)
        while end < min(self.at + count, self._picture.size):
            more = await self._picture.read(end, WINDOW)
            kept = self._data[self.at - self._start :]
            self._start, self._data = end - len(kept), kept + more
            end += len(more)
        first = self.at - self._start
        return self._data[first : first + count]

    async def take(self, count: int) -> bytes:
        """The next bytes, which are then behind it."""
        data = await self.peek(count)
        self.at += count
        self._picture.file.step()
        return data

    async def runs(self) -> AsyncIterator[tuple[int, int, int]]:
        """The sub-blocks up to their end: where some of one size begin, the size, and how many."""
        while (head := await self.peek(1)) not in {b"", b"\0"}:
            size = head[0]
            heads = (await self.peek(MAX_RUN * (1 + size)))[:: 1 + size]
            count = len(heads) - len(heads.lstrip(head))
            yield self.at, size, count
            await self.take(count * (1 + size))
        await self.take(1)


async def blank(picture: Blob) -> None:
    """Take the place out of a GIF."""
    cursor = _Cursor(picture)
    await cursor.take(_colours(await cursor.take(HEADER_BYTES), HEADER_BYTES - 3))
    while (kind := await cursor.peek(1)) not in {b"", END}:
        if kind == IMAGE:
            await cursor.take(_colours(await cursor.take(IMAGE_BYTES), IMAGE_BYTES - 1) + 1)
            await _skip(cursor)
        elif kind == EXTENSION:
            await _blank_extension(picture, cursor)
        else:
            await cursor.take(1)  # decoders look for the next block


def _colours(head: bytes, flags: int) -> int:
    """How many bytes of colours follow."""
    packed = head[flags] if len(head) > flags else 0
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


async def _skip(cursor: _Cursor) -> None:
    async for _ in cursor.runs():
        pass


async def _blank_extension(picture: Blob, cursor: _Cursor) -> None:
    head = await cursor.peek(NAME_END)
    name = head[len(APPLICATION) :] if head.startswith(APPLICATION) else b""
    if name.startswith((XMP, CREDENTIALS, MAGICK)):
        await cursor.take(NAME_END)
        await _blank_content(picture, cursor, is_xmp=name.startswith(XMP))
    else:
        await cursor.take(2)
        await _skip(cursor)


async def _blank_content(picture: Blob, cursor: _Cursor, *, is_xmp: bool) -> None:
    """Blank what an extension holds: the place in a packet of XMP, and all of anything else."""
    start = cursor.at
    runs = [run async for run in cursor.runs()]
    size = cursor.at - start - len(MAGIC_TRAILER)
    if (
        is_xmp
        and size > 0
        and await picture.read(start + size, len(MAGIC_TRAILER)) == MAGIC_TRAILER
    ):
        await xmp.blank(picture.part(start, size))
    else:
        for at, length, count in runs:
            picture.write(at, (bytes([length]) + bytes(length)) * count)
