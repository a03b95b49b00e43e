"""Thumbor's Pillow engine with pictures of all formats the right way up, and bounded ones."""

from io import BytesIO
from typing import Any

from thumbor.engines.pil import FORMATS
from thumbor.engines.pil import Engine as PillowEngine

from thumbor_renuo.delivery.filter_cost import PASTE_STEPS
from thumbor_renuo.errors import InvalidOptions, UnreadableImage

MOVING = {"GIF", "WEBP", "AVIF", "PNG"}
DEFAULT_FRAME_TIME = 80  # in milliseconds, where a frame has none
EXIF_HEADER = b"Exif\x00\x00"


class Engine(PillowEngine):
    """Reads the EXIF orientation of WebP as well, and makes nothing larger than is allowed.

    `context.max_pixels` and `context.filter_steps` (a FilterSteps) set the bounds, where they are
    there.
    """

    exif: bytes | None

    def create_image(self, buffer: bytes) -> Any:
        """Open a picture; raises what Pillow raises."""
        try:
            image = super().create_image(buffer)
            if self.extension == ".avif":
                image.load()
        except RuntimeError as error:  # Pillow's, of an AVIF that is damaged inside
            raise UnreadableImage("the AVIF is damaged") from error
        if self.exif and not self.exif.startswith(EXIF_HEADER):
            # Only JPEG's APP1 segment begins with this header (Exif 2.32, 4.7.2). Thumbor asks for
            # it in every format, and would serve a WebP lying on its side.
            self.exif = EXIF_HEADER + self.exif
        return image

    def read_multiple(self, images: Any, extension: str | None = None) -> bytes:
        """Encode an animation: with all frames, and their times, where the format has any."""
        kind = FORMATS.get(extension or self.extension or "", "GIF")
        file = BytesIO()
        if kind not in MOVING:
            still = images[0].convert("RGB") if kind == "JPEG" else images[0]
            still.save(file, kind)
            return file.getvalue()
        times = [int(image.info.get("duration", DEFAULT_FRAME_TIME)) for image in images]
        more = {"loop": images[0].info["loop"]} if "loop" in images[0].info else {}
        frames = [image.convert("RGBA") for image in images] if kind == "AVIF" else images
        frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=times, **more)
        return file.getvalue()

    def resize(self, width: Any, height: Any) -> None:
        """Resize; what `trim` has left of a picture may ask for more than anybody foresaw."""
        self._check_size(width, height)
        super().resize(width, height)

    def gen_image(self, size: Any, color: Any) -> Any:
        """Make a plain picture."""
        self._check_size(*size)
        return super().gen_image(size, color)

    def paste(self, other_engine: Any, pos: Any, merge: bool = True) -> None:  # noqa: FBT001, FBT002
        """Put another picture on this one: each time it looks at all of this one."""
        steps = getattr(self.context, "filter_steps", None)
        if steps is not None:
            width, height = self.size
            steps.take("watermark", width * height * PASTE_STEPS)
        super().paste(other_engine, pos, merge)

    def _check_size(self, width: Any, height: Any) -> None:
        limit = getattr(self.context, "max_pixels", None)
        if limit is not None and int(width) * int(height) > limit:
            raise InvalidOptions(
                f"an image of {int(width)}x{int(height)} pixels would be made, over the limit of "
                f"{limit}",
                limit=limit,
            )
