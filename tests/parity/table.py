"""The URLs that both engines are asked: options and the original they are for."""

from collections.abc import Iterator
from typing import NamedTuple

from tests.parity.originals import names

GEOMETRY = (
    "", "200x150", "150x200", "100x100", "0x0", "120x0", "0x120", "origxorig", "origx100",
    "100xorig", "-100x80", "100x-80", "-0x-0", "fit-in/90x90", "full-fit-in/90x90",
    "adaptive-fit-in/90x120", "adaptive-full-fit-in/90x120", "fit-in/-90x-90", "10x20:200x180",
    "10x20:200x180/60x60", "10x20:200x180/fit-in/60x60", "50x40/left/top", "50x90/right/bottom",
    "400x300",
    "fit-in/400x400", "80x80/filters:stretch()", "fit-in/600x600/filters:upscale()",
    "600x600/filters:no_upscale()", "meta/50x50", "filters:rotate(90)", "1x1", "319x239",
)  # fmt: skip
SHORT = (
    "", "150x100", "fit-in/100x100", "5x5:90x60/40x40", "-70x0", "64x-48/right",
    "full-fit-in/80x80", "filters:rotate(180)",
)  # fmt: skip
MODES = (
    "l.jpg", "cmyk.jpg", "icc.jpg", "odd.jpg", "l.png", "la.png", "rgba.png", "p.png",
    "p-holed.png", "1.png", "16.png", "rgb.webp", "rgba.webp", "rgb.avif", "rgba.avif", "rgb.gif",
    "rgb.tif", "rgba.tif", "rgb.bmp", "large.jpg", "large-progressive.jpg",
)  # fmt: skip
ANIMATIONS = ("moving.gif", "moving.webp")
MOVED = (*SHORT, "48x36", "filters:grayscale()", "filters:brightness(20)", "meta")
FORMATS = ("jpeg", "png", "webp", "gif", "avif")
FILTERS = (
    "autojpg()", "background_color(3366aa)", "background_color(auto)", "blur(2)", "blur(4,2)",
    "brightness(30)", "brightness(-30)", "colorize(40,20,30,ff8800)", "contrast(30)",
    "contrast(-30)", "convolution(1;2;1;2;4;2;1;2;1,3,true)",
    "convolution(-1;-1;-1;-1;8;-1;-1;-1;-1,3,false)",
    "curve([(0,0),(255,255)],[(0,50),(128,170),(255,225)],[(0,0),(255,255)],[(0,30),(255,200)])",
    "equalize()", "extract_focal()", "fill(ff0000)", "fill(transparent)", "fill(auto)",
    "fill(white,1)", "focal(10x10:90x90)", "format(png)", "frame(nine.png)", "grayscale()",
    "max_age(60)", "max_bytes(9000)", "noise(0)", "noise(30)", "no_upscale()", "proportion(0.5)",
    "quality(60)", "rgb(20,-20,40)", "rotate(90)", "rotate(180)", "rotate(270)", "rotate(45)",
    "round_corner(20,255,255,255)", "round_corner(20|10,0,0,0,1)", "saturation(0.5)",
    "saturation(1.8)", "sharpen(2,1,true)", "sharpen(1,0.5,false)", "stretch()", "strip_exif()",
    "strip_icc()", "upscale()", "watermark(mark.png,10,10,0)", "watermark(mark.png,center,-20,40)",
    "watermark(mark.png,repeat,repeat,50)", "watermark(mark.png,10p,20p,30,40,40)",
)  # fmt: skip
FILTERED = ("rgb.jpg", "rgba.png", "l.png", "p-holed.png")
TRIMS = ("trim", "trim:bottom-right", "trim:top-left:20", "trim:top-left:20/50x50", "meta/trim")


class Row(NamedTuple):
    """One URL: `/unsafe/<options>/<original>`."""

    options: str
    original: str

    @property
    def path(self) -> str:
        """The URL's path."""
        return "/".join(part for part in ("/unsafe", self.options, self.original) if part)


def rows() -> Iterator[Row]:
    """All of them, those of one kind together."""
    for original in names(".jpg"):
        if original.startswith("exif"):
            yield from (Row(options, original) for options in GEOMETRY)
    for original in MODES:
        yield from (Row(options, original) for options in SHORT)
        yield from (Row(f"90x70/filters:format({kind})", original) for kind in FORMATS)
    for original in ANIMATIONS:
        yield from (Row(options, original) for options in MOVED)
    for original in FILTERED:
        yield from (Row(f"fit-in/160x160/filters:{each}", original) for each in FILTERS)
    yield from (Row(options, "bordered.png") for options in TRIMS)
    yield Row("100x100", "missing.png")
    yield Row("fit-in/100x100/filters:watermark(missing.png,0,0,0)", "rgb.jpg")


TABLE = tuple(dict.fromkeys(rows()))
