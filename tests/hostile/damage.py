"""Ways to damage a file; the same for the same seed."""

import random
from collections.abc import Iterator

PLACES = 50
FLIPS = (1, 3, 10, 40)


def truncations(data: bytes) -> Iterator[bytes]:
    """Cut short at 50 places, half of them in the first tenth, where the header is."""
    early = {len(data) * place // (10 * PLACES // 2) for place in range(PLACES // 2)}
    late = {len(data) * place // (PLACES // 2 + 1) for place in range(1, PLACES // 2 + 1)}
    for end in sorted(early | late):
        yield data[:end]


def bit_flips(data: bytes, seed: int, count: int = 12) -> Iterator[bytes]:
    """With a few bits, or many, turned over."""
    dice = random.Random(seed)
    for turn in range(count):
        made = bytearray(data)
        # Every other file is damaged near its beginning.
        reach = len(made) if turn % 2 else max(1, len(made) // 8)
        for _ in range(FLIPS[turn % len(FLIPS)]):
            made[dice.randrange(reach)] ^= 1 << dice.randrange(8)
        yield bytes(made)


def wrong_beginnings(data: bytes, others: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """With the first bytes of other formats."""
    for name, other in others.items():
        yield name, other[:12] + data[12:]
