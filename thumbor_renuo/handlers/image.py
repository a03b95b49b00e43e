"""What the routes share that answer with an image of Thumbor's making."""

import asyncio
from email.utils import format_datetime
from typing import Any, NamedTuple

from tornado.iostream import StreamClosedError

from thumbor_renuo.delivery import cache_policy, conditional_request
from thumbor_renuo.delivery.derivative_store import Derivative
from thumbor_renuo.errors import PreconditionFailed
from thumbor_renuo.handlers.image_preflight import ImagePreflight
from thumbor_renuo.handlers.render_once import render_once
from thumbor_renuo.handlers.services import Made, Services
from thumbor_renuo.handlers.source_loader import image_etags
from thumbor_renuo.handlers.wanted import Wanted
from thumbor_renuo.s3.client import S3Bucket


class Validators(NamedTuple):
    """What tells one state of an image from another (RFC 9110, 8.8)."""

    etag: str
    last_modified: Any


class ImageHandler(ImagePreflight):
    """Base: conditions, one render for equal requests, and the answer's headers."""

    keeps_errors = True

    def initialize(self, services: Services, context: Any) -> None:  # type: ignore[override]
        """Take what the route table hands over: the services, and Thumbor's context."""
        super().initialize(services)
        self.thumbor = context
        self._waiter: asyncio.Task[Made] | None = None

    async def serve(self, wanted: Wanted, *, vary: str = "", lifetime: str = "") -> None:
        """Answer with an image, or with 304 where the client has it already.

        Args:
            vary: the request headers that chose it.
            lifetime: the Cache-Control, where it is not the image's own.
        """
        recent = self.services.recent.get(wanted.name)
        known = _validators(recent) if recent else await self._ask(wanted)
        if known and self._is_decided(known):
            self._describe(known, lifetime or wanted.cache_control, vary)
            self.set_status(304)
            return
        made = recent or await self.made(wanted, known.etag if known else "")
        self._describe(_validators(made), lifetime or made.derivative.cache_control, vary)
        self.answer(made, is_recent=recent is not None)

    async def made(self, wanted: Wanted, etag: str = "") -> Made:
        """The image; if the client leaves, nobody works on for it alone."""
        once = render_once(
            self.services, self.thumbor, wanted, headers=self.request.headers, etag=etag
        )
        self._waiter = asyncio.create_task(once)
        if self.client_has_left:
            self._waiter.cancel()
        try:
            return await self._waiter
        except asyncio.CancelledError:
            if not self.client_has_left:
                raise
            raise StreamClosedError from None

    def on_connection_close(self) -> None:
        """Give up the client's part in the render."""
        super().on_connection_close()
        if self._waiter:
            self._waiter.cancel()

    def answer(self, made: Made, *, is_recent: bool = False) -> None:
        """Write the image."""
        self.set_header("Content-Type", made.derivative.media_type)
        self.set_header("Server-Timing", "memory" if is_recent else made.timing)
        self.write(made.derivative.data)

    async def _ask(self, wanted: Wanted) -> Validators | None:
        """What one HEAD tells without a render: for conditions, and of keys that may change."""
        is_conditional = conditional_request.is_conditional(self.request.headers)
        if not is_conditional and cache_policy.is_immutable(wanted.key):
            return None
        bucket = S3Bucket.of(self.services.settings, "thumbnails")
        source = await bucket.head(str(wanted.key))
        images = await image_etags(self.services, wanted)
        return Validators(wanted.etag(source.etag, images), source.last_modified)

    def _is_decided(self, known: Validators) -> bool:
        headers = self.request.headers
        if conditional_request.is_failed(headers, known.etag, known.last_modified):
            raise PreconditionFailed("the image is another one than the request is about")
        return conditional_request.is_not_modified(headers, known.etag, known.last_modified)

    def _describe(self, known: Validators, lifetime: str, vary: str) -> None:
        if lifetime != cache_policy.NEVER:
            self.set_header("ETag", known.etag)
            self.set_header("Last-Modified", format_datetime(known.last_modified, usegmt=True))
        self.set_header("Cache-Control", lifetime)
        if vary:
            self.set_header("Vary", vary)
        for name, value in self.standing_headers.items():
            self.set_header(name, value)


def _validators(made: Made) -> Validators:
    derivative: Derivative = made.derivative
    return Validators(derivative.etag, derivative.last_modified)
