"""Thumbor's filter `upscale`, for each frame of an animation alike."""

from thumbor.filters import BaseFilter, filter_method


class Filter(BaseFilter):
    """`upscale()`."""

    @filter_method()
    async def upscale(self) -> None:
        """Enlarge a picture that is smaller than was asked for, until one side fits."""
        request, (width, height) = self.context.request, self.engine.size
        wanted = [side if isinstance(side, int) else 0 for side in (request.width, request.height)]
        if width >= wanted[0] or height >= wanted[1]:
            return
        if width / wanted[0] >= height / wanted[1]:
            self.engine.resize(wanted[0], int(height * wanted[0] / width))
        else:
            self.engine.resize(int(width * wanted[1] / height), wanted[1])
