"""Decoded pixels of one picture, in memory."""

from typing import Any, Self

import pyvips
from PIL import Image

from thumbor_renuo.imaging.time_limit import pixels

BANDS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
MODES = {bands: mode for mode, bands in BANDS.items()}
GREY, SRGB = "b-w", "srgb"
OPAQUE = 255


class Raster:
    """Pixels of 8 bits a channel; alpha is not premultiplied.

    Args:
        image: a pyvips image in memory with the bands of one of the four modes.
        profile: the ICC profile of the pixels; None for sRGB, and grey of sRGB's curve.
        pixels: a buffer of the image's packed pixels, where there is one.

    Attributes:
        width, height: in pixels.
        mode: `L`, `LA`, `RGB` or `RGBA`, as Pillow names them.
    """

    __slots__ = ("_pixels", "height", "image", "mode", "profile", "width")

    def __init__(self, image: Any, profile: bytes | None = None, *, pixels: Any = None) -> None:
        # libvips is asked once: each time costs as much as a hundred lines of Python.
        self.image = image
        self.width, self.height = int(image.width), int(image.height)
        self.mode = MODES[image.bands]
        self.profile = profile
        self._pixels = pixels

    @classmethod
    def of(cls, image: Any, profile: bytes | None = None) -> Self:
        """Run a pyvips pipeline of 8 bits and 1 to 4 bands.

        Raises:
            RenderTimeout: the time of this thread is over.
            pyvips.Error: as libvips has it.
        """
        # To run it twice, for a copy in memory and for its bytes, would start threads twice.
        data = pixels(image)
        bands = image.bands
        made = pyvips.Image.new_from_memory(data, image.width, image.height, bands, "uchar")
        grey = bands <= BANDS["LA"]
        return cls(made.copy(interpretation=GREY if grey else SRGB), profile, pixels=data)

    @classmethod
    def from_bytes(
        cls, mode: str, size: tuple[int, int], data: bytes, profile: bytes | None = None
    ) -> Self:
        """Take packed pixels, line by line from the top."""
        image = pyvips.Image.new_from_memory(data, *size, BANDS[mode], "uchar")
        grey = BANDS[mode] <= BANDS["LA"]
        return cls(image.copy(interpretation=GREY if grey else SRGB), profile, pixels=data)

    @classmethod
    def plain(cls, size: tuple[int, int], rgba: tuple[int, int, int, int]) -> Self:
        """One colour all over, in RGBA."""
        image = pyvips.Image.black(*size, bands=len(rgba)) + list(rgba)
        return cls.of(image.cast("uchar").copy(interpretation=SRGB))

    @classmethod
    def from_pillow(cls, image: Image.Image) -> Self:
        """Take a Pillow image; of a mode without 8 bits a channel, what Pillow converts it to."""
        if image.mode not in BANDS:
            has_alpha = "A" in image.mode.upper() or "transparency" in image.info
            image = image.convert("RGBA" if has_alpha else "RGB")
        return cls.from_bytes(image.mode, image.size, image.tobytes())

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height

    @property
    def has_alpha(self) -> bool:
        """Whether there is a channel for it."""
        return self.mode in {"LA", "RGBA"}

    def is_opaque(self) -> bool:
        """Whether nothing shines through any pixel."""
        return not self.has_alpha or self.image[self.image.bands - 1].min() == OPAQUE

    def to_bytes(self) -> bytes:
        """A copy of the packed pixels, line by line from the top."""
        return bytes(memoryview(self.pixels))  # Thumbor's C code writes into what it is given

    def to_pillow(self) -> Image.Image:
        """A Pillow image of the same mode; its pixels are a copy."""
        return Image.frombuffer(self.mode, self.size, self.pixels, "raw", self.mode, 0, 1).copy()

    @property
    def pixels(self) -> Any:
        """A buffer of the packed pixels, line by line from the top; it is not to be changed."""
        if self._pixels is None:
            self._pixels = pixels(self.image)
        return self._pixels

    def as_rgb(self) -> "Raster":
        """In colour, with alpha if it had any."""
        if self.image.bands > BANDS["LA"]:
            return self
        grey, *alpha = self.image.bandsplit()
        image = grey.bandjoin([grey, grey, *alpha]).copy(interpretation=SRGB)
        return Raster.of(image, self.profile)

    def as_grey(self) -> "Raster":
        """Without colour, with alpha if it had any; weighed as ITU-R BT.601 has it."""
        if self.image.bands <= BANDS["LA"]:
            return self
        luma = self.image[:3].recomb([[0.299, 0.587, 0.114]]).rint().cast("uchar")
        if self.has_alpha:
            luma = luma.bandjoin(self.image[3])
        return Raster.of(luma.copy(interpretation=GREY), self.profile)

    def with_alpha(self) -> "Raster":
        """With a channel for alpha, opaque where there was none."""
        if self.has_alpha:
            return self
        return Raster.of(self.image.bandjoin(OPAQUE), self.profile)

    def without_alpha(self) -> "Raster":
        """The same colours, all opaque; what was under transparent ones shows."""
        if not self.has_alpha:
            return self
        return Raster.of(self.image[: self.image.bands - 1], self.profile)
