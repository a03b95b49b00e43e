"""The picture that a ThumbHash stands for: as browsers draw it, and at most 32 pixels wide.

The algorithm is Evan Wallace's, https://github.com/evanw/thumbhash.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

SIDE = 32
Plane = list[list[float]]


@dataclass(frozen=True)
class _Head:
    """What stands before the waves."""

    light: float
    yellow: float
    red: float
    alpha: float
    scales: tuple[float, float, float, float]
    columns: int
    rows: int
    has_alpha: bool

    @classmethod
    def of(cls, code: bytes) -> "_Head":
        first, second = int.from_bytes(code[:3], "little"), int.from_bytes(code[3:5], "little")
        has_alpha, is_landscape = bool(first >> 23), bool(second >> 15)
        long, short = 5 if has_alpha else 7, second & 7
        alpha = code[5] if has_alpha else 0
        return cls(
            light=(first & 63) / 63,
            yellow=(first >> 6 & 63) / 31.5 - 1,
            red=(first >> 12 & 63) / 31.5 - 1,
            alpha=(alpha & 15) / 15 if has_alpha else 1,
            # The reference makes colours a quarter stronger, for rounding has made them weaker.
            scales=(
                (first >> 18 & 31) / 31,
                (second >> 3 & 63) / 63 * 1.25,
                (second >> 9 & 63) / 63 * 1.25,
                (alpha >> 4) / 15,
            ),
            columns=long if is_landscape else short,
            rows=short if is_landscape else long,
            has_alpha=has_alpha,
        )

    @property
    def size(self) -> tuple[int, int]:
        """Of the picture, in pixels."""
        ratio = self.columns / max(self.rows, 1)
        if ratio > 1:
            return SIDE, max(1, math.floor(SIDE / ratio + 0.5))
        return max(1, math.floor(SIDE * ratio + 0.5)), SIDE


def picture_of(code: bytes) -> tuple[int, int, bytes]:
    """Width and height in pixels, and packed RGBA.

    Args:
        code: from `thumbhash.thumbhash`.
    """
    head = _Head.of(code)
    start = 6 if head.has_alpha else 5
    nibbles = (half for byte in code[start:] for half in (byte & 15, byte >> 4))
    width, height = head.size
    waves = [
        _plane(nibbles, shape, scale, head.size)
        for shape, scale in zip(_shapes(head), head.scales, strict=False)
    ]
    rows = [
        [_pixel(head, *(plane[y][x] for plane in waves)) for x in range(width)]
        for y in range(height)
    ]
    return width, height, b"".join(pixel for row in rows for pixel in row)


def _shapes(head: _Head) -> list[tuple[int, int]]:
    shapes = [(max(3, head.columns), max(3, head.rows)), (3, 3), (3, 3)]
    return [*shapes, (5, 5)] if head.has_alpha else shapes


def _plane(
    nibbles: Iterator[int], shape: tuple[int, int], scale: float, size: tuple[int, int]
) -> Plane:
    """A channel without its mean: the sum of its waves, first along each line, then down."""
    columns, rows = shape
    width, height = size
    lines = []
    for cy in range(rows):
        places = range(0 if cy else 1, math.ceil(columns * (rows - cy) / rows))
        waves = [(cx, (next(nibbles) / 7.5 - 1) * scale) for cx in places]
        lines.append([
            sum(value * math.cos(math.pi / width * (x + 0.5) * cx) for cx, value in waves)
            for x in range(width)
        ])  # fmt: skip
    downs = [
        [2 * math.cos(math.pi / height * (y + 0.5) * cy) for cy in range(rows)]
        for y in range(height)
    ]
    return [
        [sum(down[cy] * lines[cy][x] for cy in range(rows)) for x in range(width)] for down in downs
    ]


def _pixel(
    head: _Head, light_wave: float, yellow_wave: float, red_wave: float, alpha_wave: float = 0
) -> bytes:
    light, yellow = head.light + light_wave, head.yellow + yellow_wave
    red_green = head.red + red_wave
    blue = light - 2 / 3 * yellow
    red = (3 * light - blue + red_green) / 2
    levels = red, red - red_green, blue, head.alpha + alpha_wave
    return bytes(int(max(0.0, 255 * min(1.0, level))) for level in levels)
