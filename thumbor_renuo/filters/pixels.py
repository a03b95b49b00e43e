"""What all filters that change pixels stand on."""

from typing import Any

from thumbor.filters import BaseFilter

from thumbor_renuo.imaging.raster import Raster


class PixelFilter(BaseFilter):
    """A filter of a frame's pixels: of our engine's, and of those that keep a Pillow image."""

    @property
    def raster(self) -> Raster:
        """The pixels as they are now; to set them replaces the picture."""
        engine: Any = self.engine
        found: Raster | None = getattr(engine, "raster", None)
        return found or Raster.from_pillow(engine.image)

    @raster.setter
    def raster(self, raster: Raster) -> None:
        if hasattr(self.engine, "raster"):
            self.engine.raster = raster
        else:
            self.engine.image = raster.to_pillow()
