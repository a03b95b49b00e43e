"""ICO and CUR: takes the place out of the PNGs in them.

"The evolution of the ICO file format", 4; the other pictures in them are BMP's, without metadata.
"""

from thumbor_renuo.imaging.metadata import png
from thumbor_renuo.imaging.metadata.blob import Blob

ICON, CURSOR = b"\0\0\1\0", b"\0\0\2\0"
HEADER_BYTES, ENTRY_BYTES, OFFSET = 6, 16, 12


async def blank(picture: Blob) -> None:
    """Take the place out of an icon."""
    count = int.from_bytes(await picture.read(4, 2), "little")
    table = await picture.read(HEADER_BYTES, count * ENTRY_BYTES)
    places = {
        int.from_bytes(table[at + OFFSET : at + ENTRY_BYTES], "little")
        for at in range(0, len(table), ENTRY_BYTES)
    }
    for place in sorted(places):
        # Decoders read a PNG to its end, whatever size the entry tells.
        one = picture.part(place)
        if await one.read(0, len(png.SIGNATURE)) == png.SIGNATURE:
            await png.blank(one)
