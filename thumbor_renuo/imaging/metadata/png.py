"""PNG: takes the place out of eXIf, texts and C2PA, and puts their checksums right.

PNG 3, 5.3 and 11.3; texts named `Raw profile type …` are ImageMagick's.
"""

import re
import zlib
from dataclasses import dataclass

from thumbor_renuo.imaging.metadata import tiff, xmp
from thumbor_renuo.imaging.metadata.blob import Blob
from thumbor_renuo.imaging.metadata.patches import Patches

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIXELS, END, EXIF, CREDENTIALS = b"IDAT", b"IEND", {b"eXIf", b"zxIf"}, b"caBX"
PLAIN, PACKED, UTF_8 = b"tEXt", b"zTXt", b"iTXt"
XMP = b"XML:com.adobe.xmp"
PROFILE = re.compile(rb"Raw profile type (?:exif|app1|xmp|iptc|8bim)|(?:exif:|geo:|xmp:)?gps.*|"
                     rb"location|city|country", re.IGNORECASE)  # fmt: skip
MAX_KEYWORD = 79
NO_LANGUAGE = bytes(4)  # of an iTXt: not packed, no method, no language, no keyword translated
MAX_LANGUAGE = 1024
AROUND = 12  # bytes of length, type and checksum


@dataclass(frozen=True)
class Chunk:
    """One chunk: where it begins, and its content's bytes."""

    at: int
    kind: bytes
    size: int

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.at + AROUND + self.size


async def blank(picture: Blob) -> None:
    """Take the place out of a PNG."""
    at = len(SIGNATURE)
    while (chunk := await _chunk(picture, at)) and chunk.kind != END:
        if chunk.kind == PIXELS:
            chunk = await _last_alike(picture, chunk)
        elif chunk.kind in {*EXIF, PLAIN, PACKED, UTF_8, CREDENTIALS}:
            await _blank_chunk(picture, chunk)
        at = chunk.end


async def _chunk(picture: Blob, at: int) -> Chunk | None:
    head = await picture.read(at, 8)
    return Chunk(at, head[4:8], int.from_bytes(head[:4], "big")) if len(head) == 8 else None  # noqa: PLR2004


async def _last_alike(picture: Blob, chunk: Chunk) -> Chunk:
    """The last of a run of chunks of pixels of one size, found by ever greater leaps.

    Nothing else may stand between two of them (PNG 3, 5.6), and writers cut them to one size.
    """
    leap = 1
    while leap:
        further = await _chunk(picture, chunk.at + leap * (AROUND + chunk.size))
        if further and (further.kind, further.size) == (chunk.kind, chunk.size):
            chunk, leap = further, 2 * leap
        else:
            leap //= 2
    return chunk


async def _blank_chunk(picture: Blob, chunk: Chunk) -> None:
    content = picture.part(chunk.at + 8, chunk.size)
    written = len(picture.file.written)
    if chunk.kind in EXIF:
        await tiff.blank_exif(content)
    elif chunk.kind == CREDENTIALS:
        content.fill()
    else:
        await _blank_text(picture, chunk, content)
    changes = Patches.of(picture.file.written[written:])
    if changes.size:
        summed = picture.part(chunk.at + 4, chunk.size + 4)
        (in_file, _size), *_ = summed.extents  # a PNG within an icon does not begin at 0
        total = zlib.crc32(changes.applied(await summed.read(), in_file))
        picture.write(chunk.end - 4, total.to_bytes(4, "big"))


async def _blank_text(picture: Blob, chunk: Chunk, content: Blob) -> None:
    keyword = (await content.read(0, MAX_KEYWORD + 1)).partition(b"\0")[0]
    text = content.part(len(keyword) + 1)
    if keyword == XMP and chunk.kind == PLAIN:
        await xmp.blank(text)
    elif keyword == XMP and chunk.kind == UTF_8:
        await _blank_xmp(text)
    elif keyword == XMP or PROFILE.fullmatch(keyword):
        text.fill(b" ")
        if chunk.kind == UTF_8:
            text.write(0, NO_LANGUAGE)
        elif chunk.kind == PACKED:
            picture.write(chunk.at + 4, PLAIN)


async def _blank_xmp(text: Blob) -> None:
    """Blank the place in an iTXt's XMP; all of it where it is packed."""
    head = await text.read(0, MAX_LANGUAGE)
    language, _, rest = head[2:].partition(b"\0")
    translated, end, _ = rest.partition(b"\0")
    if head[:1] == b"\0" and end:
        await xmp.blank(text.part(2 + len(language) + 1 + len(translated) + 1))
    else:
        text.fill(b" ")
        text.write(0, NO_LANGUAGE)
