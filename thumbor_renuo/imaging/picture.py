"""A picture whose pixels are made when they are first needed."""

from collections.abc import Callable
from typing import Any, Self

from PIL import Image

from thumbor_renuo.imaging.geometry import FLIP_H, FLIP_V, Geometry, NotPending, Turn
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.source import Origin, Pixels, Source


class Picture:
    """One frame; to crop, to resize and to turn it costs nothing until its pixels are asked for.

    To what does not know it, a filter of somebody else's, it looks like a Pillow image: whatever
    it has not itself is the Pillow image's. That one is a copy: to draw on it changes nothing.
    """

    def __init__(self, origin: Origin, geometry: Geometry, frame: int = 0) -> None:
        self._origin, self._geometry, self._frame = origin, geometry, frame
        self._raster: Raster | None = None

    @classmethod
    def of(cls, source: Source, frame: int = 0) -> Self:
        """A frame of a file, as it is stored."""
        return cls(source, source.geometry, frame)

    @classmethod
    def made(cls, raster: Raster) -> Self:
        """Pixels that are there already."""
        picture = cls(Pixels(raster), Geometry.whole(*raster.size))
        picture._raster = raster
        return picture

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, in pixels."""
        return self._geometry.size

    @property
    def geometry(self) -> Geometry:
        """What is still to be done, or was done to get the pixels."""
        return self._geometry

    @property
    def raster(self) -> Raster:
        """The pixels.

        Raises:
            UnreadableImage: the file is damaged.
            RenderTimeout: there was no time left.
        """
        if self._raster is None:
            self._raster = self._origin.decode(self._geometry)[self._frame]
        return self._raster

    def crop(self, left: int, top: int, right: int, bottom: int) -> None:
        """Keep a box; see Geometry.crop."""
        self._change(lambda pending: pending.crop(left, top, right, bottom))

    def resize(self, width: int, height: int) -> None:
        """Make it as large as this."""
        self._change(lambda pending: pending.resize(width, height))

    def turn(self, turn: Turn) -> None:
        """Lay it another way."""
        self._change(lambda pending: pending.turned(turn))

    def flip_horizontally(self) -> None:
        """Mirror left and right."""
        self.turn(FLIP_H)

    def flip_vertically(self) -> None:
        """Mirror top and bottom."""
        self.turn(FLIP_V)

    def to_pillow(self) -> Image.Image:
        """The pixels as a Pillow image."""
        return self.raster.to_pillow()

    def _change(self, change: Callable[[Geometry], Geometry]) -> None:
        if self._raster is not None:
            self._settle()
        try:
            self._geometry = change(self._geometry)
        except NotPending:
            self._settle()
            self._geometry = change(self._geometry)

    def _settle(self) -> None:
        """Make the pixels that were asked for so far; what follows is done to them."""
        raster = self.raster
        self._origin, self._frame, self._raster = Pixels(raster), 0, None
        self._geometry = Geometry.whole(*raster.size)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.to_pillow(), name)
