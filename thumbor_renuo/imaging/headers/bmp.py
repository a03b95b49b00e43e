"""The header of a BMP (Windows' BITMAPINFOHEADER and its successors)."""

import struct
from dataclasses import dataclass

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.headers import Header

SIGNATURE = b"BM"
FILE_HEADER = 14
SMALLEST, LARGEST = 40, 124  # bytes of the headers from BITMAPINFOHEADER to BITMAPV5HEADER
WITH_ALPHA_MASK = 56
RGB, BITFIELDS, ALPHA_BITFIELDS = 0, 3, 6
DEPTHS = {1, 4, 8, 16, 24, 32}
MASKED_DEPTHS = {16, 32}
MAX_COLOURS = 256
DEFAULT_MASKS = {16: (0x7C00, 0x3E0, 0x1F), 32: (0xFF0000, 0xFF00, 0xFF)}
WITH_ALPHA = 4


@dataclass(frozen=True)
class Layout:
    """How a BMP stores its pixels.

    Attributes:
        width, height: in pixels.
        is_upside_down: whether its first line is the lowest.
        depth: bits of a pixel.
        start: where the pixels begin in the file.
        palette: where the colours begin, four bytes each, and how many there are.
        masks: of red, green, blue and alpha, where a pixel has 16 or 32 bits.
    """

    width: int
    height: int
    is_upside_down: bool
    depth: int
    start: int
    palette: tuple[int, int] = (0, 0)
    masks: tuple[int, ...] = ()

    @property
    def line_bytes(self) -> int:
        """Of a line of pixels; all are filled up to four bytes."""
        return (self.width * self.depth + 31) // 32 * 4


def read(data: bytes) -> Header:
    """Size and alpha.

    Raises:
        UnreadableImage: see `layout`.
    """
    found = layout(data)
    has_alpha = len(found.masks) == WITH_ALPHA and found.masks[-1] != 0
    return Header("bmp", found.width, found.height, has_alpha=has_alpha)


def layout(data: bytes) -> Layout:
    """How the pixels are stored.

    Raises:
        UnreadableImage: the header is cut short or damaged, or the pixels are packed.
    """
    if len(data) < FILE_HEADER + SMALLEST:
        raise UnreadableImage("the BMP is cut short: it has no header")
    start, size, width, height, _, depth, packing, _, _, _, colours = struct.unpack_from(
        "<10xIIiiHHIIiiI", data
    )
    if not SMALLEST <= size <= LARGEST or width <= 0 or not height or depth not in DEPTHS:
        raise UnreadableImage("the BMP is damaged, or of a kind that is not read")
    if packing not in {RGB, BITFIELDS, ALPHA_BITFIELDS} or (
        packing != RGB and depth not in MASKED_DEPTHS
    ):
        raise UnreadableImage("the BMP's pixels are packed (RLE, JPEG or PNG), which is not read")
    masks: tuple[int, ...] = DEFAULT_MASKS.get(depth, ())
    behind = FILE_HEADER + size
    if packing != RGB:
        masks = _masks(data, has_alpha=size >= WITH_ALPHA_MASK or packing == ALPHA_BITFIELDS)
        # They stand in the header, or behind the oldest one.
        behind = max(behind, FILE_HEADER + SMALLEST + 4 * len(masks))
    if start < behind:
        raise UnreadableImage("the BMP is damaged: its pixels begin within its header")
    palette = (0, 0)
    if depth <= 8:  # noqa: PLR2004
        most = min(colours or MAX_COLOURS, 1 << depth, (start - behind) // 4)
        palette = (behind, most)
    return Layout(width, abs(height), height > 0, depth, start, palette, masks)


def _masks(data: bytes, *, has_alpha: bool) -> tuple[int, ...]:
    """Of red, green, blue, and alpha if there is any."""
    count = 4 if has_alpha else 3
    try:
        masks = struct.unpack_from(f"<{count}I", data, FILE_HEADER + SMALLEST)
    except struct.error:
        raise UnreadableImage("the BMP is cut short: its masks are missing") from None
    if not all(masks[:3]) or any(_is_broken(mask) for mask in masks):
        raise UnreadableImage("the BMP is damaged: a mask of its channels cannot be")
    return masks


def _is_broken(mask: int) -> bool:
    """Whether the bits of a mask do not stand side by side."""
    low = mask & -mask
    return bool(mask & (mask + low))
