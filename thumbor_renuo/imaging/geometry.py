"""What is to be done to a picture before its pixels are there: crop, resize and turn."""

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

# By how much decoders reduce while they decode: libjpeg's DCT has these steps, and the others
# follow it, so that all that is made of one original can share what was decoded. With each, what
# must be left to the resampling filter: with less the fixed step shows as aliasing, and of 1/8
# there is nothing but the means of blocks.
LEAST_RESIDUALS = {1: 0.0, 2: 1.3, 4: 1.3, 8: 2.4}
SHRINKS = tuple(LEAST_RESIDUALS)


def largest_shrink(scale: float) -> int:
    """By how much a decoder may reduce a picture that is made smaller by `scale`."""
    return max(step for step, residual in LEAST_RESIDUALS.items() if scale / step >= residual)


class Box(NamedTuple):
    """Pixels from `left` and `top` up to, not including, `right` and `bottom`."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.right - self.left, self.bottom - self.top


class Turn(NamedTuple):
    """One of the eight ways to lay a picture: transposed first, then flipped."""

    transpose: bool = False
    flip_h: bool = False
    flip_v: bool = False

    def then(self, other: "Turn") -> "Turn":
        """This turn and then another."""
        # Transposing what was flipped one way is flipping the other way what was transposed.
        h, v = (self.flip_v, self.flip_h) if other.transpose else (self.flip_h, self.flip_v)
        return Turn(self.transpose ^ other.transpose, h ^ other.flip_h, v ^ other.flip_v)

    def sides(self, size: tuple[int, int]) -> tuple[int, int]:
        """Width and height after the turn, or before it."""
        return size[::-1] if self.transpose else size


AS_IT_IS, FLIP_H, FLIP_V = Turn(), Turn(flip_h=True), Turn(flip_v=True)
COUNTERCLOCKWISE = {
    0: AS_IT_IS,
    90: Turn(transpose=True, flip_v=True),
    180: Turn(flip_h=True, flip_v=True),
    270: Turn(transpose=True, flip_h=True),
}
# What lays a picture upright, by its EXIF orientation (Exif 2.32, 4.6.4, tag 274).
UPRIGHT = {
    1: AS_IT_IS,
    2: FLIP_H,
    3: COUNTERCLOCKWISE[180],
    4: FLIP_V,
    5: Turn(transpose=True),
    6: COUNTERCLOCKWISE[270],
    7: Turn(transpose=True, flip_h=True, flip_v=True),
    8: COUNTERCLOCKWISE[90],
}


class NotPending(Exception):
    """This cannot wait for the pixels."""


@dataclass(frozen=True)
class Geometry:
    """A crop, then a resize, then a turn; what is asked for later is folded into these three.

    Attributes:
        width, height: of the stored picture.
        box: what is left of it after cropping, in its own coordinates.
        stored_size: that box's size after resizing.
        turn: how it is laid after that.
    """

    width: int
    height: int
    box: Box
    stored_size: tuple[int, int]
    turn: Turn = AS_IT_IS

    @classmethod
    def whole(cls, width: int, height: int) -> Self:
        """Nothing is to be done."""
        return cls(width, height, Box(0, 0, width, height), (width, height))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in the end."""
        return self.turn.sides(self.stored_size)

    @property
    def is_resized(self) -> bool:
        """Whether pixels are to be resampled."""
        return self.stored_size != self.box.size

    @property
    def scale(self) -> tuple[float, float]:
        """How many pixels of the box go into one, in width and height."""
        (width, height), (out_width, out_height) = self.box.size, self.stored_size
        return width / out_width, height / out_height

    @property
    def shrink(self) -> int:
        """By how much a decoder may reduce the picture: one of SHRINKS."""
        return largest_shrink(min(self.scale))

    def crop(self, left: int, top: int, right: int, bottom: int) -> "Geometry":
        """Keep a box, in the coordinates of the picture as it is by now; what lies outside is cut.

        Raises:
            NotPending: it was resized before.
            ValueError: nothing would be left.
        """
        if self.is_resized:
            raise NotPending
        width, height = self.size
        left, right = max(0, left), min(width, right)
        top, bottom = max(0, top), min(height, bottom)
        if left >= right or top >= bottom:
            raise ValueError("nothing is left of the picture")
        if self.turn.flip_h:
            left, right = width - right, width - left
        if self.turn.flip_v:
            top, bottom = height - bottom, height - top
        if self.turn.transpose:
            left, top, right, bottom = top, left, bottom, right
        x, y = self.box.left, self.box.top
        box = Box(x + left, y + top, x + right, y + bottom)
        return replace(self, box=box, stored_size=box.size)

    def resize(self, width: int, height: int) -> "Geometry":
        """Resize to this, after all turns.

        Raises:
            NotPending: it was made smaller than this before, which cannot be undone.
        """
        size = self.turn.sides((width, height))
        if self.is_resized and (size[0] > self.stored_size[0] or size[1] > self.stored_size[1]):
            raise NotPending
        return replace(self, stored_size=size)

    def turned(self, turn: Turn) -> "Geometry":
        """Turn the picture as it is by now."""
        return replace(self, turn=self.turn.then(turn))
