"""AVIF, HEIC and JPEG XL, whose headers are read by the library that decodes them."""

from thumbor_renuo.errors import TooLarge, UnreadableImage, UnsupportedImage
from thumbor_renuo.imaging import libvips, structure
from thumbor_renuo.imaging.decode import field, open_header
from thumbor_renuo.imaging.formats import AVIF, HEIC, JXL, Format
from thumbor_renuo.imaging.headers import Header

HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
JXL_SIGNATURES = (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")
MAX_BRANDS_BYTES = 256
# libheif holds some 15 bytes for each pixel, and cannot be stopped.
MAX_PIXELS = 64_000_000


def kind_of(data: bytes) -> Format | None:
    """Which of them a file is, by its brands (ISO/IEC 14496-12, 4.3)."""
    if data.startswith(JXL_SIGNATURES):
        return JXL
    if data[4:8] != b"ftyp":
        return None
    size = min(int.from_bytes(data[:4], "big"), MAX_BRANDS_BYTES)
    # The major brand, a version, and the compatible ones.
    brands = {data[at : at + 4] for at in (8, *range(16, size, 4))}
    if brands & structure.AVIF_BRANDS:
        return AVIF
    return HEIC if brands & HEIC_BRANDS else None


def read(kind: Format, data: bytes) -> Header:
    """The size after the turns that the container asks for: the decoder makes them.

    Raises:
        UnreadableImage: it is damaged.
        TooLarge: it has more than MAX_PIXELS.
        UnsupportedImage: it is a JPEG XL, and libvips was built without it.
    """
    if kind is JXL and not libvips.has(kind.loader):
        raise UnsupportedImage(
            "JPEG XL is not read here: the server's libvips is built without libjxl"
        )
    image = open_header(kind, data)
    if not image.width or not image.height:
        raise UnreadableImage(f"the {kind.name.upper()} has no pixels")
    if image.width * image.height > MAX_PIXELS:
        raise TooLarge(
            f"the {kind.name.upper()}'s {image.width} x {image.height} pixels are over the limit of"
            f" {MAX_PIXELS} pixels",
            limit=MAX_PIXELS,
        )
    return Header(
        kind.name,
        image.width,
        image.height,
        # JPEG XL has its own orientation, which its decoder heeds.
        has_alpha=bool(image.hasalpha()),
        bits=field(image, "bits-per-sample", 8),
    )
