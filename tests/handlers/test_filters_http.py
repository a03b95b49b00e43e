"""Filters through the whole service: on stills and on animations, and what they are refused for."""

from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image

from tests.handlers.conftest import FOLDER, Fetch, opened

KEY, MARK = f"{FOLDER}/a", f"{FOLDER}/mark.png"
CALLS = (
    "brightness(20)", "contrast(20)", "rgb(1,2,3)", "saturation(2)", "equalize()", "grayscale()",
    "colorize(10,20,30,ff0000)", "curve([(0,0),(255,255)],[],[],[(0,255),(255,0)])", "noise(40)",
    "blur(3)", "convolution(1;2;1;2;4;2;1;2;1,3,true)", "sharpen(2,1,true)", "fill(blur)",
    "round_corner(9,255,255,255,1)", "background_color(red)", f"watermark({MARK},repeat,-0,10,20)",
    f"frame({MARK})", "text('Gr\u00fc\u00dfe, all',center,bottom,12,ffffff,0,serif)", "thumbhash()",
    "placeholder()", "dominant_color()", "rotate(90)", "proportion(0.5)", "strip_icc()",
    "upscale()",
)  # fmt: skip
TINY = {"thumbhash()", "placeholder()"}


def still() -> bytes:
    """A PNG with transparency."""
    image = Image.radial_gradient("L").resize((60, 40))
    file = BytesIO()
    Image.merge("RGBA", [image, image.rotate(90).resize((60, 40)), image, image]).save(file, "PNG")
    return file.getvalue()


def animation() -> bytes:
    """A GIF of three frames."""
    frames = [Image.radial_gradient("L").rotate(turn).resize((60, 40)) for turn in (0, 30, 60)]
    file = BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=70)
    return file.getvalue()


@pytest.mark.parametrize("call", CALLS)
async def test_each_filter_makes_a_picture(fetch: Fetch, bucket: Any, call: str) -> None:
    """Stills of each are pictures, and of an animation all frames are kept."""
    bucket.put_object(Key=MARK, Body=still())
    for data, frames in ((still(), 1), (animation(), 3)):
        key = f"{KEY}-{frames}"
        bucket.put_object(Key=key, Body=data)
        response = await fetch(f"/t/filters:{quote(call)}/u/{key}")
        assert response.code == 200, response.body
        image = opened(response)
        # Frames that are alike become one.
        assert getattr(image, "n_frames", 1) == frames or call == "dominant_color()"
        assert (max(image.size) <= 32) == (call in TINY or call == "proportion(0.5)")


async def test_a_text_that_is_encoded_twice(fetch: Fetch, bucket: Any) -> None:
    """Whatever stands in it, the rest of the path is read as it is."""
    bucket.put_object(Key=KEY, Body=still())
    text = quote(quote("50% off: 'a/u/b' (c):d, e\\f+g\nh", safe=""))
    response = await fetch(f"/t/30x0/filters:text({text},0,0,9):grayscale()/u/{KEY}")
    assert (response.code, opened(response).width) == (200, 30)


@pytest.mark.parametrize(("call", "words"), [
    ("text(a,0,0,501)", "1 to 500"), ("text(a%2500,0,0,9)", "cannot be printed"),
    ("text(%25ff,0,0,9)", "UTF-8"), (f"text({'x' * 200},0,0,400)", "100 characters of 400"),
    ("sharpen(1,-1001,1)", "-1000 to 1000"), ("curve([(9,9),(9,9)],[],[],[])", "left to right"),
])  # fmt: skip
async def test_what_is_refused_is_named(fetch: Fetch, bucket: Any, call: str, words: str) -> None:
    """With 400, before anything is loaded."""
    response = await fetch(f"/t/filters:{call}/u/{KEY}")
    assert response.code == 400
    assert words in response.body.decode()
    assert bucket
