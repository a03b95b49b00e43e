"""ThumbHash: a picture's colours and rough shapes in about 25 bytes.

The algorithm is Evan Wallace's, https://github.com/evanw/thumbhash. The cosine sums are separated
into rows and columns, which makes them fast; so a value on the edge between two roundings, as in a
picture of one colour, can fall on the other side than in the reference.
"""

import math
from collections.abc import Iterator, Sequence
from operator import mul

MAX_SIDE = 100  # of the reference as well
# Below this a channel is flat, and its waves are nothing but rounding errors.
FLAT = 1e-12

Waves = tuple[float, list[float], float]


def thumbhash(width: int, height: int, rgba: bytes) -> bytes:
    """The ThumbHash of a picture.

    Args:
        width: in pixels, 1 to 100.
        height: in pixels, 1 to 100.
        rgba: 8 bits a channel, row by row, not premultiplied: width * height * 4 bytes.

    Raises:
        ValueError: the picture has no pixels, too many, or not as many as it says.
    """
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise ValueError(f"{width}x{height} is not between 1x1 and {MAX_SIDE}x{MAX_SIDE}")
    if len(rgba) != width * height * 4:
        raise ValueError(f"{len(rgba)} bytes are not {width}x{height} pixels of 4 bytes")
    light, yellow, red, alpha = _channels(rgba)
    has_alpha = min(alpha) < 1
    limit = 5 if has_alpha else 7
    columns, rows = (max(1, _round(limit * side / max(width, height))) for side in (width, height))
    cosines = _cosines(width, max(columns, 5)), _cosines(height, max(rows, 5))
    light_waves = _waves(light, max(3, columns), max(3, rows), cosines)
    yellow_waves = _waves(yellow, 3, 3, cosines)
    red_waves = _waves(red, 3, 3, cosines)
    is_landscape = width > height
    first = (
        _round(63 * light_waves[0])
        | _round(31.5 + 31.5 * yellow_waves[0]) << 6
        | _round(31.5 + 31.5 * red_waves[0]) << 12
        | _round(31 * light_waves[2]) << 18
        | has_alpha << 23
    )
    second = (
        (rows if is_landscape else columns)
        | _round(63 * yellow_waves[2]) << 3
        | _round(63 * red_waves[2]) << 9
        | is_landscape << 15
    )
    head = first.to_bytes(3, "little") + second.to_bytes(2, "little")
    nibbles = [*light_waves[1], *yellow_waves[1], *red_waves[1]]
    if has_alpha:
        alpha_waves = _waves(alpha, 5, 5, cosines)
        head += bytes([_round(15 * alpha_waves[0]) | _round(15 * alpha_waves[2]) << 4])
        nibbles += alpha_waves[1]
    return head + _packed([_round(15 * value) for value in nibbles])


def _round(value: float) -> int:
    # JavaScript's Math.round: halves go up. Python's go to the even side.
    return math.floor(value + 0.5)


def _channels(rgba: bytes) -> tuple[list[float], list[float], list[float], list[float]]:
    # Lightness, yellow-blue, red-green, and alpha; what is transparent shows the mean colour.
    alpha = [value / 255 for value in rgba[3::4]]
    opacity = sum(alpha)
    colours = [_over_mean(rgba[band::4], alpha, opacity) for band in range(3)]
    light, yellow, red = [], [], []
    for r, g, b in zip(*colours, strict=True):
        light.append((r + g + b) / 3)
        yellow.append((r + g) / 2 - b)
        red.append(r - g)
    return light, yellow, red, alpha


def _over_mean(band: bytes, alpha: Sequence[float], opacity: float) -> list[float]:
    shown = [a / 255 * value for a, value in zip(alpha, band, strict=True)]
    mean = sum(shown) / opacity if opacity else 0.0
    return [mean * (1 - a) + value for a, value in zip(alpha, shown, strict=True)]


def _cosines(length: int, count: int) -> list[list[float]]:
    return [
        [math.cos(math.pi / length * wave * (place + 0.5)) for place in range(length)]
        for wave in range(count)
    ]


def _waves(
    channel: Sequence[float],
    columns: int,
    rows: int,
    cosines: tuple[list[list[float]], list[list[float]]],
) -> Waves:
    # The channel's mean, its waves between 0 and 1, and how far the greatest of them goes.
    across, down = cosines
    width, height = len(across[0]), len(down[0])
    lines = [channel[at : at + width] for at in range(0, width * height, width)]
    # sums[cx][y]: line y against the cosine cx.
    sums = [[sum(map(mul, line, across[cx])) for line in lines] for cx in range(columns)]
    values = [
        sum(map(mul, sums[cx], down[cy])) / (width * height) for cx, cy in _triangle(columns, rows)
    ]
    mean, *waves = values
    scale = max(map(abs, waves))
    if scale < FLAT:
        return mean, [0.0] * len(waves), 0.0
    return mean, [0.5 + 0.5 / scale * wave for wave in waves], scale


def _triangle(columns: int, rows: int) -> Iterator[tuple[int, int]]:
    for cy in range(rows):
        cx = 0
        while cx * rows < columns * (rows - cy):
            yield cx, cy
            cx += 1


def _packed(nibbles: list[int]) -> bytes:
    pairs = [*nibbles, 0] if len(nibbles) % 2 else nibbles
    return bytes(low | high << 4 for low, high in zip(pairs[::2], pairs[1::2], strict=True))
