"""Crop, resize and turn decoded pixels."""

from math import ceil, floor, pi, sin
from typing import Any

import pyvips
from PIL import Image

from thumbor_renuo.imaging.geometry import AS_IT_IS, Box, Geometry, Turn
from thumbor_renuo.imaging.placement import NEAR, Placement, place
from thumbor_renuo.imaging.raster import GREY, SRGB, Raster
from thumbor_renuo.imaging.time_limit import evaluate

# From twice this reduction on, whole pixels are averaged before the filter is applied.
GAP = 2.0
TINY_PIXELS = 10_000
# Of the Lanczos kernel that moves by parts of a pixel. libvips keeps few bits of its weights, which
# makes the picture darker or lighter where they are finer than this.
LOBES, MASK_SCALE = 3, 64


def resample(image: Any, geometry: Geometry, *, shrunk: float | tuple[float, float] = 1) -> Any:
    """What is left of a picture, in the size and the way that are asked for.

    Reduces with Lanczos3 as libvips does, and enlarges as Pillow does, which is what Thumbor's
    users know. Colours are weighed by their alpha.

    Args:
        image: a pyvips image of 8 bits and 1 to 4 bands; it may be decoded line by line.
        geometry: in the coordinates of the stored picture.
        shrunk: by how much the decoder has reduced it already; in width and height, if it differs.

    Returns:
        a pyvips image, in memory where it had to be turned.
    """
    ratios = shrunk if isinstance(shrunk, tuple) else (shrunk, shrunk)
    if not geometry.is_resized and ratios == (1, 1):
        image = _cut(image, geometry.box)
    elif _is_enlarged(geometry, ratios) or _is_tiny(image):
        image = _by_pillow(image, geometry, ratios)
    else:
        image = _reduced(image, geometry, ratios)
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


def _reduced(image: Any, geometry: Geometry, ratios: tuple[float, float]) -> Any:
    (width, height), box, (x_ratio, y_ratio) = geometry.stored_size, geometry.box, ratios
    x_scale, y_scale = geometry.scale[0] / x_ratio, geometry.scale[1] / y_ratio
    x = place(box.left / x_ratio, width * x_scale, width, image.width)
    y = place(box.top / y_ratio, height * y_scale, height, image.height)
    image = _cut_or_padded(image, Box(x.start, y.start, x.start + x.length, y.start + y.length))
    has_alpha = image.hasalpha()
    if has_alpha:
        image = image.premultiply().cast("uchar")
    # What was rounded has another scale, so that it makes as many pixels as it should.
    x_scale = x_scale if x.made else x.length / width
    y_scale = y_scale if y.made else y.length / height
    image = image.reduce(x_scale, y_scale, kernel="lanczos3", gap=GAP)
    image = _shifted(image, x, y)
    image = _cut(image, Box(x.before, y.before, x.before + width, y.before + height))
    if has_alpha:
        image = image.unpremultiply().rint().cast("uchar")
    return image


def _shifted(image: Any, x: Placement, y: Placement) -> Any:
    """Where no cut was near enough, moved by the part of a pixel that is left."""
    if x.made and x.error > NEAR:
        image = image.conv(_shift_mask(x.shift), precision="integer")
    if y.made and y.error > NEAR:
        image = image.conv(_shift_mask(y.shift).rot("d90"), precision="integer")
    return image


def _shift_mask(shift: float) -> Any:
    taps = [_lanczos(tap + shift) for tap in range(-LOBES, LOBES + 1)]
    weights = [round(MASK_SCALE * tap / sum(taps)) for tap in taps]
    weights[LOBES] += MASK_SCALE - sum(weights)
    return pyvips.Image.new_from_list([weights], scale=MASK_SCALE)


def _lanczos(x: float) -> float:
    if x == 0:
        return 1.0
    if abs(x) >= LOBES:
        return 0.0
    return LOBES * sin(pi * x) * sin(pi * x / LOBES) / (pi * x) ** 2


def _is_enlarged(geometry: Geometry, ratios: tuple[float, float]) -> bool:
    return any(scale < ratio for scale, ratio in zip(geometry.scale, ratios, strict=True))


def _is_tiny(image: Any) -> bool:
    # To set libvips' pipeline up takes longer than to do without.
    is_known = image.interpretation in {GREY, SRGB}  # Pillow would take four inks for alpha
    return is_known and bool(image.width * image.height <= TINY_PIXELS)


def _by_pillow(image: Any, geometry: Geometry, ratios: tuple[float, float]) -> Any:
    (x_ratio, y_ratio), box = ratios, geometry.box
    # The box may end within a pixel: to round it would shift or stretch what is seen.
    left, right = box.left / x_ratio, min(box.right / x_ratio, image.width)
    top, bottom = box.top / y_ratio, min(box.bottom / y_ratio, image.height)
    around = Box(floor(left), floor(top), ceil(right), ceil(bottom))
    pixels = Raster.of(_cut(image, around)).to_pillow()
    within = left - around.left, top - around.top, right - around.left, bottom - around.top
    resized = pixels.resize(geometry.stored_size, Image.Resampling.LANCZOS, within)
    return Raster.from_pillow(resized).image
