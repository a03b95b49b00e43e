"""Histogram equalization."""

from itertools import accumulate

from thumbor_renuo.imaging.effects.colours import CHANNELS
from thumbor_renuo.imaging.effects.lookup import IDENTITY, LEVELS, TOP, apply_tables
from thumbor_renuo.imaging.raster import Raster


def equalize(raster: Raster) -> Raster:
    """Use all levels of each channel evenly."""
    source = raster.as_rgb()
    area = source.width * source.height
    counts = _histograms(source)
    # Thumbor ends its search for the first level in use with the first channel that has one; the
    # others then count from 0.
    first = min(next(level for level in range(LEVELS) if row[level]) for row in counts)
    return apply_tables(source, [_table(row, row[first], area) for row in counts])


def _histograms(source: Raster) -> list[list[int]]:
    found = source.image[:CHANNELS].hist_find()
    values = memoryview(found.write_to_memory()).cast("I")
    width = found.width
    rows = [values[band::CHANNELS].tolist() for band in range(CHANNELS)]
    return [row + [0] * (LEVELS - width) for row in rows]


def _table(counts: list[int], least: int, area: int) -> bytes:
    if area == least:
        return IDENTITY  # there is one level only
    sums = accumulate(counts)
    return bytes(
        min(max(int((total - least) / (area - least) * TOP), 0), TOP) if count else 0
        for count, total in zip(counts, sums, strict=True)
    )
