"""Thumbor's engine on libvips and libjpeg-turbo: nothing is decoded before pixels are needed."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from struct import pack
from typing import Any

from PIL import Image, ImageColor, ImageDraw
from thumbor.engines import BaseEngine, MultipleEngine

from thumbor_renuo.delivery.made_pixels import check_pixels
from thumbor_renuo.engines.settings import EngineSettings
from thumbor_renuo.errors import InvalidOptions
from thumbor_renuo.imaging import encoders
from thumbor_renuo.imaging.effects.paste import paste
from thumbor_renuo.imaging.encoders import EncodeOptions
from thumbor_renuo.imaging.geometry import COUNTERCLOCKWISE, FLIP_H, FLIP_V, UPRIGHT, Turn
from thumbor_renuo.imaging.kept_metadata import kept_exif, kept_iptc
from thumbor_renuo.imaging.picture import Picture
from thumbor_renuo.imaging.profile import to_srgb
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.source import Source

# As Thumbor has it: what it serves of an original whose format it cannot make, or none can show.
MADE_OF = {".tif": "png", ".tiff": "png", ".svg": "png", ".jpg": "jpeg", ".heif": "heic"}
EXTENSIONS = {"jpeg": ".jpg", "tiff": ".tif", "svg": ".png", "bmp": ".jpg", "heic": ".heif"}
DEFAULT_DELAY = 80  # in milliseconds, where a frame has none


class Engine(BaseEngine):
    """Keeps pictures as Picture; crop, resize and turns wait until somebody wants pixels.

    What our handlers leave in Thumbor's context is used where it is there: `source_bytes` with
    `source_header`, `source_name`, `source_etag` and `levels` (the original, read already),
    `max_pixels` (the most that may be made).
    """

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self.settings = EngineSettings.of(context.config)
        self.source: Source | None = None
        self.multiple_engine: MultipleEngine | None = None
        self._orientation: int | None = None
        self._keeps_exif = True

    # -- pictures -------------------------------------------------------------------------------

    @property
    def image(self) -> Picture | None:
        """The picture, or the first frame of an animation; a Pillow image may be set."""
        return self._picture

    @image.setter
    def image(self, image: Picture | Image.Image | None) -> None:
        if isinstance(image, Image.Image):
            image = Picture.made(Raster.from_pillow(image))
        self._picture = image

    @property
    def picture(self) -> Picture:
        """The picture, once there is one."""
        if self._picture is None:
            raise InvalidOptions("there is no image yet")
        return self._picture

    @property
    def pictures(self) -> list[Picture]:
        """All frames."""
        if self.multiple_engine is None:
            return [self.picture]
        return [frame.picture for frame in self.multiple_engine.frame_engines]

    @property
    def raster(self) -> Raster:
        """The pixels as they are now; to set them replaces the picture."""
        return self.picture.raster

    @raster.setter
    def raster(self, raster: Raster) -> None:
        self._picture = Picture.made(raster)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, in pixels."""
        return self.pictures[0].size

    def load(self, buffer: bytes, extension: str | None) -> None:
        """Read the header of a file; its pixels are decoded later.

        Past Thumbor's option MAX_PIXELS there is no image.

        Raises:
            UnreadableImage, UnsupportedType, TooLarge: it is no picture that can be read.
        """
        self.source = source = self._source(buffer)
        header, limit = source.header, self.settings.max_pixels
        if limit is not None and header.width * header.height > limit:
            return  # without an image, as Thumbor has it
        self.extension = _extension(source, extension)
        self._orientation = source.header.orientation
        self.frame_count = source.frames
        self._picture = Picture.of(source)
        if source.frames > 1:
            self.multiple_engine = MultipleEngine(self)
            for frame in range(source.frames):
                self.multiple_engine.add_frame(Picture.of(source, frame))
        self.source_width, self.source_height = self.size

    def copy_of_first(self, width: int, height: int) -> "Engine":
        """An engine with the picture, or an animation's first frame, in another size."""
        other = Engine(self.context)
        other.image = copy(self.pictures[0])
        other.picture.resize(width, height)  # the limits are for what is sent
        return other

    def create_image(self, buffer: bytes) -> Picture:
        """The first frame of a file."""
        self.source = self._source(buffer)
        return Picture.of(self.source)

    def _source(self, buffer: bytes) -> Source:
        context, decoding = self.context, self.settings.decoding
        if getattr(context, "source_bytes", None) is not buffer:
            return Source.of(buffer, decoding)
        return Source(
            buffer,
            context.source_header,
            decoding,
            name=context.source_name,
            etag=context.source_etag,
            levels=context.levels,
        )

    # -- geometry -------------------------------------------------------------------------------

    def crop(self, left: Any, top: Any, right: Any, bottom: Any) -> None:
        """Keep a box; a side that Thumbor has rounded to nothing is one pixel."""
        left, top = (
            min(max(int(at), 0), side - 1) for at, side in zip((left, top), self.size, strict=True)
        )
        right, bottom = max(int(right), left + 1), max(int(bottom), top + 1)
        for picture in self.pictures:
            picture.crop(left, top, right, bottom)

    def resize(self, width: Any, height: Any) -> None:
        """Resize to this.

        Raises:
            InvalidOptions: that would be more pixels than are allowed.
        """
        width, height = int(width), int(height)
        check_pixels(self.context, width, height)
        for picture in self.pictures:
            picture.resize(width, height)

    def rotate(self, degrees: int) -> None:
        """Turn by a multiple of 90 degrees, counterclockwise."""
        self._turn(COUNTERCLOCKWISE[degrees % 360])

    def flip_horizontally(self) -> None:
        """Mirror left and right."""
        self._turn(FLIP_H)

    def flip_vertically(self) -> None:
        """Mirror top and bottom."""
        self._turn(FLIP_V)

    def _turn(self, turn: Turn) -> None:
        for picture in self.pictures:
            picture.turn(turn)

    def get_orientation(self) -> int | None:
        """The EXIF orientation, 1 to 8; None without an original."""
        return self._orientation

    @property
    def exif(self) -> bytes | None:
        """EXIF data that tell the orientation only: Thumbor's `meta` reads it there."""
        if self._orientation is None:
            return None
        # One directory of one entry, tag 274, a SHORT (TIFF 6.0, section 2).
        entry = pack("<HHIHHI", 274, 3, 1, self._orientation, 0, 0)
        return b"Exif\0\0II*\0" + pack("<IH", 8, 1) + entry

    def reorientate(self, override_exif: bool = True) -> None:  # noqa: FBT001, FBT002  (Thumbor's)
        """Lay the picture upright."""
        self._turn(UPRIGHT[self._orientation or 1])
        if override_exif and self._orientation:
            self._orientation = 1

    def extract_cover(self) -> None:
        """Keep an animation's first frame."""
        self._picture, self.multiple_engine = self.pictures[0], None

    # -- pixels ---------------------------------------------------------------------------------

    def gen_image(self, size: Any, color: Any) -> Picture:
        """A plain picture.

        Args:
            color: any that Pillow knows, or `transparent`.

        Raises:
            ValueError: there is no such colour.
        """
        width, height = (int(side) for side in size)
        check_pixels(self.context, width, height)
        rgba = (0, 0, 0, 0)
        if color not in ("transparent", None):
            rgba = ImageColor.getcolor(color, "RGBA")
        return Picture.made(Raster.plain((width, height), rgba))

    def paste(self, other_engine: Any, pos: Any, merge: bool = True) -> None:  # noqa: FBT001, FBT002
        """Put another picture on this one, blended by its alpha or, without `merge`, as it is."""
        x, y = (int(place) for place in pos)
        under, over = (engine.raster.as_rgb().with_alpha() for engine in (self, other_engine))
        if merge:
            self.raster = paste(under, over, x, y)
        else:
            self.raster = Raster.of(under.image.insert(over.image, x, y), under.profile)

    def enable_alpha(self) -> None:
        """Give the picture colours, and a channel for transparency."""
        self._replace(lambda raster: raster.as_rgb().with_alpha())

    def image_data_as_rgb(self, update_image: bool = True) -> tuple[str, bytes]:  # noqa: FBT001, FBT002
        """The mode, RGB or RGBA, and the packed pixels."""
        raster = self.raster.as_rgb()
        if update_image and raster is not self.raster:
            self.raster = raster
        # Thumbor's C filters write into it: it must be nobody else's.
        return raster.mode, bytes(bytearray(raster.to_bytes()))

    def set_image_data(self, data: bytes) -> None:
        """Replace the pixels, in the same mode and size."""
        old = self.raster
        self.raster = Raster.from_bytes(old.mode, old.size, bytes(data), old.profile)

    def get_image_data(self) -> bytes:
        """The packed pixels."""
        return bytes(bytearray(self.raster.to_bytes()))

    def get_image_mode(self) -> str:
        """`L`, `LA`, `RGB` or `RGBA`."""
        return self.raster.mode

    def convert_to_grayscale(
        self,
        update_image: bool = True,  # noqa: FBT001, FBT002
        alpha: bool = True,  # noqa: FBT001, FBT002
    ) -> Image.Image | None:
        """Take the colour away, and with `alpha=False` the transparency.

        Returns:
            with `update_image=False`, for detectors, a Pillow image.
        """

        def grey(raster: Raster) -> Raster:
            return raster.as_grey() if alpha else raster.as_grey().without_alpha()

        if not update_image:
            return grey(self.raster).to_pillow()
        self._replace(grey)
        return None

    def draw_rectangle(self, x: Any, y: Any, width: Any, height: Any) -> None:
        """Show a focal point, for debugging."""
        image = self.raster.as_rgb().to_pillow()
        ImageDraw.Draw(image).rectangle([x, y, x + width, y + height])
        self.raster = Raster.from_pillow(image)

    def _replace(self, change: Callable[[Raster], Raster]) -> None:
        engines = self.multiple_engine.frame_engines if self.multiple_engine else [self]
        for engine in engines:
            raster = change(engine.raster)
            if raster is not engine.raster:
                engine.raster = raster

    # -- result ---------------------------------------------------------------------------------

    def has_transparency(self) -> bool:
        """Whether anything shines through."""
        return not self.pictures[0].raster.is_opaque()

    def avif_enabled(self) -> bool:
        """Whether AVIF can be made."""
        return "avif" in encoders.MADE_HERE

    def heif_enabled(self) -> bool:
        """Whether HEIC can be made."""
        return "heic" in encoders.MADE_HERE

    def strip_exif(self) -> None:
        """Leave out the EXIF data, where it would have been kept, but for the copyright's."""
        self._keeps_exif = False

    def strip_icc(self) -> None:
        """Convert to sRGB, where the profile would have been kept."""
        self._replace(_srgb)

    def read(self, extension: str | None = None, quality: int | None = None) -> bytes:
        """Encode.

        Args:
            extension: `.jpg`, `.webp` …; None for the original's.
            quality: 1 to 100; None for the configured one.

        Raises:
            InvalidOptions: the format takes no picture of this size.
        """
        raster, name = self.pictures[0].raster, _format(extension or self.extension)
        if name not in encoders.MADE_HERE:
            name = "png" if raster.has_alpha else "jpeg"
        options = self._encoding(name, quality)
        self.extension = extension or self.extension
        if self.multiple_engine is None or name not in encoders.ANIMATED:
            return encoders.encode(raster, name, options)
        rasters = [picture.raster for picture in self.pictures]
        delays = self.source.delays_ms if self.source else ()
        delays = delays or (DEFAULT_DELAY,) * len(rasters)
        loop = self.source.loop if self.source else 0
        return encoders.encode_animation(rasters, delays, loop, name, options)

    def _encoding(self, name: str, quality: int | None) -> EncodeOptions:
        options = self.settings.options(name, quality)
        source = self.source
        if source is None:
            return options
        settings = self.settings
        exif = iptc = None
        keeps_all = settings.keeps_exif and self._keeps_exif
        if keeps_all or settings.keeps_copyright:
            exif = kept_exif(source, only_copyright=not keeps_all)
        if settings.keeps_iptc and name == "jpeg":
            iptc = kept_iptc(source)
        is_indexed = settings.keeps_palette and source.is_indexed
        return replace(options, indexed=is_indexed, exif=exif, iptc=iptc)


def _format(extension: str | None) -> str:
    return MADE_OF.get(extension or "", (extension or "").lstrip("."))


def _extension(source: Source, extension: str | None) -> str:
    name = source.header.format
    if extension and name not in ("svg", "bmp", "heic", "jxl"):
        return extension
    return EXTENSIONS.get(name, f".{name}")


def _srgb(raster: Raster) -> Raster:
    return Raster.of(to_srgb(raster.image, raster.profile)[0]) if raster.profile else raster
