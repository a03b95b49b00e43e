"""What a picture's container tells without decoding: whether it is whole, and its frames.

libvips does not miss a JPEG, WebP or TIFF that is cut short. It does not mind a PNG without its
end, and leaves out the frames that a GIF or an AVIF sequence has lost.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from thumbor_renuo.errors import TooLarge, UnreadableImage

# Each scan of a progressive JPEG goes over the whole picture, and an empty one of 72 megapixels
# takes 140 bytes and 6 ms: 10 MB of them, 8 minutes. Real pictures have about 10.
MAX_SCANS = 100
# Walking costs time where a file is nothing but tiny pieces: 25 million markers, half a minute.
# Real pictures have a few dozen markers, and a chunk or block for some kilobytes.
MAX_MARKERS, MAX_CHUNKS = 20_000, 200_000
MIN_BLOCK_BYTES = 64  # of a GIF, on the whole
# FF 00 is a byte of a scan, FF D0 to FF D7 divide one (ITU T.81, B.1.1).
JPEG_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
JPEG_ALONE = {0x01, 0xD8}  # markers without a length
JPEG_END, JPEG_SCAN = 0xD9, 0xDA
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_END = b"\0\0\0\0IEND\xaeB\x60\x82"
GIF_SIGNATURES = (b"GIF87a", b"GIF89a")
GIF_IMAGE, GIF_EXTENSION, GIF_TRAILER = 0x2C, 0x21, 0x3B
GIF_CONTROL = b"\x21\xf9\x04"  # of the frame that follows
GIF_DELAY = 10  # of a frame without one, as libvips has it
GIF_LOOP = b"\x21\xff\x0bNETSCAPE2.0\x03\x01"
AVIF_BRANDS = {b"avif", b"avis"}
SAMPLE_COUNT_PATH = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsz")


def check_jpeg(data: bytes) -> int:
    """Bound a JPEG's scans and find its end; returns 1.

    Raises:
        TooLarge: it has more than MAX_SCANS or MAX_MARKERS.
        UnreadableImage: it has no end.
    """
    scans, markers, at = 0, 0, 2
    while match := JPEG_MARKER.search(data, at):
        marker, at = data[match.end() - 1], match.end()
        markers += 1
        if markers > MAX_MARKERS:
            raise TooLarge(f"the JPEG has more than {MAX_MARKERS} markers", limit=MAX_MARKERS)
        if marker == JPEG_END:
            return 1
        if marker == JPEG_SCAN:
            scans += 1
        if scans > MAX_SCANS:
            raise TooLarge(f"the JPEG has more than {MAX_SCANS} scans", limit=MAX_SCANS)
        if marker not in JPEG_ALONE:
            at += int.from_bytes(data[at : at + 2], "big")
    raise UnreadableImage("the JPEG is cut short: it has no end")


def check_png(data: bytes, *, sums: bool = True) -> int:
    """Check a PNG's chunks up to its end; returns its frames, 1 where it does not move.

    Args:
        sums: whether their checksums are looked at, too.

    Raises:
        TooLarge: it has more than MAX_CHUNKS.
        UnreadableImage: a chunk is cut short or does not match its checksum.
    """
    frames, moves, chunks, at = 0, False, 0, len(PNG_SIGNATURE)
    if not data.startswith(PNG_SIGNATURE):
        raise UnreadableImage("the PNG has no signature")
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        chunks += 1
        if chunks > MAX_CHUNKS:
            raise TooLarge(f"the PNG has more than {MAX_CHUNKS} chunks", limit=MAX_CHUNKS)
        if end > len(data):
            break
        # Decoders leave out ancillary chunks that are damaged (PNG, 13.2), and libvips does not
        # look into the further frames at all.
        if sums and (kind[:1].isupper() or kind in {b"fcTL", b"fdAT"}):
            _check_sum(memoryview(data)[at + 4 : end])
        frames += kind == b"fcTL"
        moves |= kind == b"acTL"
        if kind == b"IEND":
            return max(1, frames) if moves else 1
        at = end
    raise UnreadableImage("the PNG is cut short: it has no end")


def mended_png(data: bytes) -> bytes:
    """A PNG that is cut short, with the chunk that was cut made whole, and an end.

    What has all its pixels is returned as it is. Decoders wait for the rest of a chunk before they
    look at its beginning.
    """
    at = len(PNG_SIGNATURE)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IEND":
            return data
        if at + 12 + length > len(data):
            break
        at += 12 + length
    else:
        return data[:at] + PNG_END
    kind, content = data[at + 4 : at + 8], data[at + 8 :]
    total = zlib.crc32(kind + content)
    whole = struct.pack(">I", len(content)) + kind + content + struct.pack(">I", total)
    return data[:at] + whole + PNG_END


def _check_sum(chunk: memoryview) -> None:
    if zlib.crc32(chunk[:-4]) != int.from_bytes(chunk[-4:], "big"):
        raise UnreadableImage("the PNG is damaged: a checksum does not match")


def check_gif(data: bytes) -> int:
    """Walk through a GIF's blocks up to its trailer; returns its frames.

    Raises:
        TooLarge: it has more blocks than its size can need.
        UnreadableImage: it has no trailer, no frame, or something else in between.
    """
    frames = sum(1 for _frame in gif_frames(data))
    if not frames:
        raise UnreadableImage("the GIF has no frame")
    return frames


class GifFrame(NamedTuple):
    """One frame of a GIF.

    Attributes:
        left, top, right, bottom: where it stands, in pixels; the screen may be smaller.
        delay: how long it is shown, in hundredths of a second.
        is_transparent: whether one of its colours is.
        loop: how often all of it is played, as far as it is told by then; 0: without end.
    """

    left: int
    top: int
    right: int
    bottom: int
    delay: int
    is_transparent: bool
    loop: int


def gif_frames(data: bytes) -> Iterator[GifFrame]:
    """The frames of a GIF, one after the other.

    Raises:
        TooLarge, UnreadableImage: as check_gif.
    """
    if not data.startswith(GIF_SIGNATURES):
        raise UnreadableImage("the GIF has no signature")
    blocks, most = 0, MAX_MARKERS + len(data) // MIN_BLOCK_BYTES
    delay, is_transparent, loop = GIF_DELAY, False, 1
    try:
        at = 13 + gif_palette_bytes(data[10])
        while (kind := data[at]) != GIF_TRAILER:
            if kind == GIF_IMAGE:
                left, top, width, height = struct.unpack_from("<4H", data, at + 1)
                sides = left, top, left + width, top + height
                yield GifFrame(*sides, delay, is_transparent, loop)
                delay, is_transparent = GIF_DELAY, False
                at += 11 + gif_palette_bytes(data[at + 9])
            elif kind == GIF_EXTENSION:
                if data.startswith(GIF_CONTROL, at):
                    flags, delay = struct.unpack_from("<BH", data, at + 3)
                    is_transparent = bool(flags & 1)
                elif data.startswith(GIF_LOOP, at):
                    # How often it is repeated, after it was played once; 0: without end.
                    (again,) = struct.unpack_from("<H", data, at + len(GIF_LOOP))
                    loop = again + 1 if again else 0
                at += 2
            else:
                raise UnreadableImage("the GIF is damaged: there is something between its blocks")
            while length := data[at]:
                at += 1 + length
                blocks += 1
            at += 1
            blocks += 1
            if blocks > most:
                raise TooLarge(f"the GIF has more than {most} blocks for its size", limit=most)
    except (IndexError, struct.error):
        raise UnreadableImage("the GIF is cut short: it has no trailer") from None


def gif_palette_bytes(flags: int) -> int:
    """How many bytes of colours follow the flags of a screen or of a frame."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def check_avif(data: bytes) -> int:
    """Check that all of an AVIF's boxes are there; returns its frames, 1 for a still picture.

    Raises:
        UnreadableImage: a box is cut short, or it is no AVIF.
    """
    brands: set[bytes] = set()
    for place, (kind, start, end) in enumerate(_boxes(data, 0, len(data))):
        if place == 0 and kind == b"ftyp":
            brands = {data[at : at + 4] for at in range(start, end, 4)}
    if not brands & AVIF_BRANDS:
        raise UnreadableImage("this is no AVIF: its brands are others")
    return _samples(data, 0, len(data)) if b"avis" in brands else 1


def _boxes(data: bytes, at: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    # Kind, and where the content begins and ends (ISO/IEC 14496-12, 4.2).
    while at < stop:
        size, kind, start = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], at + 8
        end = at + size if size else stop
        if size == 1:
            start, end = at + 16, at + int.from_bytes(data[at + 8 : at + 16], "big")
        if not start <= end <= stop:
            raise UnreadableImage("the AVIF is cut short or damaged: a box is not whole")
        yield kind, start, end
        at = end


def _samples(data: bytes, start: int, end: int, depth: int = 0) -> int:
    # The frames of the longest track.
    if depth == len(SAMPLE_COUNT_PATH):
        return max(1, int.from_bytes(data[start + 8 : start + 12], "big"))
    counts = [
        _samples(data, inner, stop, depth + 1)
        for kind, inner, stop in _boxes(data, start, end)
        if kind == SAMPLE_COUNT_PATH[depth]
    ]
    return max(counts, default=1)
