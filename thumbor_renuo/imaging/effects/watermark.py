"""Where a watermark comes to lie, as Thumbor counts it."""

import math
import re
from dataclasses import dataclass

from thumbor_renuo.imaging.effects.colours import CHANNELS, rgb
from thumbor_renuo.imaging.effects.lookup import IDENTITY, TOP, table, table_image
from thumbor_renuo.imaging.effects.paste import paste
from thumbor_renuo.imaging.raster import Raster

SHARE = re.compile("^(-?)([0-9]+)p$")
MAX_COPIES = 100  # with more of them, there are FEWER in each direction
FEWER = 6
GAP = 10  # in pixels, between two that just fit

Size = tuple[int, int]


@dataclass(frozen=True)
class Row:
    """Copies along one side: where the first begins, how many there are, and what is between."""

    start: int
    copies: int = 1
    gap: int = 0


def watermark_size(
    image: Size, mark: Size, width_share: float | None, height_share: float | None
) -> Size:
    """The size of a watermark that fits into shares of a picture's sides, in pixels.

    Args:
        width_share, height_share: of the picture, above 0; None for what follows from the other.
    """
    most_width = image[0] * width_share if width_share else None
    most_height = image[1] * height_share if height_share else None
    if most_width is None and most_height is None:
        return mark
    scales = [most / side for most, side in ((most_width, mark[0]), (most_height, mark[1])) if most]
    return max(1, round(mark[0] * min(scales))), max(1, round(mark[1] * min(scales)))


def faded(mark: Raster, percent: int) -> Raster:
    """With less alpha: 0 per cent changes nothing, and 100 leaves nothing."""
    source = mark.as_rgb().with_alpha()
    if not percent:
        return source
    levels = [IDENTITY] * CHANNELS + [table(lambda level: faded_alpha(level, percent))]
    return rgb(source.image.maplut(table_image(levels)), source.profile)


def faded_alpha(alpha: int, percent: int) -> int:
    """What is left of an alpha of 0 to 255."""
    return max(alpha - TOP * percent // 100, 0)


def stamp(image: Raster, mark: Raster, x: str, y: str) -> Raster:
    """Lay a watermark on a picture.

    Args:
        x, y: pixels (`10`), from the far edge (`-10`), per cent (`5p`), `center`, `repeat`.
    """
    rows = rows_of(image.size, mark.size, x, y)
    across, down = rows
    if across.copies * down.copies > 1:
        mark = _tiled(mark, across, down, image.size)
    return paste(image, mark, across.start, down.start)


def rows_of(image: Size, mark: Size, x: str, y: str) -> tuple[Row, Row]:
    """How copies stand across and down."""
    across, down = _row(x, image[0], mark[0]), _row(y, image[1], mark[1])
    if x == y == "repeat" and across.copies * down.copies > MAX_COPIES:
        return _fewer(across, image[0], mark[0]), _fewer(down, image[1], mark[1])
    return across, down


def _row(position: str, image: int, mark: int) -> Row:
    if position == "repeat":
        copies, rest = divmod(image, mark)
        if copies < 2:  # noqa: PLR2004
            copies, rest = math.ceil(image / mark), GAP
        return Row(0, copies, _gap(copies, rest))
    if position == "center":
        return Row(int((image - mark) / 2))
    if share := SHARE.match(position):
        position = f"{share[1]}{round(image * float(share[2]) / 100 + 1e-5)}"
    start = int(position)
    return Row(image - mark + start if position.startswith("-") else start)


def _fewer(row: Row, image: int, mark: int) -> Row:
    copies = min(FEWER, row.copies)
    return Row(0, copies, _gap(copies, image - copies * mark))


def _gap(copies: int, rest: int) -> int:
    return rest // (max(copies, 2) - 1)


def _tiled(mark: Raster, across: Row, down: Row, image: Size) -> Raster:
    """All copies as one picture, which is pasted at once."""
    cell = mark.image.embed(0, 0, mark.width + across.gap, mark.height + down.gap)
    tiles = cell.replicate(across.copies, down.copies)
    width, height = min(tiles.width, image[0]), min(tiles.height, image[1])
    return rgb(tiles.crop(0, 0, width, height), mark.profile)
