"""Text on a picture."""

import os
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pyvips

from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging.effects.colours import CHANNELS
from thumbor_renuo.imaging.effects.paste import RGBA, paste
from thumbor_renuo.imaging.effects.watermark import rows_of
from thumbor_renuo.imaging.raster import OPAQUE, SRGB, Raster

DIRECTORY = Path(__file__).parent.parent / "fonts"
FONTS = {
    "sans": ("DejaVu Sans", "DejaVuSans.ttf"),
    "sans-bold": ("DejaVu Sans Bold", "DejaVuSans-Bold.ttf"),
    "serif": ("DejaVu Serif", "DejaVuSerif.ttf"),
    "serif-bold": ("DejaVu Serif Bold", "DejaVuSerif-Bold.ttf"),
    "mono": ("DejaVu Sans Mono", "DejaVuSansMono.ttf"),
}
"""By the name in the filter: Pango's, and the file. Others of the machine serve where they lack a
letter."""
MAX_LENGTH, MAX_SIZE = 200, 500
MAX_AREA = 16_000_000  # in pixels, of letters as wide as they are high
EDGES = {"left": "0", "top": "0", "right": "-0", "bottom": "-0"}
PIXELS = {"dpi": 72}

if not Path("/etc/fonts/fonts.conf").exists():
    # fontconfig would complain on stderr, and go on with what it is given here.
    os.environ.setdefault("FONTCONFIG_FILE", str(DIRECTORY / "fonts.conf"))


@dataclass(frozen=True)
class Style:
    """How a text looks.

    Attributes:
        size: of the letters, in pixels.
        colour: red, green, blue, alpha.
        font: one of FONTS.
    """

    size: int
    colour: RGBA = (0, 0, 0, OPAQUE)
    font: str = "sans"


def draw_text(raster: Raster, text: str, x: str, y: str, style: Style) -> Raster:
    """Write on a picture; what is outside is cut off.

    Args:
        text: plain, perhaps of several lines.
        x, y: of the box around the letters: as a watermark's, or `left`, `right`, `top`, `bottom`.

    Raises:
        InvalidOptions: it is too long or too large, or nothing of it can be seen.
    """
    letters = _letters(text, style)
    across, down = rows_of(
        raster.size, (letters.width, letters.height), EDGES.get(x, x), EDGES.get(y, y)
    )
    alpha = letters.linear(style.colour[CHANNELS] / OPAQUE, 0).rint().cast("uchar")
    ink = (letters.new_from_image(list(style.colour[:CHANNELS]))).bandjoin(alpha)
    inked = Raster.of(ink.copy(interpretation=SRGB))
    return paste(raster, inked, across.start, down.start)


def check_text(text: str, where: str = "the text of 'text'") -> None:
    """Check that this can be written.

    Args:
        where: what the message calls it.

    Raises:
        InvalidOptions: it is empty, too long, or has control characters.
    """
    if not text.strip():
        raise InvalidOptions(f"{where} is blank")
    if len(text) > MAX_LENGTH:
        raise InvalidOptions(
            f"{where} is over the limit of {MAX_LENGTH} characters", limit=MAX_LENGTH
        )
    if any(not letter.isprintable() for letter in text if letter != "\n"):
        raise InvalidOptions(f"{where} has characters that cannot be printed")


def check_size(text: str, size: int) -> None:
    """Check that a text can be written in this size.

    Raises:
        InvalidOptions: it would be too large.
    """
    if not 1 <= size <= MAX_SIZE:
        raise InvalidOptions(f"the size of 'text' is outside 1 to {MAX_SIZE}", limit=MAX_SIZE)
    most = MAX_AREA // size**2
    lines = text.split("\n")
    if len(lines) * (max(map(len, lines)) + 1) - 1 > most:
        raise InvalidOptions(
            f"the text of 'text' is over the limit of {most} characters of {size} pixels, each line"
            " as long as the longest",
            limit=most,
        )


def _letters(text: str, style: Style) -> Any:
    """How much of each pixel is covered: 0 to 255."""
    check_text(text)
    check_size(text, style.size)
    if style.font not in FONTS:
        raise InvalidOptions(f"the font of 'text' is none of {', '.join(FONTS)}")
    name, file = FONTS[style.font]
    try:
        return pyvips.Image.text(
            escape(text), font=f"{name} {style.size}px", fontfile=str(DIRECTORY / file), **PIXELS
        ).copy_memory()
    except pyvips.Error:
        raise InvalidOptions("nothing of the text of 'text' can be seen") from None
