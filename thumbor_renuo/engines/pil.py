"""Thumbor's Pillow engine that turns pictures of all formats the right way up."""

from typing import Any

from thumbor.engines.pil import Engine as PillowEngine

EXIF_HEADER = b"Exif\x00\x00"


class Engine(PillowEngine):
    """Reads the EXIF orientation of WebP as well."""

    exif: bytes | None

    def create_image(self, buffer: bytes) -> Any:
        """Open a picture; raises what Pillow raises."""
        image = super().create_image(buffer)
        if self.exif and not self.exif.startswith(EXIF_HEADER):
            # Only JPEG's APP1 segment begins with this header (Exif 2.32, 4.7.2). Thumbor asks for
            # it in every format, and would serve a WebP lying on its side.
            self.exif = EXIF_HEADER + self.exif
        return image
