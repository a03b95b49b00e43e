"""Mutated files, each from one number."""

import random
import re
from collections.abc import Callable
from functools import cache
from typing import Literal

from tests.fuzz.pieces import mended, split
from tests.hostile.seeds import seeds
from tests.hostile.sizes import with_size

EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
SIDES = (0, 1, 2, 7, 15, 16, 17, 31, 47, 49, 63, 64, 65, 128, 255, 300, 1000, 65_535)
NUMBERS = (b"0", b"-1", b"1e9", b"1e-9", b"NaN", b"99999999999", b"0.5", b"100%", b"1e308")
NUMBER = re.compile(rb"\d+")
MOST_BYTES = 60_000
ORDERS: tuple[Literal["big", "little"], ...] = ("big", "little")
Mutation = Callable[[random.Random, str, bytes], bytes]


@cache
def _named() -> list[tuple[str, bytes]]:
    return [(name.split()[0], data) for name, data in seeds().items()]


def mutated(number: int) -> tuple[str, bytes]:
    """The format and the content of the file of this number; always the same."""
    dice = random.Random(number)
    kind, data = dice.choice(_named())
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3, 5))):
        # What is left of one mutation may be nothing that the next one can take apart.
        if len(data) > 16:
            data = dice.choice(MUTATIONS)(dice, kind, data)[:MOST_BYTES]
    if dice.random() < 0.8:
        data = mended(kind, data)
    return kind, data


def _place(dice: random.Random, data: bytes) -> int:
    """More often near the beginning, where headers are."""
    reach = len(data) if dice.random() < 0.5 else min(len(data), 200)
    return dice.randrange(reach)


def _flip_bits(dice: random.Random, _kind: str, data: bytes) -> bytes:
    made = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 16))):
        made[_place(dice, data)] ^= 1 << dice.randrange(8)
    return bytes(made)


def _set_bytes(dice: random.Random, _kind: str, data: bytes) -> bytes:
    at, size = _place(dice, data), dice.choice((1, 2, 4))
    value = dice.choice(EXTREMES) & (1 << 8 * size) - 1
    return data[:at] + value.to_bytes(size, dice.choice(ORDERS)) + data[at + size :]


def _add_to_number(dice: random.Random, _kind: str, data: bytes) -> bytes:
    at, size = _place(dice, data), dice.choice((1, 2, 4))
    order = dice.choice(ORDERS)
    value = int.from_bytes(data[at : at + size], order) + dice.choice((-16, -1, 1, 2, 16, 255))
    value &= (1 << 8 * size) - 1
    return data[:at] + value.to_bytes(size, order) + data[at + size :]


def _cut(dice: random.Random, _kind: str, data: bytes) -> bytes:
    return data[: dice.randrange(len(data))]


def _remove(dice: random.Random, _kind: str, data: bytes) -> bytes:
    at = _place(dice, data)
    return data[:at] + data[at + dice.choice((1, 2, 4, 16, 100)) :]


def _repeat(dice: random.Random, _kind: str, data: bytes) -> bytes:
    at = _place(dice, data)
    part = data[at : at + dice.choice((1, 4, 12, 64, 500))]
    return data[:at] + part * dice.choice((2, 3, 20)) + data[at + len(part) :]


def _insert_noise(dice: random.Random, _kind: str, data: bytes) -> bytes:
    at = _place(dice, data)
    return data[:at] + dice.randbytes(dice.choice((1, 2, 8, 64, 300))) + data[at:]


def _splice(dice: random.Random, kind: str, data: bytes) -> bytes:
    alike = [other for its_kind, other in _named() if its_kind == kind or dice.random() < 0.02]
    other = dice.choice(alike)
    return data[: _place(dice, data)] + other[_place(dice, other) :]


def _shuffle_pieces(dice: random.Random, kind: str, data: bytes) -> bytes:
    pieces = split(kind, data)
    one, other = dice.randrange(len(pieces)), dice.randrange(len(pieces))
    change = dice.randrange(4)
    if change == 0:
        pieces[one], pieces[other] = pieces[other], pieces[one]
    elif change == 1:
        del pieces[one]
    elif change == 2:
        pieces[one] *= dice.choice((2, 2, 3, 50))
    else:
        pieces.insert(one, pieces[other])
    return b"".join(pieces)


def _borrow_piece(dice: random.Random, kind: str, data: bytes) -> bytes:
    pieces = split(kind, data)
    other = dice.choice([other for its_kind, other in _named() if its_kind == kind])
    borrowed = dice.choice(split(kind, other))
    at = dice.randrange(len(pieces) + 1)
    return b"".join([*pieces[:at], borrowed, *pieces[at + dice.randrange(2) :]])


def _resize(dice: random.Random, kind: str, data: bytes) -> bytes:
    try:
        return with_size(kind, data, dice.choice(SIDES), dice.choice(SIDES))
    except Exception:  # noqa: BLE001  (an earlier mutation has left no header to be written)
        return data


def _replace_number(dice: random.Random, kind: str, data: bytes) -> bytes:
    found = list(NUMBER.finditer(data)) if kind == "svg" else []
    if not found:
        return _set_bytes(dice, kind, data)
    match = dice.choice(found)
    return data[: match.start()] + dice.choice(NUMBERS) + data[match.end() :]


MUTATIONS: tuple[Mutation, ...] = (
    _flip_bits, _flip_bits, _set_bytes, _set_bytes, _add_to_number, _cut, _remove, _repeat,
    _insert_noise, _splice, _shuffle_pieces, _shuffle_pieces, _borrow_piece, _resize,
    _replace_number,
)  # fmt: skip
