"""Brightness and colours of fewer pixels, as red, green and blue (ITU T.871, 7)."""

import numpy as np

from thumbor_renuo.imaging.jpeg.lossless import Plane

MIDDLE = 128
# Of red, green and blue: the shares of the two colours, in parts of 65536.
SHARES = ((0, 91881), (-22554, -46802), (116130, 0))
PARTS = {1: (0,), 2: (-1, 1), 4: (-3, -1, 1, 3)}


def to_rgb(planes: list[Plane]) -> Plane:
    """Lines, pixels and three channels of bytes.

    Args:
        planes: brightness and two colours, of bytes. A colour's pixel is the mean of 1, 2 or 4 of
            the brightness across and down, which follow its slope to its neighbours.
    """
    luma, blue, red = planes
    height, width = blue.shape
    v, h = -(-luma.shape[0] // height), -(-luma.shape[1] // width)
    missing = (height * v - luma.shape[0], width * h - luma.shape[1])
    if any(missing):
        luma = np.pad(luma, ((0, missing[0]), (0, missing[1])), mode="edge")
    luma = luma.astype(np.int16).reshape(height, v, width, h)
    made = np.empty((height * v, width * h, 3), np.uint8)
    blue, red = (colour.astype(np.int32) - MIDDLE for colour in (blue, red))
    for channel, (of_blue, of_red) in enumerate(SHARES):
        share = ((blue * of_blue + red * of_red + (1 << 15)) >> 16).astype(np.int16)
        made[:, :, channel] = _added(luma, share)
    return made


def _added(luma: Plane, share: Plane) -> Plane:
    made = np.empty_like(luma)
    _, v, _, h = luma.shape
    across = _rises(share, 1, h)
    for y, down in enumerate(_rises(share, 0, v)):
        line = share + down
        for x in range(h):
            np.add(luma[:, y, :, x], line + across[x], out=made[:, y, :, x])
    np.clip(made, 0, 255, out=made)
    return made.reshape(made.shape[0] * v, -1)


def _rises(values: Plane, axis: int, parts: int) -> list[Plane]:
    """By how much each part of a pixel differs from its mean, along one axis."""
    if parts == 1:
        return [np.int16(0)]
    padded = np.pad(values, [(1, 1) if n == axis else (0, 0) for n in range(2)], mode="edge")
    after, before = (padded[2:], padded[:-2]) if axis == 0 else (padded[:, 2:], padded[:, :-2])
    rise = after - before
    return [rise * np.int16(place) >> parts.bit_length() + 1 for place in PARTS[parts]]
