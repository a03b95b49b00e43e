"""Thumbor's own pipeline, apart from any connection: one image for whoever waits for it."""

import asyncio
import struct
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

from PIL import Image
from thumbor.engines import EngineResult
from thumbor.filters import PHASE_POST_TRANSFORM
from thumbor.handlers import FetchResult
from thumbor.handlers.imaging import ImagingHandler
from thumbor.loaders import LoaderResult
from thumbor.result_storages import ResultStorageResult
from thumbor.utils import CONTENT_TYPE

from thumbor_renuo.delivery import cache_policy
from thumbor_renuo.delivery.derivative_store import Derivative, DerivativeStore
from thumbor_renuo.delivery.filter_cost import FilterSteps
from thumbor_renuo.delivery.output_format import choose
from thumbor_renuo.delivery.server_timing import ServerTiming
from thumbor_renuo.delivery.thumbnail_etag import seed_of
from thumbor_renuo.errors import (
    BadRequest,
    NotFound,
    OriginalTooLarge,
    RenuoError,
    StorageError,
    StorageTimeout,
    UnreadableImage,
)
from thumbor_renuo.handlers.careful_filters import CarefulFilters
from thumbor_renuo.handlers.services import Made, Services
from thumbor_renuo.handlers.source_loader import SourceLoader
from thumbor_renuo.handlers.wanted import Validators, Wanted

# What Pillow raises on bytes that are no image: the uploader's fault, not ours. (Thumbor tells it
# to render what is merely cut short.)
BROKEN_IMAGE = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, OverflowError, ZeroDivisionError,
    struct.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
Publish = Callable[[Made], None]


@dataclass
class Target:
    """Where the result is looked for and stored; Thumbor's RESULT_STORAGE reads it.

    Attributes:
        etag: that of the image, where it is known before: another stored one is out of date.
        acl: S3's, where one is wanted.
        source_etag: of what was rendered.
        result: what is to be stored.
    """

    key: str
    original: str
    store: DerivativeStore
    etag: str = ""
    acl: str = ""
    source_etag: str = ""
    result: Derivative | None = None


class Render(ImagingHandler):
    """One run of the pipeline; the places of Thumbor's that write to a connection keep it instead.

    Args:
        context: Thumbor's, of the application.
        headers: the request's, for what Thumbor reads of Accept.
        known: the image's state, where somebody has asked for it already.
        publish: told what was made, as soon as it is; storing it comes after.

    Attributes:
        share: tells other processes of what was made.
    """

    context: Any
    share: Callable[[Derivative], Awaitable[object]] | None = None

    def __init__(
        self,
        context: Any,
        services: Services,
        wanted: Wanted,
        publish: Publish,
        *,
        headers: Any,
        known: Validators | None = None,
    ) -> None:
        # Tornado's __init__ wants a connection, and nothing of the pipeline needs what it makes.
        self.request: Any = SimpleNamespace(path=wanted.url, headers=headers, arguments={})
        self._services, self._wanted, self._publish = services, wanted, publish
        self._response_start = datetime.now()  # noqa: DTZ005  (Thumbor subtracts naive ones)
        self._timing = ServerTiming()
        self._place = AsyncExitStack()
        self._failure: Exception | None = None
        self.initialize(context)
        self._equip(known)

    def _equip(self, known: Validators | None) -> None:
        """Give Thumbor's context of this render what our plug-ins look for there."""
        wanted, context = self._wanted, self.context
        context.filters_factory = CarefulFilters(context.filters_factory)
        images = known.images if known else None
        self._loader = SourceLoader(context.modules.loader, self._services, wanted, images)
        context.thread_pool = _PatientPool(context.thread_pool)
        context.modules.loader = SimpleNamespace(load=self._load, validate=self._loader.validate)
        context.max_pixels = wanted.rules.max_pixels if wanted.path else None
        context.filter_steps = FilterSteps(self._services.settings.thumbnail_filter_steps)
        context.source_max_bytes = wanted.rules.source_max_bytes
        context.remote_images = self._services.remote
        context.remote_hosts = wanted.rules.remote_hosts or ()
        context.derivative = None
        if wanted.derivative:
            original = str(wanted.key)
            store, settings = self._services.store, self._services.settings
            # Where the bucket's own rules do not let the CDN read, the ACL must.
            acl = settings.upload_acl if settings.upload_acl == "public-read" else ""
            etag = known.etag if known else ""
            context.derivative = Target(wanted.derivative, original, store, etag, acl)

    async def run(self) -> None:
        """Look for the image where it is stored, make it if it is not there, and store it.

        Raises:
            RenuoError: says what is wrong.
        """
        async with self._place:
            try:
                await self.check_image(dict(self._wanted.parameters))
            except RenuoError as error:
                raise self._failure or error from None
            except BROKEN_IMAGE as error:
                raise self._failure or _unreadable() from error
        if self._failure is not None:
            raise self._failure

    # -- the loader's place ---------------------------------------------------------------------

    async def _load(self, context: Any, url: str) -> LoaderResult:
        """Wait for a place, then load; what is wrong is kept: Thumbor would log and reword it."""
        try:
            if self._loader.header is not None:
                return await self._loader.load(context, url)
            await self._take_place()
            result = await self._loader.load(context, url)
            if result.successful:
                await self._count(context)
        except RenuoError as error:
            self._failure = error
            return LoaderResult(successful=False, error=error.status)
        context.noise_seed = seed_of(self._loader.etag) if self._loader.etag else 0
        self._timing.lap("load")
        return result

    async def _take_place(self) -> None:
        self._timing.lap("store")
        rate = self._wanted.rules.derivatives or ""
        has_room = await self._services.budget.has_room(self._wanted.app, rate)
        place = self._services.renders.place(self._wanted.app, is_low=not has_room)
        await self._place.enter_async_context(place)
        self._timing.lap("queue")

    async def _count(self, context: Any) -> None:
        """Take it from the app's budget, now that there is something to be made."""
        rate = self._wanted.rules.derivatives or ""
        if not await self._services.budget.take(self._wanted.app, rate):
            context.derivative = None
        elif context.derivative is not None:
            context.derivative.source_etag = self._loader.source_etag

    # -- Thumbor's steps ------------------------------------------------------------------------

    def validate(self, path: Any) -> bool:
        """Whether the loader takes such an image at all."""
        return self._loader.validate(self.context, path)

    async def _fetch(self, url: str) -> FetchResult:
        try:
            result = await super()._fetch(url)
        except RenuoError:
            raise
        except BROKEN_IMAGE:  # the loader does not raise, so it is the engine that cannot read it
            result = FetchResult()
            result.engine_error = EngineResult.COULD_NOT_LOAD_IMAGE
        self._timing.lap("decode")
        return result

    async def after_transform(self) -> None:
        """Apply the filters; Thumbor leaves them out for GIFs."""
        await self.filters_runner.apply_filters(PHASE_POST_TRANSFORM)
        await self.finish_request()

    async def finish_request(self, result_from_storage: Any = None) -> None:
        """Encode, unless it was stored."""
        self._timing.lap("store" if result_from_storage is not None else "transform")
        await super().finish_request(result_from_storage)

    async def _process_result_from_storage(self, result: Any) -> None:
        """Leave out Thumbor's dates: the handler answers conditions."""

    def define_image_type(self, context: Any, result: Any) -> tuple[str, str]:
        """The extension and type of what is made."""
        variant, header = self._wanted.variant, self._loader.header
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
        return extension, CONTENT_TYPE[extension]

    def _stock_type(self, context: Any, result: Any) -> tuple[str, str]:
        extension, media_type = super().define_image_type(context, result)
        return str(extension), str(media_type)

    async def _write_results_to_client(self, results: Any, content_type: str) -> None:
        """Hand the result to whoever waits; Thumbor stores it afterwards."""
        if isinstance(results, ResultStorageResult):
            self._publish(Made(results.metadata["derivative"], str(self._timing)))
            return
        self._timing.lap("encode")
        made = self._made(results, content_type)
        if self.context.derivative is not None:
            self.context.derivative.result = made
        self._publish(Made(made, str(self._timing)))
        self._let_go()
        await self._place.aclose()  # what follows wants no place
        if self.share is not None:
            await self.share(made)

    def _let_go(self) -> None:
        """Drop the decoded pictures: Thumbor would hold them until the result is stored."""
        request, modules = self.context.request, self.context.modules
        request.engine = modules.engine = modules.gif_engine = None
        self.context.transformer = None
        self.filters_runner: Any = None

    def _made(self, results: Any, content_type: str) -> Derivative:
        request = self.context.request
        is_doubtful = request.prevent_result_storage or request.detection_error
        return Derivative(
            data=results.encode() if isinstance(results, str) else results,
            media_type=content_type,
            etag=self._loader.etag,
            last_modified=self._loader.last_modified,
            cache_control=cache_policy.NEVER if is_doubtful else self._wanted.cache_control,
        )

    async def acquire_url_lock(self, url: str) -> None:
        """Leave out Thumbor's lock: its waiters wait without end and free what others hold."""

    def release_url_lock(self, url: str) -> None:
        """Leave out Thumbor's lock."""

    def log_exception(self, *_exc_info: Any) -> None:
        """Leave it to the handler that is told of the failure."""

    def _error(self, status: int, msg: str | None = None) -> None:
        """Thumbor's way of ending with a status and an empty body: keep the error instead."""
        raised = sys.exc_info()[1]
        if self._failure is not None:
            return
        if isinstance(raised, RenuoError):
            self._failure = raised
        elif status == 500 and isinstance(raised, BROKEN_IMAGE):  # noqa: PLR2004
            self._failure = _unreadable()
        elif status == 500 and isinstance(raised, Exception):  # noqa: PLR2004
            self._failure = raised
        else:
            self._failure = self._in_words(status, msg or "")

    def _in_words(self, status: int, msg: str) -> RenuoError:
        if msg.startswith("Malformed URL"):
            return BadRequest("the URL's signature is not valid")
        if msg.startswith("No original image"):
            return BadRequest("the URL names no object of the bucket")
        limit = self._wanted.rules.source_max_bytes
        known: dict[int, RenuoError] = {
            400: _unreadable(),
            404: NotFound(f"there is no object {unquote(str(self._wanted.key))[:1024]}"),
            413: OriginalTooLarge(f"the original is over the limit of {limit} bytes", limit=limit),
            502: StorageError("the storage refused, broke off or cannot be reached"),
            504: StorageTimeout("the storage did not answer in time"),
        }
        return known.get(status, RenuoError("an unexpected error; it has been reported"))


class _PatientPool:
    """Thumbor's threads; what has begun in one holds its place until it ends, even if cancelled."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def queue(self, operation: Any, *arguments: Any) -> Any:
        """Run it in a thread."""
        working = asyncio.ensure_future(self._pool.queue(operation, *arguments))
        try:
            return await asyncio.shield(working)
        except asyncio.CancelledError:
            await asyncio.wait({working})
            if not working.cancelled():
                working.exception()  # taken note of: nobody else will
            raise


def _unreadable() -> UnreadableImage:
    return UnreadableImage("the object is no image that can be read")
