"""thumbor_renuo.imaging.thumbhash: against the reference."""

import base64
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.imaging.thumbhash import thumbhash


def picture(width: int, height: int, *, opaque: bool) -> bytes:
    """Slopes with noise on them, the same each time; alpha falls towards one corner."""
    noise = random.Random(width * 1000 + height)
    return bytes(
        channel
        for y in range(height)
        for x in range(width)
        for channel in (
            200 * x // width + noise.randrange(50),
            150 * y // height + noise.randrange(90),
            100 * (x + y) // (width + height) + noise.randrange(70),
            255 if opaque else 90 * x // width + 90 * y // height + noise.randrange(70),
        )
    )


# Made with rgbaToThumbHash of the npm package thumbhash 0.1.1, which is the algorithm's author's.
@pytest.mark.parametrize(
    ("width", "height", "opaque", "known"),
    [
        (100, 100, True, "GwkKFxSAh3eCh3h4h3eHd4h3B0d4cH0I"),
        (100, 100, False, "XQmGDQoXkIeih3l4iJCUCNlocIeAeId4iA=="),
        (64, 48, True, "GwkKFZRwd4eCd3h4eHh3iHByCNh3"),
        (64, 48, False, "XRmGDIoXkIeiiIl3CCmakI0GeAh3h4iHCA=="),
        (33, 64, True, "GwkKHBSAF4iId3eIeIiAdgfYhw=="),
        (33, 64, False, "HQmGEwoXkKGXd4iQlwjZaIB3gIh4eHg="),
        (64, 33, True, "GwkKFJRwh3dyeHh3d4dxcAjYeA=="),
        (64, 33, False, "XRmGC4oXkIeiiImCkAnZaHB3gId4Z4g="),
        (20, 10, True, "2hgKFJRwd4hxiIh3d4dhcAfYiA=="),
        (20, 10, False, "XBmGC4oXkHeiiImRoAjpaHGHcHiHaIc="),
        (10, 20, True, "GgkKHBSABoh3d3aHeHhwiAjXdw=="),
        (10, 20, False, "HAmGCwoXoKCXZ4iglwjZeHB3gHd3aHg="),
        (50, 7, True, "2hgKGZSAh3eDd3iIhoAG2Ic="),
        (50, 7, False, "HCmGCYoXkIeUiImHkAnpaHB2cId3eIc="),
        (3, 90, True, "mMgJKRSCcId4h4eHcIoH2Hc="),
        (3, 90, False, "28iFEQgWkqCYd4iAmgjpaHGIgHiId3g="),
        (5, 5, True, "1ggKFxRweIiBaIiHd3d4d4mICEdUgI0I"),
        (5, 5, False, "W/mFDQgWgGewh4l4edCzCfhngYZweIhohg=="),
        (17, 16, True, "GgkKF5Rwd3dyd4h4d3eHeHeHCCd4gI0H"),
        (17, 16, False, "HBmGDYoXkIaih4l4iJCSCOlogIeBh3h3iA=="),
    ],
)
def test_it_is_the_hash_of_the_reference(width: int, height: int, opaque: bool, known: str) -> None:
    """Known answers, with and without alpha, in all shapes."""
    made = thumbhash(width, height, picture(width, height, opaque=opaque))
    assert base64.b64encode(made).decode() == known


def test_one_colour_has_no_waves() -> None:
    """A flat picture is its colour and nothing else: the same bytes on each machine."""
    assert thumbhash(4, 2, bytes([10, 20, 30, 255]) * 8).hex() == "85e701048" + "0" * 29


def test_what_is_transparent_does_not_count() -> None:
    """Colours that cannot be seen change nothing."""
    shown = picture(8, 8, opaque=True)
    hidden = b"".join(
        shown[at : at + 4] + bytes([at % 256, 7, 200, 0]) for at in range(0, len(shown), 4)
    )
    blank = b"".join(shown[at : at + 4] + bytes(4) for at in range(0, len(shown), 4))
    assert thumbhash(16, 8, hidden) == thumbhash(16, 8, blank)
    assert thumbhash(3, 3, bytes(36)) == thumbhash(3, 3, bytes([9, 9, 9, 0]) * 9)


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(0, 1, 0), (1, 0, 0), (101, 1, 404), (1, 101, 404), (-1, -1, 4), (2, 2, 15), (2, 2, 17)],
)
def test_a_picture_has_between_1_and_100_pixels_a_side(width: int, height: int, size: int) -> None:
    """Anything else, or other than 4 bytes a pixel, is a mistake of the caller."""
    with pytest.raises(ValueError, match=f"{width}x{height}"):
        thumbhash(width, height, bytes(size))


@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_every_picture_has_a_hash(width: int, height: int, data: st.DataObject) -> None:
    """Of 5 bytes and a nibble a wave: never over 25 bytes."""
    size = width * height * 4
    made = thumbhash(width, height, data.draw(st.binary(min_size=size, max_size=size)))
    assert 5 < len(made) <= 25
