"""thumbor_renuo.imaging.thumbhash_picture: the picture of a hash, as the reference draws it."""

from base64 import b64decode

import pytest

from thumbor_renuo.imaging.thumbhash import thumbhash
from thumbor_renuo.imaging.thumbhash_picture import picture_of


@pytest.mark.parametrize(
    ("code", "size"),
    [
        ("1QcSHQRnh493V4dIh4eXh1h4kJUI", (23, 32)), ("3PcNNYSFeXh/d3eld0iHZoZgVwh2", (32, 23)),
    ],
)  # fmt: skip
def test_the_sizes_of_the_reference(code: str, size: tuple[int, int]) -> None:
    """Hashes from the reference's page have its proportions."""
    width, height, pixels = picture_of(b64decode(code))
    assert abs(width - size[0]) <= 5
    assert abs(height - size[1]) <= 5
    assert max(width, height) == 32
    assert len(pixels) == width * height * 4


@pytest.mark.parametrize("size", [(60, 40), (40, 60), (50, 50), (100, 30)])
@pytest.mark.parametrize("alpha", [255, 100, 0])
def test_what_goes_in_comes_out(size: tuple[int, int], alpha: int) -> None:
    """A gradient is still one, with the same colours at both ends."""
    width, height = size
    source = bytes(
        level
        for y in range(height)
        for x in range(width)
        for level in (200 * x // width, 90, 160 - 120 * y // height, alpha)
    )
    wide, high, pixels = picture_of(thumbhash(width, height, source))
    last = pixels[-4:]
    if alpha == 255:
        assert all(abs(a - b) < 60 for a, b in zip(last, source[-4:], strict=True))
    assert abs(last[3] - alpha) < 10
    assert wide * high * 4 == len(pixels)
