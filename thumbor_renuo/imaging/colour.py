"""The colour that a picture shows most of."""

from collections import Counter
from itertools import product

# 16 steps a channel; neighbours count with a step, so that no edge divides one colour.
SHIFT = 4
NEIGHBOURS = tuple(product((-1, 0, 1), repeat=3))
NOTHING = "#ffffff"  # what shows through a picture in which nothing can be seen

Bucket = tuple[int, int, int]


def dominant_color(rgba: bytes) -> str:
    """The mean of the most populated region of the colours, as `#rrggbb`.

    Args:
        rgba: sRGB pixels of 8 bits a channel, not premultiplied; each counts by its alpha.
    """
    weights: Counter[Bucket] = Counter()
    sums: dict[Bucket, list[int]] = {}
    for (r, g, b, alpha), count in Counter(
        zip(rgba[::4], rgba[1::4], rgba[2::4], rgba[3::4], strict=True)
    ).items():
        bucket = r >> SHIFT, g >> SHIFT, b >> SHIFT
        weight = alpha * count
        weights[bucket] += weight
        total = sums.setdefault(bucket, [0, 0, 0])
        for band, value in enumerate((r, g, b)):
            total[band] += value * weight
    if not weights.total():
        return NOTHING
    region = max((_region(bucket, weights) for bucket in weights), key=lambda found: found[0])
    weight, buckets = region
    mean = [round(sum(sums[bucket][band] for bucket in buckets) / weight) for band in range(3)]
    return "#{:02x}{:02x}{:02x}".format(*mean)


def _region(bucket: Bucket, weights: Counter[Bucket]) -> tuple[int, list[Bucket]]:
    r, g, b = bucket
    around = [(r + x, g + y, b + z) for x, y, z in NEIGHBOURS]
    buckets = [near for near in around if near in weights]
    return sum(weights[near] for near in buckets), buckets
