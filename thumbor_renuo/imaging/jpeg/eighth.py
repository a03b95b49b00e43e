"""A progressive JPEG at an eighth of its sides, from nothing but the means of its blocks."""

from typing import Any

import numpy as np

from thumbor_renuo.imaging.jpeg.layout import YCC, Layout
from thumbor_renuo.imaging.jpeg.lossless import BLOCK, Plane, channels_of, sums, unfolded
from thumbor_renuo.imaging.jpeg.markers import PROGRESSIVE, RESTARTS
from thumbor_renuo.imaging.jpeg.parts import BITS, Scan
from thumbor_renuo.imaging.jpeg.ycc import MIDDLE, PARTS, to_rgb

# Sums are known modulo 256, so there may be no more steps than that. Eight times a mean is from
# -1024 to 1016, and encoders overshoot.
LEAST_STEP, MOST_STEP = 9, 2048


def picture(layout: Layout) -> Any | None:
    """All of it as a numpy array of bytes: lines, pixels, and 1 or 3 channels.

    Returns:
        None where it must be decoded otherwise.

    Raises:
        UnreadableImage: the file is cut short.
        ValueError: a scan is damaged.
    """
    if not is_possible(layout):
        return None
    frame = layout.frame
    ids = [channel.id for channel in frame.components]
    planes: dict[int, Plane] = {}
    for scan in _first_scans(layout):
        channels = channels_of(layout, scan)
        steps = [layout.step(channel.table) for channel in channels]
        finer = [
            other
            for other in layout.scans
            if other.first == 0 and other.ah and other.ids == scan.ids
        ]
        values, bits = _refined(layout, scan, finer)
        for channel, step, lines in zip(channels, steps, values, strict=True):
            levels = _levels(lines, step, bits)
            planes[channel.id] = levels if len(channels) == 1 else unfolded(levels, channel)
    height, width = -(-frame.height // BLOCK), -(-frame.width // BLOCK)
    if len(ids) == 1:
        return np.ascontiguousarray(planes[ids[0]][:height, :width, np.newaxis])
    return np.ascontiguousarray(to_rgb([planes[id_] for id_ in ids])[:height, :width])


def is_possible(layout: Layout) -> bool:
    """Whether the file is of a kind that can be read so, if it is not damaged.

    Raises:
        UnreadableImage: the file is cut short.
    """
    frame = layout.frame
    if frame.kind != PROGRESSIVE or frame.precision != BITS or not _is_usual(layout):
        return False
    first = _first_scans(layout)
    found = sorted(id_ for scan in first for id_ in scan.ids)
    if found != sorted(channel.id for channel in frame.components):
        return False
    if not layout.has_plain_steps or any(part.marker == RESTARTS for part in layout.segments):
        return False
    return all(
        LEAST_STEP <= layout.step(channel.table) << scan.al <= MOST_STEP
        for scan in first
        for channel in channels_of(layout, scan)
    )


def _first_scans(layout: Layout) -> list[Scan]:
    """Those with the means of blocks, but for their last bits."""
    return [scan for scan in layout.scans if scan.first == 0 and scan.ah == 0]


def _is_usual(layout: Layout) -> bool:
    """Whether it is grey, or has colours of fewer pixels than its brightness."""
    luma, *chroma = layout.frame.components
    if not chroma:
        return True
    if len(chroma) + 1 != YCC or not layout.is_ycc:
        return False
    (h, v), *others = {(channel.h, channel.v) for channel in chroma}
    return not others and luma.h % h == luma.v % v == 0 and {luma.h // h, luma.v // v} <= {*PARTS}


def _refined(layout: Layout, first: Scan, finer: list[Scan]) -> tuple[list[Plane], int]:
    """The quantised means of a scan's channels, and how many of their last bits are missing."""
    values = [plane.view(np.int8).astype(np.int16) for plane in sums(layout, first)]
    bits = first.al
    for scan in finer:
        if scan.ah != bits or scan.al != bits - 1:
            raise ValueError("the scans do not follow one another")
        more = _bits(layout, scan, values)
        values = [value * 2 + bit for value, bit in zip(values, more, strict=True)]
        bits = scan.al
    return values, bits


def _bits(layout: Layout, scan: Scan, values: list[Plane]) -> list[Plane]:
    """One more bit of each mean, as they stand one after the other (ITU T.81, G.1.2.1.1)."""
    packed = layout.data[scan.pixels : scan.segment.end].replace(b"\xff\0", b"\xff")
    units = min(plane.size for plane in values)
    counts = [plane.size // units for plane in values]
    needed = units * sum(counts)
    if len(packed) * 8 < needed:
        raise ValueError("a scan is cut short")
    found = np.unpackbits(np.frombuffer(packed, np.uint8), count=needed)
    of_units = found.reshape(units, sum(counts))
    starts = np.cumsum([0, *counts])
    return [
        of_units[:, start : start + count].reshape(plane.shape)
        for start, count, plane in zip(starts, counts, values, strict=False)
    ]


def _levels(values: Plane, step: int, bits: int) -> Plane:
    # Of what is missing, the middle; eight times the mean is rounded.
    missing = ((1 << bits) - 1) * step // 2
    levels = values * np.int16(step << bits)
    levels += np.int16(missing + BLOCK // 2 + MIDDLE * BLOCK)
    levels >>= 3
    return np.clip(levels, 0, 255, out=levels).astype(np.uint8)
