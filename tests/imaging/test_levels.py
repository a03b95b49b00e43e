"""Levels: an original is decoded once for many sizes, and memory stays bounded."""

import threading
from typing import Any

import pytest
import pyvips

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.levels import MAX_ORIGINALS, Levels
from thumbor_renuo.imaging.shrink import shrunk_by

SIZE = (800, 400)


class Decoder:
    """Makes levels of a plain picture, and counts."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, shrink: int) -> Any:
        self.asked.append(shrink)
        return pyvips.Image.black(SIZE[0] // shrink, SIZE[1] // shrink, bands=3).copy_memory()


def levels(max_bytes: int = 100_000_000) -> Levels:
    return Levels(max_bytes)


def test_a_coarser_level_is_made_of_a_finer_one() -> None:
    """What was decoded for a large image serves all smaller ones."""
    it, decode = levels(), Decoder()
    assert it.get("a", "1", SIZE, 2, decode)[0].width == 400
    image, shrunk = it.get("a", "1", SIZE, 8, decode)
    assert (image.width, shrunk) == (100, 8)
    assert decode.asked == [2]


def test_a_level_is_made_of_the_finest_one() -> None:
    """Not step by step, for each step rounds the colours."""
    picture = pyvips.Image.gaussnoise(*SIZE, seed=1).cast("uchar").copy_memory()
    it = levels()
    for shrink in (1, 2, 4):
        made, _ = it.get("a", "1", SIZE, shrink, lambda _: picture)
    assert (made - shrunk_by(picture, 4)).abs().max() == 0


def test_a_finer_level_is_decoded() -> None:
    """What was decoded for a small image does not do for a larger one."""
    it, decode = levels(), Decoder()
    for shrink in (8, 2, 4):
        assert it.get("a", "1", SIZE, shrink, decode)[1] == shrink
    assert decode.asked == [8, 2]


def test_other_bytes_are_another_original() -> None:
    """An original replaced under its name is decoded anew."""
    it, decode = levels(), Decoder()
    for etag in ("1", "2", "1"):
        it.get("a", etag, SIZE, 4, decode)
    assert decode.asked == [4, 4]


def test_whoever_is_expected_gets_a_level_fine_enough() -> None:
    """While a larger image is about to be asked for, the first decode serves it as well."""
    it, decode = levels(), Decoder()
    with it.expecting("a", 300, 0):
        it.get("a", "1", SIZE, 8, decode)
        it.get("a", "1", SIZE, 2, decode)
    assert decode.asked == [2]
    it.get("b", "1", SIZE, 8, decode)
    assert decode.asked == [2, 8]


def test_memory_is_bounded() -> None:
    """The oldest go first, and what is too large is not kept at all."""
    one = SIZE[0] * SIZE[1] * 3
    it, decode = levels(4 * one), Decoder()
    for name in "abcdef":
        it.get(name, "1", SIZE, 1, decode)
        assert it.size <= 4 * one
    it.get("f", "1", SIZE, 1, decode)
    assert len(decode.asked) == 6
    it.get("a", "1", SIZE, 1, decode)
    assert len(decode.asked) == 7
    assert it.keeps(*SIZE, 3)
    assert not it.keeps(2 * SIZE[0], SIZE[1], 3)


def test_whoever_comes_while_it_is_decoded_waits() -> None:
    """Two threads that ask together decode once."""
    it, decode, begun, go_on = levels(), Decoder(), threading.Event(), threading.Event()
    got = []

    def slow(shrink: int) -> Any:
        begun.set()
        assert go_on.wait(10)
        return decode(shrink)

    first = threading.Thread(target=lambda: got.append(it.get("a", "1", SIZE, 2, slow)))
    second = threading.Thread(target=lambda: got.append(it.get("a", "1", SIZE, 4, decode)))
    first.start()
    assert begun.wait(10)
    second.start()
    go_on.set()
    first.join(10)
    second.join(10)
    assert decode.asked == [2]
    assert sorted(shrunk for _, shrunk in got) == [2, 4]


def test_a_damaged_original_leaves_nothing() -> None:
    """Each asks anew, and is told."""
    it = levels()

    def fail(_shrink: int) -> Any:
        raise UnreadableImage("it is damaged")

    for _ in range(2):
        with pytest.raises(UnreadableImage):
            it.get("a", "1", SIZE, 2, fail)
    assert it.size == 0


def test_damaged_originals_do_not_pile_up() -> None:
    """However many ask for what cannot be decoded, nothing grows."""
    it = levels()

    def fail(_shrink: int) -> Any:
        raise UnreadableImage("it is damaged")

    for name in range(MAX_ORIGINALS + 50):
        with pytest.raises(UnreadableImage):
            it.get(str(name), "1", SIZE, 2, fail)
    assert len(it._originals) <= MAX_ORIGINALS
