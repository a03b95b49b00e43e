"""thumbor_renuo.delivery.focal_point: what metadata says of the part that matters."""

import pytest

from thumbor_renuo.delivery.focal_point import FocalShare, focal_share


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("0.4x0.3", (0.4, 0.3)), ("0x1", (0, 1)), ("1.0x.5", (1, 0.5)),
        (" 0.25 x 0.75 ", (0.25, 0.75)),
    ],
)  # fmt: skip
def test_shares_of_the_sides(text: str, share: tuple[float, float]) -> None:
    """Across, an x, and down."""
    assert focal_share({"focal": text, "app": "shop-live"}) == share


@pytest.mark.parametrize(
    "text", ["", "0.4", "1.1x0", "-0.1x0.5", "40x30", "nanx0", "0.4x0.3x0.2", "1e-1x0", "\u0663x0"]
)
def test_what_makes_no_sense_is_nothing(text: str) -> None:
    """A picture is cut in the middle then, and still served."""
    assert focal_share({"focal": text}) is None
    assert focal_share({}) is None


def test_a_pixel_of_the_picture() -> None:
    """The far edges are still within it."""
    assert FocalShare(0.5, 0.25).pixel(400, 200) == (200, 50)
    assert FocalShare(1, 1).pixel(400, 200) == (399, 199)
    assert FocalShare(0, 1).pixel(1, 1) == (0, 0)
