"""Brightness, contrast and colour casts, level by level as Thumbor counts them."""

from thumbor_renuo.imaging.effects.lookup import TOP, apply_table, apply_tables, table
from thumbor_renuo.imaging.raster import Raster

PERCENT = 100
MIDDLE = 128


def brightness(raster: Raster, percent: int) -> Raster:
    """Add so many per cent of white; below 0 takes it away."""
    return apply_table(raster, _shifted(percent))


def contrast(raster: Raster, percent: int) -> Raster:
    """Spread the levels around the middle: -100 leaves grey, 0 all as it is."""
    factor = _quotient((percent + PERCENT) ** 2, PERCENT)
    spread = table(lambda level: _quotient(factor * (level - MIDDLE), PERCENT) + MIDDLE)
    return apply_table(raster, spread)


def add_rgb(raster: Raster, red: int, green: int, blue: int) -> Raster:
    """Add so many per cent of each channel's most."""
    return apply_tables(raster, [_shifted(percent) for percent in (red, green, blue)])


def colorize(
    raster: Raster, percents: tuple[int, int, int], colour: tuple[int, int, int]
) -> Raster:
    """Mix in a colour.

    Args:
        percents: how much of it, in red, green and blue: 0 to 100.
        colour: levels from 0 to 255.
    """
    return apply_tables(raster, [_mixed(*pair) for pair in zip(percents, colour, strict=True)])


def _mixed(percent: int, target: int) -> bytes:
    return table(lambda level: (level * (PERCENT - percent) + target * percent) / PERCENT)


def _shifted(percent: int) -> bytes:
    delta = _quotient(TOP * percent, PERCENT)
    return table(lambda level: level + delta)


def _quotient(number: int, divisor: int) -> int:
    """As C divides: towards 0."""
    return number // divisor if number >= 0 else -(-number // divisor)
