"""Decodes the means of a progressive JPEG's blocks, which its first scans hold.

Such a scan holds the mean of each block of 8 x 8 pixels as its difference to that of the block
before (DC coefficients, ITU T.81, G.1.2.1). A lossless JPEG holds its pixels in the same code, as
differences to the pixel on the left (H.1.2). So the scan is decoded as a small lossless JPEG, which
takes a tenth of the time and a hundredth of the memory of decoding the progressive one. There is
one thing to put right: the lossless decoder begins a line with the difference to the line above,
where the means go on from that line's end.
"""

from typing import Any

import numpy as np

from thumbor_renuo.imaging.jpeg import turbo
from thumbor_renuo.imaging.jpeg.layout import Layout
from thumbor_renuo.imaging.jpeg.markers import (
    ADOBE,
    HUFFMAN,
    LOSSLESS,
    SCAN,
    end_to_end,
    segment,
)
from thumbor_renuo.imaging.jpeg.parts import Component, Scan

FIRST_PREDICTION = 128
BY_THE_LEFT = b"\1\0\0"  # the predictor, and no bits left out
# Channels as they are, no brightness and colours (ITU T.872, 6.5.3).
PLAIN = b"Adobe\0\x64\0\0\0\0\0"
BLOCK = 8

Plane = Any  # a numpy array of two dimensions


def sums(layout: Layout, scan: Scan) -> list[Plane]:
    """The quantised means of a scan's channels, modulo 256.

    They are padded as the scan is, and the blocks of a unit stand in one line.

    Args:
        scan: one of the first, of one or three channels.

    Raises:
        ValueError: it is damaged, or sampled in no usual way.
    """
    channels = channels_of(layout, scan)
    across, down = units(layout, channels)
    counts = [channel.h * channel.v for channel in channels] if len(channels) > 1 else [1]
    widest = max(counts)
    small = _as_lossless(layout, scan, (across * widest, down), counts)
    decoded = turbo.decode(small, "GRAY" if len(counts) == 1 else "RGB")
    return [_joined(decoded[:, :: widest // count, place]) for place, count in enumerate(counts)]


def channels_of(layout: Layout, scan: Scan) -> list[Component]:
    """Those of the frame that a scan holds; ValueError where the frame has none of this name."""
    named = {channel.id: channel for channel in layout.frame.components}
    if any(id_ not in named for id_ in scan.ids):
        raise ValueError("a scan has a channel that the frame has not")
    return [named[id_] for id_ in scan.ids]


def units(layout: Layout, channels: list[Component]) -> tuple[int, int]:
    """How many units a scan has across and down (ITU T.81, A.2)."""
    frame = layout.frame
    h, v = (1, 1) if len(channels) > 1 else (channels[0].h, channels[0].v)
    most_h = BLOCK * max(channel.h for channel in frame.components)
    most_v = BLOCK * max(channel.v for channel in frame.components)
    return -(-frame.width * h // most_h), -(-frame.height * v // most_v)


def unfolded(lines: Plane, channel: Component) -> Plane:
    """Lay out the blocks of each unit, which stand one after the other, in lines and columns."""
    down, across = lines.shape[0], lines.shape[1] // (channel.h * channel.v)
    blocks = lines.reshape(down, across, channel.v, channel.h)
    return blocks.swapaxes(1, 2).reshape(down * channel.v, across * channel.h)


def _as_lossless(layout: Layout, scan: Scan, size: tuple[int, int], counts: list[int]) -> bytes:
    tables = [
        layout.bytes_of(part)
        for part in layout.segments
        if part.marker == HUFFMAN and part.start < scan.segment.start
    ]
    width, height = (side.to_bytes(2, "big") for side in size)
    sampled = b"".join(bytes([n, count << 4 | 1, 0]) for n, count in enumerate(counts, 1))
    chosen = b"".join(bytes([n, table & 0xF0]) for n, table in enumerate(scan.tables, 1))
    number = bytes([len(counts)])
    return end_to_end(
        [
            segment(ADOBE, PLAIN),
            segment(LOSSLESS, b"\x08" + height + width + number + sampled),
            *tables,
            segment(SCAN, number + chosen + BY_THE_LEFT),
            layout.data[scan.pixels : scan.segment.end],
        ]
    )


def _joined(lines: Plane) -> Plane:
    """Let each line go on where the one above ends."""
    lines = np.ascontiguousarray(lines)
    rises = np.cumsum(lines[:-1, -1] - lines[:-1, 0], dtype=np.uint8)
    starts = np.concatenate([np.zeros(1, np.uint8), rises])
    return lines + (starts - np.uint8(FIRST_PREDICTION))[:, np.newaxis]
