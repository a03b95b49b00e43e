"""All hostile files, by kind, with what may become of each."""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.hostile import bombs
from tests.hostile.damage import bit_flips, truncations, wrong_beginnings
from tests.hostile.seeds import seeds
from tests.hostile.sizes import with_size

REFUSED = frozenset({"400", "413", "415"})
PICTURE = frozenset({"picture"})
ANY = REFUSED | PICTURE
IN_TIME = ANY | {"503"}
"""For what is near the limits: on a busy machine the time may be over first."""
TOO_LARGE = frozenset({"413"})


class Case(NamedTuple):
    """A file, and the outcomes of tests.hostile.render that are right for it."""

    name: str
    data: bytes
    allowed: frozenset[str] = ANY


def _whole() -> Iterator[Case]:
    return (Case(name, data, PICTURE) for name, data in seeds().items())


def _truncations() -> Iterator[Case]:
    for name, data in seeds().items():
        for made in truncations(data):
            yield Case(f"{name} cut at {len(made)}", made)


def _bit_flips() -> Iterator[Case]:
    for seed, (name, data) in enumerate(seeds().items()):
        for turn, made in enumerate(bit_flips(data, seed)):
            yield Case(f"{name} flipped {turn}", made)


def _wrong_magic() -> Iterator[Case]:
    one_each = {name: data for name, data in seeds().items() if " " not in name}
    for name, data in one_each.items():
        for other, made in wrong_beginnings(data, one_each):
            yield Case(f"{name} that begins as {other}", made)
        yield Case(f"{name} without a beginning", data[4:])
        yield Case(f"{name} twice", data * 2)
        yield Case(f"{name} of its beginning", data[:16] * 999)
    dice = random.Random(7)
    for size in (0, 1, 4, 12, 100, 100_000):
        yield Case(f"{size} random bytes", dice.randbytes(size), REFUSED)
        yield Case(f"{size} zeros", bytes(size), REFUSED)


def _sizes() -> Iterator[Case]:
    for name, data in seeds().items():
        kind = name.split()[0]
        for width, height in ((0, 40), (48, 0), (0, 0), (1, 1), (49, 41), (480, 400), (2**31, 1)):
            yield Case(f"{name} of {width}x{height}", with_size(kind, data, width, height))


def _over_the_limit() -> Iterator[Case]:
    for name, data in bombs.over_the_limit():
        # libheif looks at the pixels' own header at once, and finds that it says something else.
        yield Case(name, data, REFUSED if name.startswith("heic") else TOO_LARGE)


def _strips() -> Iterator[Case]:
    for name, data, is_within in bombs.strips():
        yield Case(name, data, PICTURE if is_within else REFUSED)


def _of(
    make: Callable[[], Iterator[tuple[str, bytes]]], allowed: frozenset[str] = IN_TIME
) -> Callable[[], Iterator[Case]]:
    return lambda: (Case(name, data, allowed) for name, data in make())


KINDS: dict[str, Callable[[], Iterator[Case]]] = {
    "whole": _whole,
    "truncations": _truncations,
    "bit flips": _bit_flips,
    "wrong magic": _wrong_magic,
    "sizes": _sizes,
    "over the limit": _over_the_limit,
    "within the limit": _of(bombs.within_the_limit),
    "packed": _of(bombs.packed),
    "strips": _strips,
    "deep GIFs": _of(bombs.deep_gifs),
    "nested SVGs": _of(bombs.nested_svgs),
}
