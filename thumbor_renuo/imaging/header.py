"""What the header of a picture tells, before any pixel is decoded."""

from collections.abc import Callable

from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging import structure
from thumbor_renuo.imaging.decode import MAX_SIDE
from thumbor_renuo.imaging.headers import Header, bmp, gif, heif, jpeg, png, tiff, webp
from thumbor_renuo.imaging.markup import SVG, markup_type
from thumbor_renuo.imaging.svg_bounds import read_safe

__all__ = ["MAX_SIDE", "Header", "read_header"]

MARKUP_BYTES = 4096
Reader = Callable[[bytes], Header]
READERS: tuple[tuple[bytes | tuple[bytes, ...], Reader], ...] = (
    (jpeg.SIGNATURE, jpeg.read),
    (png.SIGNATURE, png.read),
    (structure.GIF_SIGNATURES, gif.read),
    (tiff.SIGNATURES, tiff.read),
    (bmp.SIGNATURE, bmp.read),
)


def read_header(data: bytes) -> Header:
    """Find out type, size and frames.

    Raises:
        UnreadableImage: it is no picture of a known type, its header is damaged, or it is an SVG
            that could run scripts or fetch from elsewhere.
        UnsupportedImage: there is no decoder for it here.
        TooLarge: it has a longer side, or is made of more pieces, than a picture.
    """
    header = _read(data)
    least, side = sorted((header.stored_width, header.stored_height))
    if least < 1:
        raise UnreadableImage("the picture has no pixels")
    if side > MAX_SIDE:
        raise TooLarge(
            f"the picture's side of {side} pixels is over the limit of {MAX_SIDE} pixels",
            limit=MAX_SIDE,
        )
    return header


def _read(data: bytes) -> Header:
    for signature, read in READERS:
        if data.startswith(signature):
            return read(data)
    if data.startswith(webp.CONTAINER) and data.startswith(webp.SIGNATURE, 8):
        return webp.read(data)
    kind = heif.kind_of(data)
    if kind is not None:
        return heif.read(kind, data)
    if markup_type(data[:MARKUP_BYTES]) == SVG:
        drawing = read_safe(data)
        return Header("svg", drawing.width, drawing.height, has_alpha=True, layers=drawing.layers)
    raise UnreadableImage("the object is no image of a known type")
