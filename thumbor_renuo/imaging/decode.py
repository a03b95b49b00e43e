"""Decodes with libvips, line by line where the format allows it.

All of it raises UnreadableImage where libvips finds the picture broken. A source is read where it
lies in memory (a buffer would be copied): keep the bytes until the last pixel is decoded.
"""

import math
from contextlib import AbstractContextManager
from typing import Any

import pyvips

from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging import libvips
from thumbor_renuo.imaging.formats import JPEG, WEBP, Format

SMALL_SIDE = 64
RGBA = 4  # bands
MAX_BANDS = 5  # CMYK and alpha
# GIF and JPEG go no further. Of one line of 75 million pixels, a PNG of 300 kB, libvips asks for so
# much memory at once that GLib ends the process.
MAX_SIDE = 65_535
MAX_HELD_BYTES = 320 * 1024**2
BYTES = {"uchar": 1, "ushort": 2}  # of one channel of one pixel, in libvips' words
ON_ITS_SIDE = 5  # this EXIF orientation and those above swap width and height

libvips.set_up()


def _reading(kind: Format) -> AbstractContextManager[None]:
    return libvips.translated(kind.name.upper())


def open_header(kind: Format, data: bytes, **options: Any) -> Any:
    """A picture of which no pixel is decoded before it is asked for.

    Args:
        options: the loader's own.
    """
    settings = {"access": "sequential", "fail_on": kind.fail_on, **options}
    with _reading(kind):
        source = pyvips.Source.new_from_memory(data)
        return pyvips.Operation.call(kind.loader, source, **settings)


def check_held(image: Any) -> None:
    """Refuse what would take more memory than its pixels tell.

    Raises:
        TooLarge: it cannot be decoded line by line, and is too large to be held.
        UnreadableImage: it has more channels than a picture.
    """
    bands = image.bands
    if image.get_typeof("interlaced"):
        # It has no first line until its last pass is read, and so is held whole.
        held = image.width * image.height * bands * BYTES.get(image.format, 4)
        if held > MAX_HELD_BYTES:
            raise TooLarge(
                f"{held} bytes of an interlaced picture are over the limit of {MAX_HELD_BYTES}"
                " bytes",
                limit=MAX_HELD_BYTES,
            )
    if bands > MAX_BANDS:
        raise UnreadableImage(f"{bands} channels are more than a picture has")


def field(image: Any, name: str, default: int) -> int:
    """A number of the header, or the default where it is not there."""
    return int(image.get(name)) if image.get_typeof(name) else default


def displayed_size(image: Any) -> tuple[int, int]:
    """Width and height after the EXIF orientation, in pixels."""
    sides = image.width, image.height
    return sides[::-1] if field(image, "orientation", 1) >= ON_ITS_SIDE else sides


def decode_all_frames(kind: Format, data: bytes) -> None:
    """Decode each frame of an animation, and keep none."""
    image = open_header(kind, data, n=-1)
    with _reading(kind):
        image.avg()


def decode_small(kind: Format, data: bytes, image: Any) -> Any:
    """All of the first frame, made small.

    Args:
        image: the picture's header from `open_header`.

    Returns:
        a picture in memory, in the colours and the orientation of the file, with sides of
        SMALL_SIDE or less.
    """
    if kind is WEBP and field(image, "n-pages", 1) == 1:
        return _shrink(kind, open_header(kind, data, scale=1 / _scale(image)))
    return _decode_jpeg(data, image) if kind is JPEG else _shrink(kind, image)


def _scale(image: Any) -> int:
    # The decoder still reads all of the file, and saves memory and arithmetic. Of a line it would
    # leave nothing.
    least, most = sorted((image.width, image.height))
    fitting = (k for k in (8, 4, 2) if most >= 2 * k * SMALL_SIDE and least >= k)
    return next(fitting, 1)


def _decode_jpeg(data: bytes, image: Any) -> Any:
    try:
        return _shrink(JPEG, open_header(JPEG, data, shrink=_scale(image)))
    except UnreadableImage:
        if not _warns_of_header(data, image):
            raise
    return _shrink(JPEG, open_header(JPEG, data, shrink=_scale(image), fail_on="error"))


def _warns_of_header(data: bytes, image: Any) -> bool:
    # Phones write sound JPEGs of whose header libjpeg warns ("Invalid SOS parameters"). libvips
    # refuses for a warning when it begins the next lines: what it refuses before the first ones
    # was in the header. Of several scans it has read all by then, so there is no telling.
    if image.get("jpeg-multiscan"):
        return False
    first_line = open_header(JPEG, data).crop(0, 0, image.width, 1)
    try:
        with _reading(JPEG):
            first_line.avg()
    except UnreadableImage:
        return True
    return False


def _shrink(kind: Format, image: Any) -> Any:
    # Each pixel counts, so that none is left undecoded.
    has_alpha, number = image.hasalpha(), image.format
    with _reading(kind):
        if has_alpha:
            image = image.premultiply()
        # Two steps, for libvips asks for the lines of 16 results at a time.
        for side in (8 * SMALL_SIDE, SMALL_SIDE):
            factor = math.ceil(max(image.width, image.height) / side)
            image = image.shrink(factor, factor, ceil=True).copy_memory()
        if has_alpha:
            image = image.unpremultiply().rint()
        return image.cast(number).copy_memory()


def to_srgb(kind: Format, image: Any) -> Any:
    """A small picture as 8 bits of red, green, blue and alpha, the right way up."""
    if image.get_typeof("icc-profile-data"):
        image = _without_profile(kind, image)
    with _reading(kind):
        image = image.colourspace("srgb").cast("uchar")
        image = image[:RGBA] if image.hasalpha() else image.addalpha()
        return image.autorot().copy_memory()


def _without_profile(kind: Format, image: Any) -> Any:
    try:
        with _reading(kind):
            return image.icc_transform("srgb", embedded=True, intent="relative").copy_memory()
    except UnreadableImage:
        # The profile is damaged or of other channels; browsers show the picture without it.
        return image
