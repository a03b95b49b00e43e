"""WebP: takes the place out of its EXIF and XMP chunks (RFC 9649, 2.7)."""

from thumbor_renuo.imaging.metadata import tiff, xmp
from thumbor_renuo.imaging.metadata.blob import Blob

CONTAINER, SIGNATURE = b"RIFF", b"WEBP"
FIRST_CHUNK = 12
EXIF, XMP = b"EXIF", b"XMP "


async def blank(picture: Blob) -> None:
    """Take the place out of a WebP."""
    at = FIRST_CHUNK
    while len(head := await picture.read(at, 8)) == 8:  # noqa: PLR2004
        size = int.from_bytes(head[4:8], "little")
        if head[:4] == EXIF:
            await tiff.blank_exif(picture.part(at + 8, size))
        elif head[:4] == XMP:
            await xmp.blank(picture.part(at + 8, size))
        at += 8 + size + size % 2
