"""Takes a file through all that our imaging does with a stranger's picture."""

import random
from collections.abc import Callable

from tests.hostile.effects import affected
from thumbor_renuo.delivery.limits import Limits
from thumbor_renuo.errors import RenuoError
from thumbor_renuo.image_rules import ImageRules
from thumbor_renuo.imaging import encoders
from thumbor_renuo.imaging.geometry import COUNTERCLOCKWISE, FLIP_H, UPRIGHT, Geometry, NotPending
from thumbor_renuo.imaging.header import Header, read_header
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.source import DecodeOptions, Source
from thumbor_renuo.imaging.time_limit import time_limit

RULES = ImageRules(source_max_pixels=100_000_000, source_max_frames=500)
SECONDS = 10.0
MAX_SIDE = 160
# AVIF takes longer than all the rest: one in many.
FORMATS = ("jpeg", "jpeg", "png", "webp", "webp", "gif", "jpeg", "png", "webp", "avif")
ANIMATED = ("gif", "webp")
EFFECTS_SHARE = 0.2


def render(data: bytes, seed: int = 0, rules: ImageRules = RULES) -> str:
    """Decode, transform and encode.

    Args:
        seed: chooses what is done to the picture.

    Returns:
        `picture`, or an error's status and message.

    Raises:
        Exception: what no client should ever cause.
    """
    dice = random.Random(seed)
    try:
        with time_limit(SECONDS):
            header = read_header(data)
            _check(header, rules)
            _render(data, header, dice)
    except RenuoError as error:
        if not error.message or len(error.message) > 500:
            raise AssertionError(f"no message for a client: {error.message!r}") from error
        return f"{error.status} {error.message}"
    return "picture"


def render_job(job: tuple[object, bytes, int]) -> str:
    """Render a job of a name, a file and a seed."""
    return render(job[1], job[2])


def _check(header: Header, rules: ImageRules) -> None:
    pixels = header.width * header.height * header.frames
    Limits(rules).check_original(pixels, header.frames)


def _render(data: bytes, header: Header, dice: random.Random) -> None:
    options = DecodeOptions(
        truncated=dice.random() < 0.3,
        wide_gamut=dice.random() < 0.2,
        first_frame=dice.random() < 0.2,
    )
    source = Source(data, header, options)
    geometry = _geometry(source.geometry, header, dice)
    frames = source.decode(geometry)
    wrong = {frame.size for frame in frames} - {geometry.size}
    if wrong or len(frames) != source.frames:
        raise AssertionError(
            f"{len(frames)} of {source.frames} frames; {wrong} instead of {geometry.size}"
        )
    if dice.random() < EFFECTS_SHARE:
        frames = affected(frames, dice)
    _encode(frames, source, dice)


def _geometry(whole: Geometry, header: Header, dice: random.Random) -> Geometry:
    steps: list[Callable[[Geometry], Geometry]] = [
        lambda it: it.turned(UPRIGHT[header.orientation]),
        lambda it: it.turned(dice.choice([FLIP_H, *COUNTERCLOCKWISE.values()])),
        lambda it: _crop(it, dice),
        lambda it: it.resize(dice.randint(1, MAX_SIDE), dice.randint(1, MAX_SIDE)),
    ]
    made = whole
    for step in dice.sample(steps, dice.randint(0, len(steps))):
        try:
            made = step(made)
        except NotPending:
            continue
    if max(made.size) > MAX_SIDE and dice.random() < 0.95:
        made = made.resize(*(min(side, MAX_SIDE) for side in made.size))
    return made


def _crop(it: Geometry, dice: random.Random) -> Geometry:
    width, height = it.size
    left, top = dice.randrange(width), dice.randrange(height)
    right, bottom = dice.randint(left + 1, width), dice.randint(top + 1, height)
    return it.crop(left, top, right, bottom)


def _encode(frames: list[Raster], source: Source, dice: random.Random) -> None:
    options = encoders.EncodeOptions(
        quality=dice.randint(1, 100),
        lossless=dice.random() < 0.1,
        progressive=dice.random() < 0.5,
        subsampling=dice.choice((None, "4:4:4", "4:2:2", "4:2:0")),
        webp_effort=dice.choice((0, 0, 2)),
        avif_speed=dice.choice((9, 10)),
        png_compression=dice.choice((0, 1, 4)),
        png_palette=dice.random() < 0.2,
        indexed=dice.random() < 0.2,
    )
    delays = list(source.delays_ms) or [80] * len(frames)
    if len(frames) > 1 and dice.random() < 0.7:
        kind = dice.choice(ANIMATED)
        made = encoders.encode_animation(frames, delays[: len(frames)], source.loop, kind, options)
    else:
        made = encoders.encode(frames[0], dice.choice(FORMATS), options)
    if not made:
        raise AssertionError("nothing was encoded")
