"""Thumbor's filter `frame`, on libvips."""

from typing import Any

from thumbor.filters import BaseFilter, filter_method

from thumbor_renuo.delivery.made_pixels import check_pixels
from thumbor_renuo.filters.further_image import load_further
from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects.nine_patch import NinePatch
from thumbor_renuo.imaging.picture import Picture


class Filter(PixelFilter):
    """`frame(image)`: a nine patch."""

    def __init__(self, params: str, context: Any = None) -> None:
        super().__init__(params, context)
        self._patch: NinePatch | None = None

    @filter_method(BaseFilter.String)
    async def frame(self, url: str) -> None:
        """Put a frame around the picture; frames of an animation share it."""
        if self._patch is None:
            source = await load_further(self.context, "frame", url)
            self._patch = NinePatch(Picture.of(source).raster)
        raster = self.raster
        check_pixels(self.context, *self._patch.framed_size(raster.size))
        self.raster = self._patch.around(raster)
