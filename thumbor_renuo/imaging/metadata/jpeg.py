"""JPEG: takes the place out of the segments before the pixels (ITU T.81, annex B)."""

from collections import defaultdict

from thumbor_renuo.imaging.metadata import photoshop, tiff, xmp
from thumbor_renuo.imaging.metadata.blob import Blob, Unwalkable

SIGNATURE = b"\xff\xd8"
EXIF_MARKER, MPF_MARKER, BOX_MARKER, PHOTOSHOP_MARKER = 0xE1, 0xE2, 0xEB, 0xED
SCAN, END = 0xDA, 0xD9
ALONE = {0x01, *range(0xD0, 0xD9)}  # markers without a length
XMP = b"http://ns.adobe.com/xap/1.0/\0"
# A packet over 64 KiB: its GUID, its whole length and the part's offset follow (XMP, part 3).
EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"
GUID_END, EXTENDED_HEADER_BYTES = len(EXTENDED) + 32, len(EXTENDED) + 40
PHOTOSHOP = b"Photoshop 3.0\0"
# Multi-picture format: previews and gain maps stand behind the picture (CIPA DC-007).
MPF, MPF_ENTRIES, MPF_ENTRY_BYTES, MAX_PICTURES = b"MPF\0", 0xB002, 16, 50
# Boxes, each of whose segments repeats the type; JPEG XT keeps pixels in those of other types
# (ISO/IEC 19566-5, annex D; ISO/IEC 18477-3, annex B).
BOX, BOX_TYPE, CREDENTIALS = b"JP", slice(12, 16), b"jumb"
HEADER_BYTES = 80
MAX_STUFFING = 64 * 1024


async def blank(picture: Blob) -> None:
    """Take the place out of a JPEG, and out of the JPEGs that it says stand behind it.

    Raises:
        Unwalkable: there is something else than segments.
    """
    for at in await _blank_one(picture):
        further = picture.part(at)
        if await further.read(0, 2) == SIGNATURE:
            await _blank_one(further)


async def _blank_one(picture: Blob) -> list[int]:
    """Blank one picture's segments; returns where further pictures are."""
    parts: dict[bytes, list[tuple[int, Blob]]] = defaultdict(list)
    further: list[int] = []
    at = len(SIGNATURE)
    while segment := await _next(picture, at):
        marker, start, size = segment
        at = start + size
        content = picture.part(start, size)
        head = await content.read(0, HEADER_BYTES)
        if marker == EXIF_MARKER and head.startswith(tiff.EXIF_HEADER):
            await tiff.blank_exif(content)
        elif marker == EXIF_MARKER and head.startswith(XMP):
            await xmp.blank(content.part(len(XMP)))
        elif marker == EXIF_MARKER and head.startswith(EXTENDED):
            offset = int.from_bytes(head[GUID_END + 4 : EXTENDED_HEADER_BYTES], "big")
            parts[head[:GUID_END]].append((offset, content.part(EXTENDED_HEADER_BYTES)))
        elif marker == PHOTOSHOP_MARKER and head.startswith(PHOTOSHOP):
            parts[PHOTOSHOP].append((at, content.part(len(PHOTOSHOP))))
        elif marker == MPF_MARKER and head.startswith(MPF):
            further += await _pictures(content.part(len(MPF)), start + len(MPF))
        elif marker == BOX_MARKER and head.startswith(BOX) and head[BOX_TYPE] == CREDENTIALS:
            content.fill()
    await _blank_split(parts)
    return further


async def _next(picture: Blob, at: int) -> tuple[int, int, int] | None:
    """The next segment's marker, and where its content is; None where the pixels begin."""
    for place in range(at, at + MAX_STUFFING):
        head = await picture.read(place, 4)
        if len(head) < 2 or (head[0] == 0xFF and head[1] in {SCAN, END}):  # noqa: PLR2004
            return None
        # FF FF is stuffing, FF 00 a byte; decoders skip what else stands between two segments.
        if head[0] != 0xFF or head[1] in {0x00, 0xFF}:  # noqa: PLR2004
            continue
        if head[1] not in ALONE:
            size = int.from_bytes(head[2:4], "big")
            return head[1], place + 4, max(0, size - 2)
    raise Unwalkable("the JPEG is damaged: there is something between its segments")


async def _blank_split(parts: dict[bytes, list[tuple[int, Blob]]]) -> None:
    """Blank what was split over segments."""
    for name, pieces in parts.items():
        whole = Blob.joined([piece for _, piece in sorted(pieces, key=lambda piece: piece[0])])
        if name == PHOTOSHOP:
            for exif in await photoshop.blank(whole):
                await tiff.blank_exif(exif)
        else:
            await xmp.blank(whole)


async def _pictures(index: Blob, start: int) -> list[int]:
    """Where the index says that further pictures begin; offsets count from its byte order."""
    try:
        layout = tiff.Layout.of(await index.read(0, 8))
    except Unwalkable:
        return []
    first = layout.number(await index.read(4, 4))
    directory = await tiff.Directory.read(index, layout, first)
    raw = b"".join(
        [
            await index.read(entry.at, min(entry.size, MAX_PICTURES * MPF_ENTRY_BYTES))
            for entry in directory.entries
            if entry.tag == MPF_ENTRIES
        ]
    )[: MAX_PICTURES * MPF_ENTRY_BYTES]
    offsets = [layout.number(raw[at + 8 : at + 12]) for at in range(0, len(raw), MPF_ENTRY_BYTES)]
    return [start + offset for offset in offsets if offset]
