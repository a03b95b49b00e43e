"""One original: its bytes, what its header says, and its pixels when they are needed."""

from dataclasses import dataclass
from typing import Any, Protocol

from thumbor_renuo.imaging import decoders
from thumbor_renuo.imaging.geometry import Geometry
from thumbor_renuo.imaging.header import Header, read_header
from thumbor_renuo.imaging.levels import Decode, Levels
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.resample import resample
from thumbor_renuo.imaging.time_limit import evaluate

QUICK_PIXELS = 100_000  # that many are decoded as quickly as they are looked for


@dataclass(frozen=True)
class DecodeOptions:
    """How an original is read.

    Attributes:
        truncated: show what there is of one that is cut short, instead of refusing it.
        wide_gamut: keep colours that sRGB has not, and their profile.
        first_frame: of an animation, decode only that.
    """

    truncated: bool = False
    wide_gamut: bool = False
    first_frame: bool = False


class Origin(Protocol):
    """Where a picture's pixels come from."""

    def decode(self, geometry: Geometry) -> list[Raster]:
        """All frames, each cropped, resized and turned."""


class Source:
    """The bytes of a file.

    Args:
        name, etag: the same for the same bytes, and for no others; empty where not known.
        levels: where what was decoded is kept, if it is.

    Attributes:
        frames: how many pictures it holds that are decoded.
        delays_ms, loop: of an animation: how long each frame is shown, in milliseconds, and how
            often it is played (0: without end).
    """

    def __init__(
        self,
        data: bytes,
        header: Header,
        options: DecodeOptions = DecodeOptions(),
        *,
        name: str = "",
        etag: str = "",
        levels: Levels | None = None,
    ) -> None:
        self.data, self.header, self.options = data, header, options
        self.name, self.etag = name, etag
        self._levels = levels if etag else None
        self.delays_ms, self.loop = header.delays_ms, header.loop
        self._decoded: tuple[Geometry, list[Raster]] | None = None

    @classmethod
    def of(cls, data: bytes, options: DecodeOptions | None = None) -> "Source":
        """Read the header.

        Raises:
            UnreadableImage, TooLarge: it is no picture, or more than one.
        """
        return cls(data, read_header(data), options or DecodeOptions())

    @property
    def frames(self) -> int:
        """How many pictures are decoded."""
        return 1 if self.options.first_frame else self.header.frames

    @property
    def is_indexed(self) -> bool:
        """Whether the stored pixels are numbers of a palette."""
        # PNG's colour type 3 (PNG, 11.2.2); all GIFs have palettes.
        name = self.header.format
        return name == "gif" or (name == "png" and self.data[25:26] == b"\x03")

    @property
    def geometry(self) -> Geometry:
        """All of the stored picture."""
        return Geometry.whole(self.header.stored_width, self.header.stored_height)

    def level(self, shrink: int, bands: int, decode: Decode) -> tuple[Any, int]:
        """All of a still picture, reduced while it is decoded; kept for the next request if it may.

        Args:
            shrink: by how much it may be reduced at most, one of SHRINKS.
            bands: of the decoded pixels.
            decode: takes a shrink, and returns a pyvips image; one that is to be kept is made in
                memory.

        Returns:
            the pyvips image, and by how much it is reduced: at most by `shrink`.
        """
        size = self.header.stored_width, self.header.stored_height
        width, height = (side // shrink + 1 for side in size)
        is_quick = size[0] * size[1] <= QUICK_PIXELS
        if self._levels is None or is_quick or not self._levels.keeps(width, height, bands):
            return decode(shrink), shrink
        return self._levels.get(
            self.name, self.etag, size, shrink, lambda level: evaluate(decode(level))
        )

    def decode(self, geometry: Geometry) -> list[Raster]:
        """All frames; those of an animation are kept, for they are asked for one by one.

        Raises:
            UnreadableImage: the file is damaged.
            RenderTimeout: there was no time left.
        """
        if self._decoded is None or self._decoded[0] != geometry:
            self._decoded = (geometry, decoders.decode(self, geometry))
        return self._decoded[1]


class Pixels:
    """Pixels that are there already."""

    def __init__(self, raster: Raster) -> None:
        self._raster = raster

    def decode(self, geometry: Geometry) -> list[Raster]:
        """The one frame."""
        return [Raster.of(resample(self._raster.image, geometry), self._raster.profile)]
