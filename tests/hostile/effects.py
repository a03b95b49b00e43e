"""Effects with arguments by chance, within what the filters of a URL let through."""

import random
from collections.abc import Callable

from thumbor_renuo.imaging.effects.blur import blur
from thumbor_renuo.imaging.effects.convolution import convolution
from thumbor_renuo.imaging.effects.equalize import equalize
from thumbor_renuo.imaging.effects.fill import background, fill, fill_with_blur
from thumbor_renuo.imaging.effects.round_corner import round_corner
from thumbor_renuo.imaging.effects.saturation import saturation
from thumbor_renuo.imaging.effects.sharpen import sharpen
from thumbor_renuo.imaging.effects.tones import add_rgb, brightness, colorize, contrast
from thumbor_renuo.imaging.effects.watermark import stamp
from thumbor_renuo.imaging.raster import Raster

Effect = Callable[[Raster, random.Random], Raster]
PLACES = ("0", "5", "-5", "center", "repeat", "30p")


def _number(dice: random.Random) -> int:
    return dice.choice((-300, -100, -1, 0, 1, 30, 100, 300))


def _level(dice: random.Random) -> int:
    return dice.choice((0, 1, 128, 255))


def _colour(dice: random.Random) -> tuple[int, int, int, int]:
    return _level(dice), _level(dice), _level(dice), _level(dice)


def _convolution(it: Raster, dice: random.Random) -> Raster:
    columns = dice.choice((1, 3, 5))
    weights = [dice.choice((-9.0, -1.0, 0.0, 0.5, 1.0, 20.0)) for _ in range(columns * 3)]
    return convolution(it, weights, columns, normalize=dice.random() < 0.5)


def _round_corner(it: Raster, dice: random.Random) -> Raster:
    radii = dice.randint(1, 60), dice.randint(1, 60)
    return round_corner(it, radii, _colour(dice)[:3], transparent=dice.random() < 0.5)


def _fill(it: Raster, dice: random.Random) -> Raster:
    size = dice.randint(1, 90), dice.randint(1, 90)
    if dice.random() < 0.3:
        return fill_with_blur(it, size, through=dice.random() < 0.5)
    return fill(it, size, _colour(dice), through=dice.random() < 0.5)


EFFECTS: tuple[Effect, ...] = (
    lambda it, dice: blur(it, dice.choice((1, 2, 9, 30)), dice.choice((0, 0.5, 8))),
    lambda it, dice: brightness(it, _number(dice)),
    lambda it, dice: contrast(it, _number(dice)),
    lambda it, dice: add_rgb(it, _number(dice), _number(dice), _number(dice)),
    lambda it, dice: colorize(it, (0, dice.randint(0, 100), 100), _colour(dice)[:3]),
    lambda it, dice: saturation(it, dice.choice((-3, 0, 0.5, 1, 40))),
    lambda it, dice: sharpen(
        it, dice.choice((0.1, 6, 90)), dice.choice((0.1, 2, 9)), luminance_only=dice.random() < 0.5
    ),
    lambda it, _dice: equalize(it),
    lambda it, dice: background(it, _colour(dice)),
    lambda it, dice: stamp(it, it, dice.choice(PLACES), dice.choice(PLACES)),
    _convolution,
    _round_corner,
    _fill,
)


def affected(frames: list[Raster], dice: random.Random) -> list[Raster]:
    """All frames with the same effect."""
    effect, seed = dice.choice(EFFECTS), dice.random()
    return [effect(frame, random.Random(seed)) for frame in frames]
