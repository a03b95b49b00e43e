"""Photoshop's own files: takes the place out of their image resources."""

from thumbor_renuo.imaging.metadata import photoshop, tiff
from thumbor_renuo.imaging.metadata.blob import Blob

SIGNATURE = b"8BPS"
HEADER_BYTES = 26


async def blank(picture: Blob) -> None:
    """Take the place out of a PSD or PSB: header, colours, then the resources."""
    at = HEADER_BYTES
    at += 4 + int.from_bytes(await picture.read(at, 4), "big")
    size = int.from_bytes(await picture.read(at, 4), "big")
    for exif in await photoshop.blank(picture.part(at + 4, size)):
        await tiff.blank_exif(exif)
