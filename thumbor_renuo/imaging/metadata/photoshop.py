"""Photoshop's image resources, in JPEG, TIFF and its own files: blanks the place in them.

"Adobe Photoshop File Formats Specification", Image Resource Blocks.
"""

from thumbor_renuo.imaging.metadata import iptc, xmp
from thumbor_renuo.imaging.metadata.blob import Blob

SIGNATURES = {b"8BIM", b"AgHg", b"DCSR", b"MeSa", b"PHUT"}
IPTC, EXIF, EXIF_3, XMP = 0x0404, 0x0422, 0x0423, 0x0424
NUMBER_END = 6


async def blank(block: Blob) -> list[Blob]:
    """Blank the place in IPTC and XMP; returns what EXIF data there is."""
    found, at = [], 0
    while (head := await block.read(at, NUMBER_END + 1))[:4] in SIGNATURES:
        number = int.from_bytes(head[4:NUMBER_END], "big")
        name = 1 + (head[NUMBER_END] if len(head) > NUMBER_END else 0)
        start = at + NUMBER_END + name + name % 2 + 4
        size = int.from_bytes(await block.read(start - 4, 4), "big")
        content = block.part(start, size)
        if number == IPTC:
            await iptc.blank(content)
        elif number == XMP:
            await xmp.blank(content)
        elif number in {EXIF, EXIF_3}:
            found.append(content)
        at = start + size + size % 2
    return found
