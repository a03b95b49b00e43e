"""Thumbor's own pipeline with errors that say what is wrong, and no 500 for hostile bytes."""

import struct
import sys
from typing import Any
from urllib.parse import unquote

from PIL import Image
from thumbor.engines import EngineResult
from thumbor.filters import FiltersFactory, FiltersRunner
from thumbor.handlers import FetchResult
from thumbor.handlers.imaging import ImagingHandler
from tornado.web import HTTPError

from thumbor_renuo.errors import (
    BadRequest,
    InvalidOptions,
    NotFound,
    OriginalTooLarge,
    RenuoError,
    StorageError,
    StorageTimeout,
    UnreadableImage,
)
from thumbor_renuo.handlers.base import SERVER, PublicHandler
from thumbor_renuo.handlers.services import Services

# What Pillow raises on bytes that are no image: the uploader's fault, not ours. (Thumbor tells it
# to render what is merely cut short.)
BROKEN_IMAGE = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, OverflowError, ZeroDivisionError,
    struct.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


class PipelineHandler(PublicHandler, ImagingHandler):
    """Base of the routes that end in Thumbor's pipeline."""

    keeps_errors = True
    compute_etag = ImagingHandler.compute_etag

    context: Any  # Thumbor's, one for each request

    def initialize(self, services: Services, context: Any) -> None:  # type: ignore[override]
        """Give each request a Thumbor context of its own."""
        PublicHandler.initialize(self, services)
        ImagingHandler.initialize(self, context)
        self.context.filters_factory = _CarefulFilters(self.context.filters_factory)

    async def run_pipeline(self, kwargs: dict[str, Any]) -> None:
        """Check the signature, load, transform and answer, within the bound on renders."""
        # Thumbor reads `callback` from the query, which nobody signed.
        self.request.arguments = {}
        with self.services.renders.place():
            try:
                await self.check_image(kwargs)
            except (RenuoError, HTTPError):
                raise
            except BROKEN_IMAGE as error:
                raise _unreadable() from error

    async def _fetch(self, url: str) -> FetchResult:
        try:
            return await super()._fetch(url)
        except BROKEN_IMAGE:  # the loader does not raise, so it is the engine that cannot read it
            result = FetchResult()
            result.engine_error = EngineResult.COULD_NOT_LOAD_IMAGE
            return result

    async def acquire_url_lock(self, url: str) -> None:
        """Leave out Thumbor's lock: its waiters wait without end and free what others hold."""

    def release_url_lock(self, url: str) -> None:
        """Leave out Thumbor's lock."""

    def _error(self, status: int, msg: str | None = None) -> None:
        """Thumbor's way of ending with a status and an empty body: raise ours instead."""
        raised = sys.exc_info()[1]
        if isinstance(raised, RenuoError):
            error: RenuoError = raised
        elif status == 500 and isinstance(raised, BROKEN_IMAGE):  # noqa: PLR2004
            error = _unreadable()
        else:
            error = self._in_words(status, msg or "")
        if error.status == 500 and raised is not None:  # noqa: PLR2004
            self.log_exception(*sys.exc_info())
        self.send_error(error.status, exc_info=(type(error), error, None))

    def _in_words(self, status: int, msg: str) -> RenuoError:
        if msg.startswith("Malformed URL"):
            return BadRequest("the URL's signature is not valid")
        if msg.startswith("No original image"):
            return BadRequest("the URL names no object of the bucket")
        limit = self.services.settings.source_max_bytes
        known: dict[int, RenuoError] = {
            400: _unreadable(),
            404: NotFound(f"there is no object {unquote(self.context.request.image_url)[:1024]}"),
            413: OriginalTooLarge(f"the original is over the limit of {limit} bytes", limit=limit),
            502: StorageError("the storage refused, broke off or cannot be reached"),
            504: StorageTimeout("the storage did not answer in time"),
        }
        return known.get(status, RenuoError("an unexpected error; it has been reported"))

    def finish(self, chunk: Any = None) -> Any:
        """Take Thumbor's name and version out of the answer."""
        if not self._headers_written:
            self.set_header("Server", SERVER)
        return super().finish(chunk)

    def on_finish(self) -> None:
        """Leave out Thumbor's metrics for what ended before it began."""
        if not hasattr(self, "_response_start"):
            self.context = None
        super().on_finish()


def _unreadable() -> UnreadableImage:
    return UnreadableImage("the object is no image that can be read")


class _CarefulFilters:
    """Thumbor's filters factory, whose filters fail with a message instead of a 500."""

    def __init__(self, factory: FiltersFactory) -> None:
        self._factory = factory
        self.filter_classes_map = factory.filter_classes_map

    def create_instances(self, context: Any, filter_params: Any) -> "_CarefulRunner":
        runner = self._factory.create_instances(context, filter_params)
        return _CarefulRunner(runner.filter_instances)


class _CarefulRunner(FiltersRunner):
    async def apply_filters(self, phase: str) -> None:
        filters = self.filter_instances.get(phase) or []
        while filters:
            running = filters.pop(0)
            name = running.runnable_method.filter_data["name"]
            if name == "round_corner":
                _check_corner(running)
            try:
                await running.run()
            except HTTPError as error:
                raise InvalidOptions(f"an image that {name!r} names cannot be had") from error
            except Exception as error:
                raise InvalidOptions(
                    f"the filter {name!r} cannot be applied with these arguments to this image"
                ) from error


def _check_corner(corner: Any) -> None:
    """Thumbor's C code writes past its memory where a corner is one pixel high."""
    radii = [int(part) for part in corner.params[0].split("|")]
    height = corner.engine.size[1]
    if radii[0] and min(radii[-1], height // 2) == 1:
        raise InvalidOptions(
            f"'round_corner' takes radii of 2 and more, and images of 4 and more pixels in height; "
            f"this one has {height}"
        )
