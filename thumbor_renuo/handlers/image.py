"""What the routes share that answer with an image of Thumbor's making."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, TypeVar

from tornado.iostream import StreamClosedError

from thumbor_renuo.delivery import cache_policy, conditional_request
from thumbor_renuo.delivery.derivative_store import Derivative
from thumbor_renuo.errors import PreconditionFailed
from thumbor_renuo.handlers.app_image import AppImageHandler
from thumbor_renuo.handlers.render_once import render_once
from thumbor_renuo.handlers.services import Made, Services
from thumbor_renuo.handlers.source_loader import image_etags
from thumbor_renuo.handlers.wanted import Validators, Wanted
from thumbor_renuo.s3.client import S3Bucket

PIECE_BYTES = 64 * 1024
Result = TypeVar("Result")


class ImageHandler(AppImageHandler):
    """Base: conditions, one render for equal requests, and the answer's headers."""

    def initialize(self, services: Services, context: Any) -> None:  # type: ignore[override]
        """Take what the route table hands over: the services, and Thumbor's context."""
        super().initialize(services)
        self.thumbor = context
        self._waiting: asyncio.Task[Any] | None = None

    async def serve(self, wanted: Wanted, *, vary: str = "", lifetime: str = "") -> None:
        """Answer with an image, or with 304 where the client has it already.

        Args:
            vary: the request headers that chose it.
            lifetime: the Cache-Control, where it is not the image's own.
        """
        recent = self.services.recent.get(wanted.name)
        known = _validators(recent) if recent else await self._ask(wanted)
        if known and self._is_decided(known):
            self.describe(lifetime or wanted.cache_control, vary, known)
            self.set_status(304)
            return
        made = recent or await self.made(wanted, known)
        self.describe(lifetime or made.derivative.cache_control, vary, _validators(made))
        self.describe_body(made, is_recent=recent is not None)
        if recent:
            self.keep_answer(wanted.name, recent)
        await self.answer(made)

    async def made(self, wanted: Wanted, known: Validators | None = None) -> Made:
        """The image; if the client leaves, nobody works on for it alone."""
        once = render_once(
            self.services, self.thumbor, wanted, headers=self.request.headers, known=known
        )
        return await self._unless_left(once)

    async def _unless_left(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Wait for it for as long as the client is there."""
        # Tornado does not tell of a client that had left before its request was read.
        connection: Any = self.request.connection
        if self.client_has_left or connection.stream.closed():
            work.close()
            raise StreamClosedError
        self._waiting = waiting = asyncio.current_task()
        try:
            return await work
        except asyncio.CancelledError:
            if not self.client_has_left or waiting is None or waiting.uncancel():
                raise
            raise StreamClosedError from None
        finally:
            self._waiting = None

    def on_connection_close(self) -> None:
        """Give up the client's part in the render."""
        super().on_connection_close()
        if self._waiting:
            self._waiting.cancel()

    def keep_answer(self, name: str, made: Made) -> None:
        """Take note of an answer from memory that is about to be sent."""

    def describe_body(self, made: Made, *, is_recent: bool = False) -> None:
        """Set the headers that 304 has not."""
        self.set_header("Content-Type", made.derivative.media_type)
        self.set_header("Server-Timing", "memory" if is_recent else made.timing)
        self.set_header("Content-Length", str(len(made.derivative.data)))

    async def answer(self, made: Made) -> None:
        """Write the image, to a client that takes it fast enough."""
        data = made.derivative.data
        if self.request.method != "HEAD":
            if len(data) <= PIECE_BYTES:
                await self.send_whole(data)
            else:
                await self.send(_pieces(data), len(data))

    async def _ask(self, wanted: Wanted) -> Validators | None:
        """What one HEAD tells without a render: for conditions, and of keys that may change."""
        is_conditional = conditional_request.is_conditional(self.request.headers)
        if not is_conditional and cache_policy.is_immutable(wanted.key):
            return None

        async def ask(publish: Callable[[Validators], None]) -> None:
            bucket = S3Bucket.of(self.services.settings, "thumbnails")
            source = await bucket.head(str(wanted.key))
            images = await image_etags(self.services, wanted)
            etag = wanted.etag(source.etag, images, source.metadata)
            publish(Validators(etag, source.last_modified, images))

        return await self._unless_left(self.services.asking.run(wanted.name, ask))

    def _is_decided(self, known: Validators) -> bool:
        headers = self.request.headers
        if conditional_request.is_failed(headers, known.etag, known.last_modified):
            raise PreconditionFailed("the image is another one than the request is about")
        return conditional_request.is_not_modified(headers, known.etag, known.last_modified)

    def describe(self, lifetime: str, vary: str, known: Validators | None = None) -> None:
        """Set the headers of 200 and 304 alike; without `known`, none to ask again by."""
        if known and lifetime != cache_policy.NEVER:
            self.set_header("ETag", known.etag)
            self.set_header("Last-Modified", _http_date(known.last_modified))
        self.set_header("Cache-Control", lifetime)
        if vary:
            self.set_header("Vary", vary)
        for name, value in self.standing_headers.items():
            self.set_header(name, value)


@lru_cache(maxsize=1000)
def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), PIECE_BYTES):
        yield data[at : at + PIECE_BYTES]


def _validators(made: Made) -> Validators:
    derivative: Derivative = made.derivative
    return Validators(derivative.etag, derivative.last_modified)
