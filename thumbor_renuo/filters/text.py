"""The filter `text`."""

from thumbor.filters import BaseFilter, filter_method

from thumbor_renuo.delivery.filter_text import decode_text
from thumbor_renuo.filters.arguments import colour
from thumbor_renuo.filters.pixels import PixelFilter
from thumbor_renuo.imaging.effects.text import Style, draw_text
from thumbor_renuo.imaging.effects.watermark import faded_alpha

X = r"(?:-?\d+p?)|center|left|right"
Y = r"(?:-?\d+p?)|center|top|bottom"


class Filter(PixelFilter):
    """`text(text,x,y,size[,colour[,alpha[,font]]])`, as imagor's `label`."""

    @filter_method(
        BaseFilter.String,
        X,
        Y,
        BaseFilter.PositiveNonZeroNumber,
        r"[\w]+",
        BaseFilter.PositiveNumber,
        r"[\w-]+",
    )
    async def text(
        self, text: str, x: str, y: str, size: int, color: str = "black", alpha: int = 0,
        font: str = "sans",
    ) -> None:  # fmt: skip
        """Write on the picture.

        Args:
            alpha: how much of it shines through, in per cent, as a watermark's.
        """
        red, green, blue, opacity = colour("text", color)
        ink = (red, green, blue, faded_alpha(opacity, alpha))
        self.raster = draw_text(self.raster, decode_text(text), x, y, Style(size, ink, font))
