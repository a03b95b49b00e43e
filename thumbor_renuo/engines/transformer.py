"""Thumbor's transformer, whose trim and detectors are made for many threads."""

from thumbor.transformer import Transformer as ThumborTransformer

from thumbor_renuo.engines.detection import on_smaller
from thumbor_renuo.engines.vips import Engine
from thumbor_renuo.imaging.trim import content_box


class Transformer(ThumborTransformer):
    """Trims with libvips, and detects on a smaller copy, where our engine holds the picture.

    Thumbor's own trim keeps the interpreter's lock, and does not see the right end of lines in
    which one pixel only differs.
    """

    async def trim(self) -> None:
        """Cut the edge of one colour off, if that was asked for and leaves anything."""
        request, engine = self.context.request, self.engine
        if request.trim is None or not isinstance(engine, Engine):
            await super().trim()
            return
        tolerance = int(request.trim_tolerance or 0)
        is_top_left = request.trim_pos == "top-left"
        box = content_box(engine.raster, is_top_left=is_top_left, tolerance=tolerance)
        if box is None:
            return
        engine.crop(*box)
        if request.should_crop:
            for side, moved in zip(
                ("left", "top", "right", "bottom"), (box.left, box.top) * 2, strict=True
            ):
                request.crop[side] -= moved

    async def do_smart_detection(self) -> None:
        """Find what matters, and add it to the request's focal points."""
        modules = self.context.modules
        if isinstance(modules.engine, Engine):
            modules.detectors = on_smaller(modules.detectors)
        await super().do_smart_detection()
