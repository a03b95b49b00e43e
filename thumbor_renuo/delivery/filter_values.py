"""What the arguments of Thumbor's filters may be: each value is written in one way only.

Thumbor leaves out without a word what it does not know, and answers other values with a 500.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PIL.ImageColor import colormap

from thumbor_renuo.delivery.filter_text import decode_text, encode_text
from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging.effects.curve import check_points
from thumbor_renuo.imaging.effects.text import FONTS, MAX_SIZE, check_size, check_text

MAX_SIDE = 65535  # of any image, and the largest number that Pillow takes for one
MAX_DIGITS = 9
MAX_DECIMALS = 15
MAX_MATRIX = 121  # each pixel costs that many multiplications
QUARTER_TURN, FULL_TURN = 90, 360
# How thumbor.filters.BaseFilter tells its kinds of parameters apart.
BOOLEAN = r"[Tt]rue|[Ff]alse|1|0"
STRING = r"(?:'.+?')|(?:[^,]+?)"
FORMATS = {"jpeg": "jpeg", "jpg": "jpeg", "png": "png", "webp": "webp", "avif": "avif",
           "gif": "gif"}  # fmt: skip
NUMBER = re.compile(r"(-?)([0-9]*)(?:\.([0-9]*))?")
WHOLE_NUMBER = re.compile(r"(?<![\w.])\d+")
FOCAL = re.compile("([0-9]+)x([0-9]+):([0-9]+)x([0-9]+)")
POINT = re.compile(r"\((\d+),(\d+)\)")
HEX = re.compile("[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8}")
WIDE_HEX = re.compile("[0-9a-f]{6}")

# Where an argument stands, for messages, and its text; gives the text's one way of writing.
Write = Callable[[str, str], str]


def writer(name: str, place: int, param: Any) -> Write:
    """How the argument of a filter is checked and written.

    Args:
        param: as Thumbor's filter_method got it: a kind of BaseFilter, or a regular expression.
    """
    if known := WRITERS.get((name, place)):
        return known
    if isinstance(param, Mapping):
        if param["parse"] in {int, float}:
            return number
        return {BOOLEAN: boolean, STRING: words}.get(param["regex"], verbatim)
    return verbatim


def number(where: str, text: str) -> str:
    """A number without what says nothing: `007`, `1.50` and `-0` become `7`, `1.5` and `0`."""
    match = NUMBER.fullmatch(text)
    if match is None:
        raise InvalidOptions(f"{where} is no number")
    minus, whole, decimals = match[1], match[2].lstrip("0"), (match[3] or "").rstrip("0")
    if len(whole) > MAX_DIGITS:
        raise InvalidOptions(f"{where} has more than {MAX_DIGITS} digits", limit=MAX_DIGITS)
    if len(decimals) > MAX_DECIMALS:
        raise InvalidOptions(f"{where} has more than {MAX_DECIMALS} decimals", limit=MAX_DECIMALS)
    plain = (whole or "0") + (f".{decimals}" if decimals else "")
    return plain if plain == "0" else minus + plain


def between(low: float, high: float) -> Write:
    """A number within two bounds, both allowed."""

    def write(where: str, text: str) -> str:
        plain = number(where, text)
        if not low <= float(plain) <= high:
            raise InvalidOptions(
                f"{where} is {plain}, outside {low} to {high}", limit=f"{low}..{high}"
            )
        return plain

    return write


def boolean(_where: str, text: str) -> str:
    """`true` or `false`."""
    return "true" if text in {"true", "True", "1"} else "false"


def words(where: str, text: str) -> str:
    """A text, in quotes only where it needs them."""
    inner = _unquoted(text)
    if "'" in inner or not inner.strip():
        raise InvalidOptions(f"{where} is blank, or has a quote within")
    # Without quotes Thumbor would end there.
    return text if set(",)") & set(inner) or inner != inner.strip() else inner


def _unquoted(text: str) -> str:
    is_quoted = len(text) > 2 and text[0] == text[-1] == "'"  # noqa: PLR2004
    return text[1:-1] if is_quoted else text


def verbatim(where: str, text: str) -> str:
    """What only Thumbor understands, without numbers that are too long for it."""
    if any(len(digits) > MAX_DIGITS for digits in WHOLE_NUMBER.findall(text)):
        raise InvalidOptions(f"{where} has more than {MAX_DIGITS} digits", limit=MAX_DIGITS)
    return text


def colour(*also: str) -> Write:
    """A colour that Pillow knows, or one of these words."""

    def write(where: str, text: str) -> str:
        plain = text.lower()
        # Thumbor's own words count only as it spells them.
        if text in also or plain in colormap or HEX.fullmatch(plain):
            return plain
        raise InvalidOptions(
            f"{where} is no colour: it takes 3, 4, 6 or 8 hex digits, a name that CSS has"
            + "".join(f", or {word}" for word in also)
        )

    return write


def wide_hex(where: str, text: str) -> str:
    """A colour of six hex digits."""
    plain = words(where, text).lower()
    if not WIDE_HEX.fullmatch(plain):
        raise InvalidOptions(f"{where} is no colour of 6 hex digits")
    return plain


def image_format(where: str, text: str) -> str:
    """A format that can be made."""
    plain = FORMATS.get(words(where, text).lower())
    if plain is None:
        raise InvalidOptions(f"{where} is none of {', '.join(FORMATS)}")
    return plain


def focal(where: str, text: str) -> str:
    """A rectangle `left`x`top`:`right`x`bottom` in pixels."""
    match = FOCAL.fullmatch(words(where, text))
    if match is None:
        raise InvalidOptions(f"{where} is not of the form <left>x<top>:<right>x<bottom>")
    left, top, right, bottom = (between(0, MAX_SIDE)(where, side) for side in match.groups())
    if int(left) >= int(right) or int(top) >= int(bottom):
        raise InvalidOptions(f"{where} is a rectangle without an area")
    return f"{left}x{top}:{right}x{bottom}"


def turn(where: str, text: str) -> str:
    """Degrees, in quarters of a turn."""
    degrees = int(number(where, text))
    if degrees % QUARTER_TURN:
        raise InvalidOptions(f"{where} is no multiple of {QUARTER_TURN}", limit=QUARTER_TURN)
    return str(degrees % FULL_TURN)


def radii(where: str, text: str) -> str:
    """One radius, or two that differ."""
    sides = [between(0, MAX_SIDE)(where, side) for side in text.split("|")]
    return "0" if "0" in sides else "|".join(dict.fromkeys(sides))


def position(where: str, text: str) -> str:
    """Pixels, per cent or a word; `-0` is the far edge."""
    digits = text.removeprefix("-").removesuffix("p")
    if not digits.isdecimal():
        return text
    return text.replace(digits, between(0, MAX_SIDE)(where, digits))


def percentage(where: str, text: str) -> str:
    """Of the picture's side, or `none`."""
    plain = "none" if text == "none" else between(0, 100)(where, text)
    return "none" if plain == "0" else plain


def matrix(where: str, text: str) -> str:
    """Numbers with semicolons between them."""
    numbers = text.split(";")
    if len(numbers) > MAX_MATRIX:
        raise InvalidOptions(f"{where} has more than {MAX_MATRIX} numbers", limit=MAX_MATRIX)
    return ";".join(number(where, item) for item in numbers)


def check_matrix(arguments: Sequence[str]) -> None:
    """Check that the matrix of a convolution has whole rows and a middle.

    Raises:
        InvalidOptions: says what it lacks.
    """
    size, columns = arguments[0].count(";") + 1, int(arguments[1])
    if size % columns or size % 2 == 0:
        raise InvalidOptions(
            f"the {size} numbers of 'convolution' make no odd number of rows and of columns "
            f"with {columns} columns"
        )


def points(where: str, text: str) -> str:
    """Points from left to right, `[(x,y),(x,y)]`."""
    found = [(int(number(where, x)), int(number(where, y))) for x, y in POINT.findall(text)]
    check_points(found, where)
    return "[" + ",".join(f"({x},{y})" for x, y in found) + "]"


def label(where: str, text: str) -> str:
    """What is to be written on a picture."""
    inner = decode_text(_unquoted(text))
    check_text(inner, where)
    return encode_text(inner)


def font(where: str, text: str) -> str:
    """One of the fonts that are there."""
    if text not in FONTS:
        raise InvalidOptions(f"{where} is none of {', '.join(FONTS)}")
    return text


def check_text_size(arguments: Sequence[str]) -> None:
    """Check that a text is not too long for its size.

    Raises:
        InvalidOptions: it is.
    """
    check_size(decode_text(_unquoted(arguments[0])), int(arguments[3]))


FREE = between(-1000, 1000)  # more is all white or black, or too much for Thumbor's C code
# What several arguments together must be.
CHECKS: dict[str, Callable[[Sequence[str]], None]] = {
    "convolution": check_matrix,
    "text": check_text_size,
}
WRITERS: dict[tuple[str, int], Write] = {
    ("background_color", 0): colour("auto", "transparent"),
    ("blur", 0): between(1, 150),
    ("blur", 1): between(0, 150),
    ("brightness", 0): FREE,
    **{("colorize", place): between(0, 100) for place in range(3)},
    ("colorize", 3): wide_hex,
    ("contrast", 0): FREE,
    ("convolution", 0): matrix,
    ("convolution", 1): between(1, MAX_MATRIX),
    ("fill", 0): colour("auto", "blur", "transparent"),
    ("focal", 0): focal,
    ("format", 0): image_format,
    ("max_age", 0): between(0, 31_536_000),
    ("max_bytes", 0): between(1, 999_999_999),
    ("noise", 0): between(0, 1000),
    ("proportion", 0): between(0.001, 1),
    ("quality", 0): between(0, 100),
    **{("rgb", place): FREE for place in range(3)},
    ("rotate", 0): turn,
    ("round_corner", 0): radii,
    **{("round_corner", place): between(0, 255) for place in range(1, 4)},
    ("saturation", 0): FREE,
    **{("curve", place): points for place in range(4)},
    **{("sharpen", place): FREE for place in range(2)},
    ("text", 0): label,
    ("text", 1): position,
    ("text", 2): position,
    ("text", 3): between(1, MAX_SIZE),
    ("text", 4): colour("transparent"),
    ("text", 5): between(0, 100),
    ("text", 6): font,
    ("watermark", 1): position,
    ("watermark", 2): position,
    ("watermark", 3): between(0, 100),
    ("watermark", 4): percentage,
    ("watermark", 5): percentage,
}
