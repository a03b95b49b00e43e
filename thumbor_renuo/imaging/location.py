"""Where a picture was taken: found in the file without decoding it, and blanked in place.

No byte moves and no pixel changes, so that lengths and ranges of the file stay true. Blanked are
EXIF's GPS directory, in XMP and IPTC-IIM GPS and the names of places, and all of content
credentials (C2PA), which are signed and would tell of the change. Left are makers' notes, films
that stand behind a photograph, pictures within drawings (SVG) and within layers (PSD), and
whatever people wrote into a title or a file's name.
"""

import struct
from collections.abc import Awaitable, Callable

from thumbor_renuo.imaging.metadata import gif, heif, ico, jpeg, png, psd, tiff, webp
from thumbor_renuo.imaging.metadata.blob import Blob, Read, StoredFile, Unwalkable
from thumbor_renuo.imaging.metadata.patches import Patches

HEAD_BYTES = 256
JPEG_XL, JPEG_2000 = b"\0\0\0\x0cJXL \r\n\x87\n", b"\0\0\0\x0cjP  \r\n\x87\n"
BY_START: tuple[tuple[bytes, Callable[[Blob], Awaitable[None]]], ...] = (
    (jpeg.SIGNATURE, jpeg.blank),
    (png.SIGNATURE, png.blank),
    (JPEG_XL, heif.blank),
    (JPEG_2000, heif.blank),
    (psd.SIGNATURE, psd.blank),
    (gif.SIGNATURE, gif.blank),
    (ico.ICON, ico.blank),
    (ico.CURSOR, ico.blank),
)
# https://mp4ra.org/registered-types/brands: pictures, and sequences of them.
BRANDS = {
    b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs",
    b"mif1", b"mif2", b"msf1", b"miaf", b"jxl ", b"jp2 ", b"jpx ", b"jpm ",
}  # fmt: skip
CANON = b"crx "
# Raw files and JPEG XR, which keep a place where it is not looked for here.
CLOSED = (b"FUJIFILMCCD-RAW", b"FOVb", b"\0MRM", b"HEAPCCDR", b"II\xbc\x01", b"IIII", b"MMMM")
# Nobody writes a place into these: BMP and a bare JPEG XL hold no metadata, drawings are written.
PLACELESS = {"image/bmp", "image/x-ms-bmp", "image/svg+xml"}
PLACELESS_STARTS = (b"BM", b"\xff\x0a")


async def find(read: Read, size: int, media_type: str) -> Patches:
    """What has to be put into a file for it not to tell its place.

    Args:
        read: reads so many bytes of the file from a place on.
        size: of the file, in bytes.
        media_type: as served; it counts where the content does not tell what it is.

    Raises:
        Unwalkable: it is a picture that may tell a place which cannot be found within the bounds.
            Such an original must not be served.
        StorageError: the storage gives other bytes than it said.
    """
    file = StoredFile(read, size)
    head = await file.read(0, HEAD_BYTES)
    walk = _walk_of(head)
    if walk:
        await walk(Blob(file, [(0, size)]))
    elif size and _may_tell(head, media_type):
        raise Unwalkable(
            "the app serves no original with the place where it was taken, and in this one it "
            "cannot be looked for"
        )
    return Patches.of(file.written)


def _walk_of(head: bytes) -> Callable[[Blob], Awaitable[None]] | None:
    if head[:4] == webp.CONTAINER and head[8:12] == webp.SIGNATURE:
        return webp.blank
    if _brands(head) & BRANDS:
        return heif.blank
    if head[:2] in {b"II", b"MM"} and len(head) >= tiff.HEADER_BYTES:
        order = "<" if head[:2] == b"II" else ">"
        return tiff.blank if struct.unpack(order + "H", head[2:4])[0] in tiff.MAGIC else None
    return next((walk for start, walk in BY_START if head.startswith(start)), None)


def _brands(head: bytes) -> set[bytes]:
    if head[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(head[:4], "big"), HEAD_BYTES)
    return {head[at : at + 4] for at in (8, *range(16, end, 4))}


def _may_tell(head: bytes, media_type: str) -> bool:
    kind = media_type.partition(";")[0].strip().lower()
    is_closed = head.startswith(CLOSED) or CANON in _brands(head)
    is_placeless = kind in PLACELESS or head.startswith(PLACELESS_STARTS)
    return is_closed or (kind.startswith("image/") and not is_placeless)
