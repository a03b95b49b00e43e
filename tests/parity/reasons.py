"""Where our answers differ from Thumbor's, and why they may.

Pictures that differ for another reason than an outright fault of Thumbor's own engine are still
alike: a rule says how much, in dB.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.parity.comparison import Difference
from tests.parity.table import Row

PIXELS = frozenset({"psnr", "alpha"})
TRANSPARENT = ("la.png", "rgba.*", "p-holed.png")


@dataclass(frozen=True)
class Rule:
    """One reason, and the rows and aspects (see comparison.py) it holds for.

    Attributes:
        options, originals: patterns with `*`, of which one must match.
        least: in dB, what pixels must be alike by all the same.
    """

    reason: str
    aspects: frozenset[str] = PIXELS
    options: tuple[str, ...] = ("*",)
    originals: tuple[str, ...] = ("*",)
    least: float = 0.0

    def covers(self, row: Row, aspect: str, difference: Difference) -> bool:
        """Whether this aspect of a row may differ so."""
        return (
            aspect in self.aspects
            and any(fnmatchcase(row.options, pattern) for pattern in self.options)
            and any(fnmatchcase(row.original, pattern) for pattern in self.originals)
            and (difference.decibels is None or difference.decibels >= self.least)
        )


RULES = (
    # -- faults of Thumbor's own engine -----------------------------------------------------------
    Rule("16 bits are cut off at 255 by Pillow 12: the picture is white", originals=("16.png",)),
    Rule("Thumbor shows the first frame of an animation again and again", originals=("moving.gif",),
         least=20),
    Rule("Thumbor leaves out all frames of a WebP but the first", frozenset({"frames", "meta"}),
         originals=("moving.webp",)),
    Rule("Thumbor cannot quantise grey with alpha, and answers 500", frozenset({"status"}),
         ("*grayscale()",), ("p-holed.png",)),
    Rule("Thumbor's frame takes the mode from the wrong memory (_nine_patch.c, unpack_bitmap: a"
         " bytes object cast to its characters), and finds other marks or none",
         frozenset({"size", "psnr", "alpha"}), ("*frame(*",)),
    Rule("Thumbor draws dirt into corners of two radii", options=("*round_corner(20|10*",),
         least=25),
    Rule("draft() rounds up the sides of what it reduces, and Thumbor stretches that",
         originals=("odd.jpg",), least=29),
    # -- choices that are better for most ---------------------------------------------------------
    Rule("inks without a profile are those of a press here; Thumbor takes them for the opposites"
         " of red, green and blue", originals=("cmyk.jpg",), least=12),
    Rule("a picture of two colours becomes grey here; Thumbor makes it dots again, whose size has"
         " nothing to do with the original's", originals=("1.png",)),
    Rule("what is transparent from half on is so in a GIF; Thumbor's GIFs are opaque",
         options=("*format(gif)",), originals=TRANSPARENT),
    Rule("what colour transparent pixels had is lost where colours are weighed by alpha, and JPEG"
         " has no alpha", options=("*format(jpeg)",), originals=TRANSPARENT, least=20),
    # -- chance and taste -------------------------------------------------------------------------
    Rule("another palette for a GIF, and other dots", options=("*format(gif)",), least=29),
    Rule("another palette for a PNG, and other dots", originals=("p.png", "p-holed.png"), least=26),
    Rule("noise is random", options=("*noise(30)",), least=24),
    Rule("edges are amplified eightfold, and with them each rounding",
         options=("*convolution(-1;*",), least=27),
    Rule("histograms are stretched, and with them each rounding", options=("*equalize()",),
         least=32),
    # -- errors -----------------------------------------------------------------------------------
    Rule("our filters raise errors with a message, which our handlers answer with 400, and which"
         " Thumbor's own do not know", frozenset({"status"}), ("*watermark(missing.png*",)),
)  # fmt: skip
