"""Thumbor's steps from an original's bytes to the thumbnail's, all of them in one thread."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from PIL import Image
from thumbor.engines import BaseEngine
from thumbor.engines.json_engine import JSONEngine
from thumbor.filters import PHASE_AFTER_LOAD, PHASE_POST_TRANSFORM
from thumbor.handlers.imaging import ImagingHandler
from thumbor.utils import CONTENT_TYPE, EXTENSION

from thumbor_renuo.delivery.output_format import choose
from thumbor_renuo.delivery.server_timing import ServerTiming
from thumbor_renuo.engines.transformer import Transformer
from thumbor_renuo.errors import RenuoError, UnreadableImage
from thumbor_renuo.handlers.driving import drive
from thumbor_renuo.handlers.services import Services
from thumbor_renuo.handlers.wanted import Wanted
from thumbor_renuo.imaging.header import Header

# What engines on Pillow raise on bytes that are no image: the uploader's fault, not ours.
BROKEN_IMAGE = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, OverflowError, ZeroDivisionError,
    struct.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
MEDIA_TYPES = {**CONTENT_TYPE, ".jxl": "image/jxl"}
OWN_ENGINE = "thumbor_renuo.engines.vips"  # it says itself what is wrong with an image


class RenderSteps(ImagingHandler):
    """What of Thumbor's handler works on pixels, apart from any connection.

    Args:
        context: Thumbor's, of this render.
        headers: the request's, for what Thumbor reads of Accept.
        runner: the filters.
    """

    context: Any

    def __init__(
        self, context: Any, services: Services, wanted: Wanted, headers: Any, timing: ServerTiming
    ) -> None:
        # Tornado's __init__ wants a connection, and nothing of the steps needs what it makes.
        self.request: Any = SimpleNamespace(path=wanted.url, headers=headers, arguments={})
        self.context, self._services, self._wanted = context, services, wanted
        self._timing = timing
        self._header: Header | None = None
        self._engine: Any = None
        self._media_type = ""

    def make(self, data: bytes, header: Header, filters: Any) -> tuple[bytes, str]:
        """Decode, transform, encode; in a thread.

        Args:
            filters: Thumbor's runner of them.

        Returns:
            the thumbnail and its type.

        Raises:
            RenuoError: says what is wrong with the image or the options.
        """
        self._header = header
        with self._broken_images():
            engine = self._load(data)
            normalized = engine.normalize()
            self._timing.lap("decode")
            self._transform(engine, filters, is_normalized=normalized)
            self._timing.lap("transform")
            result, media_type = self._load_results(self.context)
            self._timing.lap("encode")
        data = result.encode() if isinstance(result, str) else result
        # Thumbor does not know all types by their bytes.
        return data, media_type or self._media_type

    def _load(self, data: bytes) -> Any:
        context = self.context
        kind = BaseEngine.get_mimetype(data)
        context.request.extension = EXTENSION.get(kind, ".jpg")
        modules = context.modules
        is_gifsicle = kind == "image/gif" and context.config.USE_GIFSICLE_ENGINE
        engine = modules.gif_engine if is_gifsicle else modules.engine
        context.request.engine = self._engine = engine
        engine.load(data, context.request.extension)
        if engine.image is None:
            raise _unreadable()
        return engine

    def _transform(self, engine: Any, filters: Any, *, is_normalized: bool) -> None:
        context, request = self.context, self.context.request
        transformer = context.transformer = Transformer(context)
        drive(filters.apply_filters(PHASE_AFTER_LOAD))
        self.normalize_crops(is_normalized, request, engine)
        if request.meta:
            told = JSONEngine(engine, request.image_url, request.meta_callback)
            transformer.engine = request.engine = told
        drive(transformer.transform())
        # Thumbor leaves them out for GIFs.
        drive(filters.apply_filters(PHASE_POST_TRANSFORM))

    @contextmanager
    def _broken_images(self) -> Iterator[None]:
        try:
            yield
        except RenuoError:
            raise
        except BROKEN_IMAGE as error:
            if type(self._engine).__module__ == OWN_ENGINE:
                raise
            raise _unreadable() from error

    def define_image_type(self, context: Any, result: Any) -> tuple[str, str]:
        """The extension and type of what is made."""
        extension, self._media_type = self._type(context, result)
        return extension, self._media_type

    def _type(self, context: Any, result: Any) -> tuple[str, str]:
        variant, header = self._wanted.variant, self._header
        if result is not None or context.request.meta or variant is None or header is None:
            return self._stock_type(context, result)
        if variant.startswith("auto") and context.request.format:
            return self._stock_type(context, result)
        engine = context.request.engine
        chosen = choose(
            variant,
            source=header.format,
            is_animated=engine.is_multiple(),
            has_alpha=engine.has_transparency(),
            formats=self._services.settings.auto_formats,
        )
        if chosen == "png" and variant == "auto" and self.can_auto_convert_png_to_jpg():
            chosen = "jpeg"
        extension = ".jpg" if chosen == "jpeg" else f".{chosen}"
        return extension, MEDIA_TYPES[extension]

    def _stock_type(self, context: Any, result: Any) -> tuple[str, str]:
        extension, media_type = super().define_image_type(context, result)
        return str(extension), str(media_type)


def _unreadable() -> UnreadableImage:
    return UnreadableImage("the object is no image that can be read")
