"""HEIF with AVIF and HEIC, JPEG XL and JPEG 2000: takes the place out of boxes and items.

ISO/IEC 23008-12, annex A; ISO/IEC 18181-2, 9; C2PA, annex A; the UUIDs of XMP, part 3, and of
ExifTool.
"""

from thumbor_renuo.imaging.metadata import iptc, tiff, xmp
from thumbor_renuo.imaging.metadata.blob import Blob
from thumbor_renuo.imaging.metadata.boxes import Box, boxes
from thumbor_renuo.imaging.metadata.items import ANY_TYPE, Item, items

EXIF, XMP, PACKED, EXTENDED, META, FREE = b"Exif", b"xml ", b"brob", b"uuid", b"meta", b"free"
CREDENTIALS = b"jumb"
EXIF_UUID = b"JpgTiffExif->JP2"
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
CREDENTIALS_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
IPTC_UUID = bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38")
UUID_BYTES = 16
XMP_TYPE = b"application/rdf+xml"


async def blank(picture: Blob) -> None:
    """Take the place out of such a file.

    Raises:
        Unwalkable: its items are told of in a way that is not known.
    """
    async for box in boxes(picture):
        if box.kind == EXIF:
            await _blank_exif(box.content)
        elif box.kind == XMP:
            await xmp.blank(box.content)
        elif box.kind == PACKED:
            await _blank_packed(box)
        elif box.kind == EXTENDED:
            await _blank_extended(box)
        elif box.kind == CREDENTIALS:
            _free(box)
        elif box.kind == META:
            for item in await items(picture, box.content, frozenset({EXIF, ANY_TYPE})):
                await _blank_item(item)


async def _blank_exif(content: Blob) -> None:
    """EXIF as an item or a box tells first how many bytes to skip (23008-12, A.2.1)."""
    skipped = int.from_bytes(await content.read(0, 4), "big")
    data = content.part(4 + skipped)
    if data.size:
        await tiff.blank_exif(data)
    else:
        content.fill()


async def _blank_packed(box: Box) -> None:
    """Metadata packed by Brotli cannot be changed in place: no reader is to see them."""
    if await box.content.read(0, 4) in {EXIF, XMP, CREDENTIALS}:
        _free(box)


def _free(box: Box) -> None:
    """Make a box one that all readers leap over."""
    box.whole.write(4, FREE)
    box.content.fill()


async def _blank_extended(box: Box) -> None:
    uuid, data = await box.content.read(0, UUID_BYTES), box.content.part(UUID_BYTES)
    if uuid == EXIF_UUID:
        await tiff.blank_exif(data)
    elif uuid == XMP_UUID:
        await xmp.blank(data)
    elif uuid == IPTC_UUID:
        await iptc.blank(data)
    elif uuid == CREDENTIALS_UUID:
        _free(box)


async def _blank_item(item: Item) -> None:
    if item.kind == EXIF:
        await _blank_exif(item.content)
    elif item.media_type == XMP_TYPE and not item.coding:
        await xmp.blank(item.content)
    elif item.media_type == XMP_TYPE:
        item.content.fill()
