"""thumbor_renuo.imaging.svg_size: how large SVGs want to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.svg_size import MAX_NATURAL_SIDE, natural_size


@pytest.mark.parametrize(
    ("root", "size"),
    [
        ({"width": "40", "height": "30"}, (40, 30)),
        ({"width": " 40px ", "height": "30.4PX"}, (40, 30)),
        ({"width": "1in", "height": "2.54cm"}, (96, 96)),
        ({"width": "25.4mm", "height": "72pt"}, (96, 96)),
        ({"width": "6pc", "height": "6em"}, (96, 96)),
        ({"width": "1e2", "height": ".5e2"}, (100, 50)),
        ({"viewBox": "0 0 40 30"}, (40, 30)),
        ({"viewBox": "-5,-5, 40 ,30"}, (40, 30)),
        ({"width": "100%", "height": "100%", "viewBox": "0 0 40 30"}, (40, 30)),
        ({"width": "80", "viewBox": "0 0 40 30"}, (80, 60)),
        ({"height": "60", "viewBox": "0 0 40 30"}, (80, 60)),
        ({"width": "80", "height": "80", "viewBox": "0 0 40 30"}, (80, 80)),
        ({"width": "0.2", "height": "0.1"}, (1, 1)),
        ({"width": "auto", "height": "nonsense", "viewBox": "0 0 4 3"}, (4, 3)),
        ({"width": "8192", "height": "2048"}, (MAX_NATURAL_SIDE, 1024)),
        ({"viewBox": "0 0 1e300 1"}, (MAX_NATURAL_SIDE, 1)),
    ],
)
def test_a_size_is_told_in_css_pixels(root: dict[str, str], size: tuple[int, int]) -> None:
    """By the two sides, by the viewBox, or by one side and the viewBox's shape."""
    assert natural_size(root) == size


@pytest.mark.parametrize("root", [
    {}, {"width": "40"}, {"height": "30"}, {"width": "50%", "height": "50%"},
    {"width": "0", "height": "30"}, {"width": "-4", "height": "30"}, {"viewBox": "0 0 0 30"},
    {"viewBox": "0 0 40"}, {"viewBox": "0 0 nan 30"}, {"viewBox": "0 0 inf 30"}, {"viewBox": "a"},
    {"width": "4parsec", "height": "3"}, {"width": "", "height": ""},
])  # fmt: skip
def test_without_a_size_there_is_no_picture(root: dict[str, str]) -> None:
    """The error says what is missing."""
    with pytest.raises(UnreadableImage, match="viewBox"):
        natural_size(root)


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_any_texts_have_a_size_or_are_refused(width: str, height: str, box: str) -> None:
    """Nothing else is raised."""
    try:
        size = natural_size({"width": width, "height": height, "viewBox": box})
    except UnreadableImage:
        return
    assert 1 <= min(size) <= max(size) <= MAX_NATURAL_SIDE
