"""WebP: takes the place out of its EXIF, XMP and C2PA chunks (RFC 9649, 2.7; C2PA, annex A)."""

from thumbor_renuo.imaging.metadata import tiff, xmp
from thumbor_renuo.imaging.metadata.blob import Blob

CONTAINER, SIGNATURE = b"RIFF", b"WEBP"
FIRST_CHUNK = 12
EXIF, XMP, CREDENTIALS = b"EXIF", b"XMP ", b"C2PA"
FILLER = b"JUNK"  # of any RIFF


async def blank(picture: Blob) -> None:
    """Take the place out of a WebP."""
    at = FIRST_CHUNK
    while len(head := await picture.read(at, 8)) == 8:  # noqa: PLR2004
        size = int.from_bytes(head[4:8], "little")
        if head[:4] == EXIF:
            await tiff.blank_exif(picture.part(at + 8, size))
        elif head[:4] == XMP:
            await xmp.blank(picture.part(at + 8, size))
        elif head[:4] == CREDENTIALS:
            picture.write(at, FILLER)
            picture.part(at + 8, size).fill()
        at += 8 + size + size % 2
