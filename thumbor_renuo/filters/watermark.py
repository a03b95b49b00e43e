"""Thumbor's filter `watermark`, on libvips."""

from typing import Any

from thumbor.filters import BaseFilter, filter_method

from thumbor_renuo.delivery.made_pixels import check_pixels
from thumbor_renuo.filters.further_image import load_further
from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects import watermark as effect
from thumbor_renuo.imaging.picture import Picture
from thumbor_renuo.imaging.raster import Raster
from thumbor_renuo.imaging.source import Source

POSITION = r"(?:-?\d+p?)|center|repeat"
SHARE = r"(?:-?\d+)|none"


class Filter(PixelFilter):
    """`watermark(image,x,y,alpha[,width share[,height share]])`."""

    def __init__(self, params: str, context: Any = None) -> None:
        super().__init__(params, context)
        self._source: Source | None = None
        self._marks: dict[tuple[int, int], Raster] = {}

    @filter_method(BaseFilter.String, POSITION, POSITION, BaseFilter.PositiveNumber, SHARE, SHARE)
    async def watermark(
        self,
        url: str,
        x: str,
        y: str,
        alpha: int,
        w_ratio: str = "none",
        h_ratio: str = "none",
    ) -> None:
        """Lay another image on the picture; frames of an animation share it."""
        if self._source is None:
            self._source = await load_further(self.context, "watermark", url)
        header = self._source.header
        mark_size = (header.stored_width, header.stored_height)
        raster = self.raster
        size = effect.watermark_size(raster.size, mark_size, _share(w_ratio), _share(h_ratio))
        if size not in self._marks:
            self._marks[size] = self._made(self._source, size, alpha)
        self.raster = effect.stamp(raster, self._marks[size], x, y)

    def _made(self, source: Source, size: tuple[int, int], alpha: int) -> Raster:
        check_pixels(self.context, *size)
        picture = Picture.of(source)
        if alpha and source.header.has_alpha:
            # Fading cuts off at 0, so that it makes a difference which of the two comes first.
            picture = Picture.made(effect.faded(picture.raster, alpha))
            alpha = 0
        if picture.size != size:
            picture.resize(*size)
        return effect.faded(picture.raster, alpha)


def _share(percent: str) -> float | None:
    return None if percent == "none" else abs(int(percent)) / 100 or None
