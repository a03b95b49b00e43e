"""thumbor_renuo.imaging.colour: the colour that a picture shows most of."""

import random

from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.imaging.colour import NOTHING, dominant_color

RED, GREEN, BLUE = bytes((200, 0, 0, 255)), bytes((0, 200, 0, 255)), bytes((0, 0, 200, 255))


def test_the_most_frequent_colour_is_dominant() -> None:
    """Not the mean of all, and not the first."""
    assert dominant_color(RED * 3 + GREEN * 5 + BLUE * 4) == "#00c800"
    assert dominant_color(RED) == "#c80000"


def test_shades_of_one_colour_count_together() -> None:
    """A noisy ground is dominant over a flat patch that has more of each one shade."""
    noise = random.Random(1)
    ground = b"".join(
        bytes(128 + noise.randrange(-9, 10) for _band in range(3)) + b"\xff" for _ in range(600)
    )
    found = bytes.fromhex(dominant_color(ground + RED * 300)[1:])
    assert max(abs(value - 128) for value in found) < 4


def test_an_edge_between_steps_divides_no_colour() -> None:
    """127 and 128 lie in two steps, and are one colour."""
    halves = bytes((127, 127, 127, 255)) * 6 + bytes((128, 128, 128, 255)) * 6
    assert dominant_color(halves + RED * 7) in {"#7f7f7f", "#808080"}


def test_pixels_count_by_their_alpha() -> None:
    """What is transparent does not count, what is half transparent half."""
    assert dominant_color(bytes((0, 200, 0, 0)) * 100 + RED) == "#c80000"
    assert dominant_color(bytes((0, 200, 0, 100)) * 5 + RED * 3) == "#c80000"
    assert dominant_color(bytes((0, 200, 0, 100)) * 9 + RED * 3) == "#00c800"


def test_nothing_is_white() -> None:
    """Where nothing can be seen, the page shows."""
    assert dominant_color(bytes(4) * 9) == NOTHING
    assert dominant_color(b"") == NOTHING


@given(st.lists(st.binary(min_size=4, max_size=4), min_size=1, max_size=50))
def test_the_colour_lies_among_those_of_the_picture(pixels: list[bytes]) -> None:
    """No channel goes beyond what is seen."""
    seen = [pixel for pixel in pixels if pixel[3]]
    found = bytes.fromhex(dominant_color(b"".join(pixels))[1:])
    for band in range(3 if seen else 0):
        values = [pixel[band] for pixel in seen]
        assert min(values) <= found[band] <= max(values)
