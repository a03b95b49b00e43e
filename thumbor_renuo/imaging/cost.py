"""How much memory a render takes at its peak, estimated before anything is decoded.

The numbers were measured, as the peak of a process over what it takes at rest, on pictures of 24
and 100 megapixels; what is not known yet counts as the dearer case.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from thumbor_renuo.imaging.geometry import largest_shrink
from thumbor_renuo.imaging.header import Header
from thumbor_renuo.imaging.headers import tiff, webp
from thumbor_renuo.imaging.isolated.protocol import MEMORY_BYTES
from thumbor_renuo.imaging.jpeg import eighth
from thumbor_renuo.imaging.jpeg.layout import Layout
from thumbor_renuo.imaging.jpeg.lossless import BLOCK

Size = tuple[int, int]

AT_REST = 4 * 1024**2
CHILD_AT_REST = 16 * 1024**2  # a process of its own, besides what it shares with the server
LEVEL_BYTES = 32 * 1024**2  # what is kept of a decoded original, though less of it was wanted
LINES, WHOLLY = 1200, {"jpeg", "webp"}  # that libvips holds of what it decodes line by line
COEFFICIENT = 2  # bytes
# Of what a decoder holds whole, in bytes for each pixel of the stored picture.
WHOLE = {"avif": 18, "heic": 16, "jxl": 20, "bmp": 4}
# Of the result while it is encoded, in bytes for each of its pixels, besides the pixels; with those
# that a process of its own is given. Of WebP and HEIC, alpha is another picture.
ENCODING = {"jpeg": 8, "webp": 14, "png": 1, "gif": 12, "avif": 32, "heic": 20, "jxl": 24}
ENCODING_ALPHA = ENCODING | {"webp": 36, "heic": 35}
ELSEWHERE = {"webp", "avif", "heic", "gif"}  # encoded in a process of its own, where it is large
# Of an SVG: in bytes for each pixel of what is drawn, with those that are handed over; of the whole
# drawing where it has layers, besides them; and of each layer.
DRAWN, LAYERED, LAYER = 12, 12, 4
TILE = 2000  # pixels: the side of those that libvips has drawn
FILTERING = 12  # bytes for each pixel of the result, where there are filters
FRAME = 12  # bytes for each pixel of each frame of a result that moves


@dataclass(frozen=True)
class Job:
    """What is to be made of an original.

    Attributes:
        data: the original.
        header: its header.
        box: what is cut out of it first, in pixels as displayed; all of it where nothing is.
        made: the sizes that are made one after the other, in pixels.
        formats: those of which one is made.
        has_filters: whether any filter is applied.
        further: the headers of images that filters name.
    """

    data: bytes
    header: Header
    box: Size
    made: Sequence[Size]
    formats: Sequence[str]
    has_filters: bool = False
    further: Sequence[Header] = ()


def estimate_bytes(job: Job) -> int:
    """The bytes that a render takes, rather too many than too few."""
    header = job.header
    largest = max((width * height for width, height in job.made), default=0)
    bands = 3 if header.has_alpha is False else 4
    each = ENCODING if bands == 3 else ENCODING_ALPHA  # noqa: PLR2004
    encoding = max((each.get(name, each["avif"]) for name in job.formats), default=6)
    child = CHILD_AT_REST if ELSEWHERE & set(job.formats) else 0
    result = largest * (bands + encoding + (FILTERING if job.has_filters else 0))
    if header.frames > 1:
        result += largest * header.frames * FRAME
    further = sum(image.width * image.height * image.frames * 8 for image in job.further)
    return AT_REST + child + len(job.data) + _decoding(job, bands) + result + further


def _decoding(job: Job, bands: int) -> int:
    """What the decoder holds, and the decoded pixels."""
    header = job.header
    pixels = header.stored_width * header.stored_height
    depth = 2 if header.bits > 8 else 1  # noqa: PLR2004
    lines = 0 if header.format in WHOLLY else header.stored_width * LINES * bands * depth
    if header.frames > 1:
        held = header.frames if header.format == "webp" else 5
        return pixels * 4 * held + lines
    if header.format == "svg":
        return CHILD_AT_REST + min(_drawing(job), MEMORY_BYTES)
    shrink = _shrink(job)
    level = pixels * bands // shrink**2
    part = level * job.box[1] // max(header.height, 1)  # of its lines, all or those in the box
    decoded = max(part, min(level, LEVEL_BYTES)) * depth
    return decoded + _state(job, pixels, shrink) + lines


def _state(job: Job, pixels: int, shrink: int) -> int:
    """What a decoder needs besides the pixels that it gives."""
    header = job.header
    if header.format == "jpeg":
        return _coefficients(job.data, shrink) if header.is_progressive else 0
    if header.format == "webp":
        return pixels * 4 if webp.is_lossless(job.data) else pixels * 4 // shrink**2
    if header.is_progressive:  # PNG, interlaced
        return pixels * 4 * (header.bits // 8 or 1)
    if header.format == "tiff":
        depth = header.bits // 8 or 1
        return len(job.data) + _strip(job) * (4 if header.has_alpha else 3) * depth
    child = CHILD_AT_REST if header.format in {"avif", "heic"} else 0
    return child + pixels * WHOLE.get(header.format, 0)


def _strip(job: Job) -> int:
    """The pixels of a strip, or of a row of tiles and the tile that is decoded, of a TIFF.

    The bytes of a strip are held besides them.
    """
    tags = tiff.directory(job.data, 0)
    width, height = job.header.stored_width, job.header.stored_height
    side = tags.get(tiff.TILE_WIDTH, 0)
    if side:
        return (math.ceil(width / side) + 1) * side * tags.get(tiff.TILE_HEIGHT, 1)
    return width * min(tags.get(tiff.ROWS_PER_STRIP) or height, height)


def _drawing(job: Job) -> int:
    """Of an SVG, which is drawn in the size that is asked for."""
    width, height = (max((size[side] for size in job.made), default=0) for side in (0, 1))
    scale = max(width / max(job.box[0], 1), height / max(job.box[1], 1))
    whole = int((job.header.width * scale + 1) * (job.header.height * scale + 1))
    tiles = min(whole, (width + 2 * TILE) * (height + 2 * TILE))
    layers = job.header.layers
    held = whole * (LAYERED + LAYER * layers) if layers else 0
    return width * height * DRAWN + tiles * 4 + held


def _coefficients(data: bytes, shrink: int) -> int:
    """Those of a JPEG in several scans, which are all held until the last one is read."""
    layout = Layout(data)
    if shrink == BLOCK and eighth.is_possible(layout):
        return 2 * len(data)  # the means of its blocks are enough: they are read by themselves
    frame = layout.frame
    sides = [(component.h, component.v) for component in frame.components]
    most = max(h for h, _ in sides) * max(v for _, v in sides)
    return frame.width * frame.height * COEFFICIENT * sum(h * v for h, v in sides) // max(most, 1)


def _shrink(job: Job) -> int:
    """By how much the decoder reduces it, as far as it is known now."""
    sides = job.box
    scales = [min(sides[0] / w, sides[1] / h) for w, h in job.made if w and h]
    return largest_shrink(min(scales, default=1.0))
