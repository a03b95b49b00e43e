"""One thumbnail, apart from any connection: fetched by the loop, made in a thread, stored."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import quote

from thumbor.context import RequestParameters
from thumbor.filters import PHASE_PRE_LOAD
from thumbor.point import FocalPoint
from thumbor.result_storages import ResultStorageResult
from thumbor.storages.no_storage import Storage as NoStorage

from thumbor_renuo.delivery import cache_policy
from thumbor_renuo.delivery.derivative_store import Derivative, DerivativeStore
from thumbor_renuo.delivery.filter_cost import FilterSteps
from thumbor_renuo.delivery.server_timing import ServerTiming
from thumbor_renuo.delivery.thumbnail_etag import seed_of
from thumbor_renuo.errors import BadRequest
from thumbor_renuo.handlers.careful_filters import CarefulFilters
from thumbor_renuo.handlers.detector_notes import DetectorNotes, for_threads
from thumbor_renuo.handlers.render_context import RenderContext
from thumbor_renuo.handlers.render_steps import RenderSteps
from thumbor_renuo.handlers.services import Made, Services
from thumbor_renuo.handlers.source_loader import SourceLoader
from thumbor_renuo.handlers.wanted import Validators, Wanted
from thumbor_renuo.imaging.cost import estimate_bytes
from thumbor_renuo.imaging.header import Header
from thumbor_renuo.imaging.time_limit import time_limit

NOTHING = nullcontext()
NO_STORAGE = NoStorage(None)  # the bucket has the images
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


class _Needs(NamedTuple):
    """A thread's word that it wants memory which is not free."""

    size: int


class Render:
    """One run of Thumbor's pipeline, for whoever waits for the image.

    Args:
        whole: Thumbor's context, of the application.
        headers: the request's, for what Thumbor reads of Accept.
        known: the image's state, where somebody has asked for it already.
        publish: told what was made, as soon as it is; storing it comes after.

    Attributes:
        share: tells other processes of what was made.
    """

    share: Callable[[Derivative], Awaitable[object]] | None = None

    def __init__(
        self,
        whole: Any,
        services: Services,
        wanted: Wanted,
        publish: Publish,
        *,
        headers: Any,
        known: Validators | None = None,
    ) -> None:
        self._services, self._wanted, self._publish = services, wanted, publish
        self._timing = ServerTiming()
        self._has_place = False
        self._held = 0
        self._header: Header | None = None
        self.context = context = RenderContext(whole, self)
        self._steps = RenderSteps(context, services, wanted, headers, self._timing)
        self._source = SourceLoader(context.modules.loader, context, services, wanted, known)
        self._notes: DetectorNotes | None = None
        self._equip(known, headers)

    def _equip(self, known: Validators | None, headers: Any) -> None:
        """Give Thumbor's context of this render what our plug-ins look for there."""
        wanted, context, settings = self._wanted, self.context, self._services.settings
        context.filters_factory = CarefulFilters(context.filters_factory)
        context.modules.loader = self._source
        context.modules.storage = NO_STORAGE
        context.max_pixels = wanted.rules.max_pixels if wanted.path else None
        context.filter_steps = FilterSteps(settings.thumbnail_filter_steps)
        context.source_max_bytes = wanted.rules.source_max_bytes
        context.remote_images = self._services.remote
        context.remote_hosts = wanted.rules.remote_hosts or ()
        context.source_name, context.levels = str(wanted.key), self._services.levels
        context.derivative = None
        if wanted.derivative:
            # Where the bucket's own rules do not let the CDN read, the ACL must.
            acl = settings.upload_acl if settings.upload_acl == "public-read" else ""
            etag = known.etag if known else ""
            original, store = str(wanted.key), self._services.store
            context.derivative = Target(wanted.derivative, original, store, etag, acl)
        context.request = self._parameters(headers)

    def _parameters(self, headers: Any) -> Any:
        wanted, config = self._wanted, self.context.config
        asked = SimpleNamespace(path=wanted.url, headers=headers)
        image = wanted.parameters["image"]
        image = wanted.key.quoted if image == str(wanted.key) else quote(str(image))
        request = RequestParameters(**{**wanted.parameters, "image": image, "request": asked})
        request.quality = None
        for side, most in (("width", config.MAX_WIDTH), ("height", config.MAX_HEIGHT)):
            if most and getattr(request, side) != "orig":
                setattr(request, side, min(getattr(request, side), most))
        request.meta_callback = config.META_CALLBACK_NAME or None
        return request

    async def run(self) -> None:
        """Look for the image where it is stored, make it if it is not there, and store it.

        Raises:
            RenuoError: says what is wrong.
        """
        stored = await self._stored()
        if stored is not None:
            self._timing.lap("store")
            self._publish(Made(stored, str(self._timing)))
            return
        try:
            made = await self._made()
        finally:
            self._leave_place()
        self._publish(Made(made, str(self._timing)))
        self._let_go()
        if self.share is not None:
            await self.share(made)
        await self._store(made)
        if self._notes is not None:
            await self._notes.write()

    # -- stored ones ----------------------------------------------------------------------------

    async def _stored(self) -> Derivative | None:
        storage, metrics = self.context.modules.result_storage, self.context.metrics
        result = await storage.get() if storage else None
        if storage:
            metrics.incr("result_storage.miss" if result is None else "result_storage.hit")
        if result is None:
            return None
        if not isinstance(result, ResultStorageResult):  # somebody else's
            return self._derivative(result, self._steps.define_image_type(self.context, result)[1])
        metrics.incr("result_storage.bytes_read", len(result.buffer))
        found: Derivative = result.metadata["derivative"]
        return found

    async def _store(self, made: Derivative) -> None:
        """Store it, within the app's budget."""
        context, wanted = self.context, self._wanted
        storage = context.modules.result_storage
        rate = wanted.rules.derivatives or ""
        has_room = await self._services.budget.take(wanted.app, rate)
        if not storage or context.request.prevent_result_storage:
            return
        if context.derivative is not None:
            context.derivative.result = made
            context.derivative.source_etag = self._source.source_etag
        if not has_room:
            context.derivative = None
        await storage.put(made.data)
        context.metrics.incr("result_storage.bytes_written", len(made.data))

    # -- making one -----------------------------------------------------------------------------

    async def _made(self) -> Derivative:
        context, source = self.context, self._source
        filters = context.filters_factory.create_instances(context, context.request.filters)
        await filters.apply_filters(PHASE_PRE_LOAD)
        url = context.request.image_url
        if not source.validate(context, url):
            raise BadRequest("the URL names no object of the bucket")
        self._timing.lap("store")
        with self._expected():
            await self._take_place()
            self._timing.lap("queue")
            data = await source.load_original(url)
            await source.load_images()
            context.source_bytes, context.source_etag = data, source.source_etag
            context.noise_seed = seed_of(source.etag)
            if context.request.smart and context.modules.detectors:
                await self._prepare_detection(url)
            self._timing.lap("load")
            return self._derivative(*await self._rendered(data, filters))

    def _expected(self) -> AbstractContextManager[None]:
        """Tell whoever decodes the original meanwhile in which size it will be wanted, too."""
        request = self.context.request
        sides = [0 if side == "orig" else side for side in (request.width, request.height)]
        if not any(sides) or request.should_crop or request.trim:
            return NOTHING  # how far it will be reduced is not known yet
        return self._services.levels.expecting(self.context.source_name, *sides)

    async def _take_place(self) -> None:
        rate = self._wanted.rules.derivatives or ""
        has_room = await self._services.budget.has_room(self._wanted.app, rate)
        await self._services.renders.take_place(self._wanted.app, is_low=not has_room)
        self._has_place = True

    def _leave_place(self) -> None:
        if self._has_place:
            self._has_place = False
            self._services.renders.leave(self._wanted.app)

    async def _prepare_detection(self, url: str) -> None:
        modules, loop = self.context.modules, asyncio.get_running_loop()
        self._notes = DetectorNotes(self.context, modules.importer.storage(self.context))
        await self._notes.read(url)
        modules.storage, modules.detectors = self._notes, for_threads(modules.detectors, loop)

    async def _rendered(self, data: bytes, filters: Any) -> tuple[bytes, str]:
        """In a thread, at the second go where its memory was not free at the first."""
        work = partial(self._render, data, filters)
        try:
            result = await self._services.pool.run(work)
            if isinstance(result, _Needs):
                # Whoever waits for memory keeps nobody from rendering. It needs no place again:
                # the budget and the threads bound those that come from there.
                self._leave_place()
                await self._services.memory.take(result.size, ballast=len(data))
                self._held = result.size
                self._timing.lap("queue")
                result = await self._services.pool.run(work)
            return result  # type: ignore[return-value]
        finally:
            if self._held:
                self._services.memory.give_back(self._held)

    def _render(self, data: bytes, filters: Any) -> tuple[bytes, str] | _Needs:
        with time_limit(self._services.settings.render_seconds):
            if self._header is None:
                self._header = self._source.check_original(data)
                self.context.source_header = self._header
                self._heed_focal_point(self._header)
            if not self._held:
                further = self._source.check_images()
                size = estimate_bytes(self._wanted.job(data, self._header, further))
                if not self._services.memory.take_now(size):
                    return _Needs(size)
                self._held = size
            return self._steps.make(data, self._header, filters)

    def _heed_focal_point(self, header: Header) -> None:
        """What the uploader said matters, where the URL says nothing of it."""
        request, focal = self.context.request, self._source.focal
        is_aligned = any(self._wanted.parameters.get(side) for side in ("halign", "valign"))
        if focal is not None and not is_aligned and not request.focal_points:
            x, y = focal.pixel(header.width, header.height)
            request.focal_points.append(FocalPoint(x, y, origin="Upload"))

    def _derivative(self, data: bytes, media_type: str) -> Derivative:
        request = self.context.request
        is_doubtful = request.prevent_result_storage or request.detection_error
        return Derivative(
            data=data,
            media_type=media_type,
            etag=self._source.etag,
            last_modified=self._source.last_modified,
            cache_control=cache_policy.NEVER if is_doubtful else self._wanted.cache_control,
        )

    def _let_go(self) -> None:
        """Drop the decoded pictures: Thumbor would hold them until the result is stored."""
        context = self.context
        context.request.engine = context.modules.engine = context.modules.gif_engine = None
        context.transformer = None
