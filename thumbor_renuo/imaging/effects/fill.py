"""Pictures on a larger ground: of one colour, or of themselves blurred."""

from typing import Any

from thumbor_renuo.imaging.effects.blur import blurred
from thumbor_renuo.imaging.effects.colours import CHANNELS, rgb
from thumbor_renuo.imaging.effects.paste import RGBA, canvas, paste
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.time_limit import evaluate

BLUR_RADIUS = 50
# So far is a picture shrunk before it is blurred that strongly: nobody sees it.
SHRINK = 4

Size = tuple[int, int]


def fill(raster: Raster, size: Size, colour: RGBA, *, through: bool = False) -> Raster:
    """Put a picture in the middle of a plain ground.

    Args:
        size: of the ground, in pixels; what of the picture is outside is cut off.
        colour: of the ground: red, green, blue, alpha.
        through: let the ground shine through where the picture is transparent.
    """
    return _on_ground(raster.as_rgb(), canvas(*size, colour), through=through)


def fill_with_blur(raster: Raster, size: Size, *, through: bool = False) -> Raster:
    """Put a picture in the middle of itself, stretched over all of the size and blurred."""
    source = raster.as_rgb()
    return _on_ground(source, _blurred_ground(source.image, size), through=through)


def background(raster: Raster, colour: RGBA) -> Raster:
    """Lay a picture on a colour; the result is opaque if the colour is."""
    source = raster.as_rgb()
    if not source.has_alpha:
        return source
    return fill(source, source.size, colour, through=True)


def mean_colour(raster: Raster) -> tuple[int, int, int]:
    """The mean of each channel, rounded down; transparent pixels count as others."""
    columns, _ = raster.as_rgb().image[:CHANNELS].project()
    sums = memoryview(columns.write_to_memory()).cast("I")
    area = raster.width * raster.height
    red, green, blue = (sum(sums[band::CHANNELS].tolist()) // area for band in range(CHANNELS))
    return red, green, blue


def _on_ground(source: Raster, ground: Any, *, through: bool) -> Raster:
    x = (ground.width - source.width) // 2
    y = (ground.height - source.height) // 2
    under = Raster(ground, source.profile)
    if through or not source.has_alpha:
        return paste(under, source, x, y)
    return rgb(under.with_alpha().image.insert(source.image, x, y), source.profile)


def _blurred_ground(image: Any, size: Size) -> Any:
    width, height = max(1, image.width // SHRINK), max(1, image.height // SHRINK)
    small = evaluate(
        image.resize(width / image.width, vscale=height / image.height, kernel="linear")
    )
    soft = evaluate(blurred(small, BLUR_RADIUS // SHRINK, BLUR_RADIUS / SHRINK))
    return soft.resize(size[0] / width, vscale=size[1] / height, kernel="linear")
