"""Crop, resize and turn decoded pixels."""

from typing import Any

from PIL import Image

from thumbor_renuo.imaging.geometry import AS_IT_IS, Box, Geometry, Turn
from thumbor_renuo.imaging.placement import place
from thumbor_renuo.imaging.raster import GREY, SRGB, Raster
from thumbor_renuo.imaging.time_limit import evaluate

# From twice this reduction on, whole pixels are averaged before the filter is applied.
GAP = 2.0
TINY_PIXELS = 10_000


def resample(image: Any, geometry: Geometry, *, shrunk: float = 1) -> Any:
    """What is left of a picture, in the size and the way that are asked for.

    Reduces with Lanczos3 as libvips does, and enlarges as Pillow does, which is what Thumbor's
    users know. Colours are weighed by their alpha.

    Args:
        image: a pyvips image of 8 bits and 1 to 4 bands; it may be decoded line by line.
        geometry: in the coordinates of the stored picture.
        shrunk: by how much the decoder has reduced it already.

    Returns:
        a pyvips image, in memory where it had to be turned.
    """
    box, (width, height) = _shrunk_box(geometry.box, shrunk, image), geometry.stored_size
    if not geometry.is_resized and shrunk == 1:
        image = _cut(image, box)
    elif width > box.size[0] or height > box.size[1] or _is_tiny(image):
        image = _by_pillow(_cut(image, box), width, height)
    else:
        image = _reduced(image, geometry, shrunk)
    return turned(image, geometry.turn)


def turned(image: Any, turn: Turn) -> Any:
    """Lay a picture another way."""
    if turn == AS_IT_IS:
        return image
    image = evaluate(image)  # what comes line by line cannot be turned
    flip_h, flip_v = turn.flip_h, turn.flip_v
    if turn.transpose:
        image = image.rot("d90")  # transposes, and flips horizontally
        flip_h = not flip_h
    if flip_h and flip_v:
        return image.rot("d180")
    if flip_h:
        return image.fliphor()
    return image.flipver() if flip_v else image


def _shrunk_box(box: Box, shrunk: float, image: Any) -> Box:
    # Decoders round sides up: the last pixels may stand for fewer than the others, and would
    # stretch the picture by a part of a pixel.
    left, top, right, bottom = (round(side / shrunk) for side in box)
    right, bottom = min(max(right, left + 1), image.width), min(max(bottom, top + 1), image.height)
    return Box(min(left, right - 1), min(top, bottom - 1), right, bottom)


def _cut(image: Any, box: Box) -> Any:
    if box == Box(0, 0, image.width, image.height):
        return image
    return image.crop(box.left, box.top, *box.size)


def _cut_or_padded(image: Any, box: Box) -> Any:
    """A box that may reach outside, where the pixels at the edge go on."""
    around = max(0, -box.left, -box.top, box.right - image.width, box.bottom - image.height)
    if around:
        width, height = image.width + 2 * around, image.height + 2 * around
        image = image.embed(around, around, width, height, extend="copy")
        box = Box(*(side + around for side in box))
    return _cut(image, box)


def _reduced(image: Any, geometry: Geometry, shrunk: float) -> Any:
    (width, height), box = geometry.stored_size, geometry.box
    x_scale, y_scale = (scale / shrunk for scale in geometry.scale)
    x = place(box.left / shrunk, width * x_scale, width, image.width)
    y = place(box.top / shrunk, height * y_scale, height, image.height)
    image = _cut_or_padded(image, Box(x.start, y.start, x.start + x.length, y.start + y.length))
    has_alpha = image.hasalpha()
    if has_alpha:
        image = image.premultiply().cast("uchar")
    # What was rounded has another scale, so that it makes as many pixels as it should.
    x_scale = x_scale if x.made else x.length / width
    y_scale = y_scale if y.made else y.length / height
    image = image.reduce(x_scale, y_scale, kernel="lanczos3", gap=GAP)
    image = _cut(image, Box(x.before, y.before, x.before + width, y.before + height))
    if has_alpha:
        image = image.unpremultiply().rint().cast("uchar")
    return image


def _is_tiny(image: Any) -> bool:
    # To set libvips' pipeline up takes longer than to do without.
    is_known = image.interpretation in {GREY, SRGB}  # Pillow would take four inks for alpha
    return is_known and bool(image.width * image.height <= TINY_PIXELS)


def _by_pillow(image: Any, width: int, height: int) -> Any:
    pixels = Raster.of(image).to_pillow()
    return Raster.from_pillow(pixels.resize((width, height), Image.Resampling.LANCZOS)).image
