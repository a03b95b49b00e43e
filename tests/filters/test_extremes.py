"""All filters with what is small, large and odd: a picture or a clear refusal, and no crash."""

from collections.abc import Iterator

import pytest
from PIL import Image

from tests.filters.applying import CLASSES, apply, picture, png
from thumbor_renuo.errors import InvalidOptions, RenuoError, UnreadableImage

MODES = ("L", "LA", "RGB", "RGBA")
SIDES = (1, 2, 3, 7, 16, 20)
SIZES = [(width, height) for width in SIDES for height in SIDES]
ENDS = (-999_999_999, -1, 0, 1, 999_999_999)
POSITIONS = ("-65535", "-0", "0", "65535", "center", "repeat", "100p", "-999p")
IMAGES = {
    "dot.png": png(Image.new("RGBA", (1, 1), (255, 0, 0, 128))),
    "line.png": png(Image.new("L", (40, 1), 90)),
    "large.png": png(Image.new("LA", (90, 80), (9, 99))),
    "nine.png": png(Image.linear_gradient("L").resize((9, 9)).point(lambda level: level & 192)),
    "black.png": png(Image.new("RGBA", (40, 30), (0, 0, 0, 255))),
    "broken.png": b"\x89PNG\r\n\x1a\n",
}
# What these do to the engine is not pixels' business: they have no end that is far out.
WITHOUT_PIXELS = {
    "quality", "strip_exif", "strip_icc", "rotate", "format", "max_bytes", "extract_focal", "focal",
    "no_upscale", "max_age", "upscale", "proportion", "stretch",
}  # fmt: skip


def calls() -> Iterator[str]:
    """Filters with arguments from the ends of what Thumbor's grammar takes."""
    for value in ENDS:
        yield from (f"{name}({value})" for name in ("brightness", "contrast", "saturation"))
        yield f"rgb({value},0,{-value})"
    for value in (0, 1, 999_999_999):
        yield f"noise({value},{value})"
        yield f"colorize({value},50,100,ff00ff)"
        yield f"blur({max(value, 1)},{value})"
    yield from ("equalize()", "grayscale()", "placeholder()", "thumbhash()", "dominant_color()")
    yield from ("blur(150)", "blur(1,0.000001)", "blur(3,-2)", "blur(2,999999999.9)")
    yield from ("saturation(.5)", "colorize(1,2,3,nonsense)", "background_color(nonsense)")
    yield from (f"background_color({name})" for name in ("auto", "transparent", "blue", "f008"))
    for name in ("auto", "blur", "transparent", "red", "1234", "nonsense"):
        yield from (f"fill({name})", f"fill({name},1)")
    for amount in ("0", "-999999999", "999999999", "0.00001", "3"):
        yield from (f"sharpen({amount},{radius},{flag})" for radius in ("-9", ".5", "1e"[:1], "99")
                    for flag in (0, 1))  # fmt: skip
    for radius in ("0", "1", "2", "1|9", "9|1", "0|5", "999999999|1"):
        yield from (f"round_corner({radius},255,0,300,{flag})" for flag in (0, 1))
    yield from ("curve([],[],[],[])", "curve([(0,9)],[(255,0)],[],[])")
    yield from ("curve([(0,0),(0,0)],[],[],[])", "curve([(0,256)],[],[],[])")
    yield "curve([(5,255),(6,0),(7,255),],[(0,255),(255,0)],[(9,9),(4,4)],[])"
    for matrix, columns in (
        ("1", 1), ("0", 1), ("-1", 1), ("999999999", 1), (";".join(["1"] * 121), 11),
        (";".join(["-999999999", "999999999"] * 60 + ["0"]), 121), ("1;2", 1), ("1;2;3", 2),
        (";".join(["0.001"] * 121), 1), ("-1;-1;-1;-1;8;-1;-1;-1;-1", 3), ("1;-1;0", 3),
        (";".join(["1"] * 123), 3),
    ):  # fmt: skip
        yield from (f"convolution({matrix},{columns},{flag})" for flag in (0, 1))
    yield from further_images()
    yield from texts()


def further_images() -> Iterator[str]:
    """Watermarks and frames that fit, do not fit, are missing, forbidden and broken."""
    for name in (*IMAGES, "missing.png", "forbidden.png"):
        yield f"frame({name})"
        yield f"watermark({name},repeat,repeat,50)"
        yield f"watermark({name},0,0,0,100,none)"
        yield f"watermark({name},0,0,999999999,none,-5)"
    for x in POSITIONS:
        yield from (f"watermark(dot.png,{x},{y},10,50,0)" for y in POSITIONS)
        yield f"watermark(large.png,{x},{x},0)"


def texts() -> Iterator[str]:
    """Texts that are long, large, empty, foreign, and markup."""
    for text in ("a", "'<b>&</i>'", "%3Cspan foreground=x", "\u6f22", "\U0001f600", "%00", "%ff",
                 "%20", "' '", "\u200b", "%0A", "x" * 201, "W" * 200):  # fmt: skip
        yield from (f"text({text},{place},{place},20)" for place in ("0", "-5", "center", "300p"))
    yield from (f"text(a,right,bottom,{size},f00,50,mono)" for size in (1, 500, 501, 999_999_999))
    yield from ("text(a,left,top,9,nonsense)", "text(a,left,top,9,red,0,nonsense)")
    yield from ("text(a,0,0,9,transparent)", "text(a,0,0,9,red,999)")


CALLS = list(calls())


def test_each_filter_that_makes_pixels_is_tried() -> None:
    """No filter is forgotten here."""
    assert {call.partition("(")[0] for call in CALLS} == set(CLASSES) - WITHOUT_PIXELS


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", sorted(set(CLASSES) - WITHOUT_PIXELS))
def test_a_picture_or_a_refusal(name: str, mode: str) -> None:
    """Whatever a URL says of whatever picture, a picture comes out, or what is wrong."""
    mine = [call for call in CALLS if call.partition("(")[0] == name]
    made, refused = 0, set[str]()
    for place, call in enumerate(mine):
        # Over all its calls, a filter meets all sizes.
        for size in {(1, 1), SIZES[(7 * place + 11 * MODES.index(mode)) % len(SIZES)]}:
            try:
                result = apply(call, picture(mode, size), (30, 0), IMAGES)
            except (InvalidOptions, UnreadableImage) as error:
                refused.add(str(error))
                continue
            made += 1
            assert result.mode in MODES, call
            assert len(result.to_bytes()) == result.width * result.height * len(result.mode)
    assert made
    assert all(repr(name) in message or "PNG" in message for message in refused), refused


@pytest.mark.parametrize("call", ["watermark(dot.png,0,0,0,100,none)", "fill(red)"])
def test_a_picture_over_the_limit_is_refused(call: str) -> None:
    """What would be made is counted before, and the message names both."""
    with pytest.raises(RenuoError, match="over the limit of 4000000") as caught:
        apply(call, picture("RGB", (3000, 20)), (3000, 3000), IMAGES)
    assert caught.value.limit == 4_000_000
