"""Images from other servers, for watermarks and frames: fetched within bounds, kept for a while."""

import asyncio
import hashlib
import re
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from aiohttp import ClientError, ClientResponse, ClientSession
from yarl import URL

from thumbor_renuo.config import Settings
from thumbor_renuo.delivery.admission import Admission
from thumbor_renuo.delivery.memory_cache import MemoryCache
from thumbor_renuo.delivery.remote_address import follow, parse, shown
from thumbor_renuo.delivery.single_flight import SingleFlight
from thumbor_renuo.errors import (
    InvalidOptions,
    RenuoError,
    TooLarge,
    UpstreamError,
    UpstreamTimeout,
)
from thumbor_renuo.public_session import Lookup, NotPublic, public_session, read_at_most

MAX_REDIRECTS = 3
MAX_FETCHES = 10
"""Fetches at once; half of them from one host, which may be slow."""
FAILURE_SECONDS = 5.0
FAILURES_BYTES = 1024**2
OK = 200
REDIRECTS = {301, 302, 303, 307, 308}
# What the engine reads, by its first bytes. SVG is text, and would fetch and run things.
IMAGE = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF....WEBP|....ftypavi[fs]", re.DOTALL
)


@dataclass(frozen=True)
class RemoteImage:
    """An image as its server gave it; `etag` is the SHA-256 of its bytes, in hex."""

    data: bytes
    etag: str


class RemoteImages:
    """Reads images from listed hosts; may be made before a loop runs.

    Args:
        lookup: what finds the addresses of a host.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        lookup: Lookup = socket.getaddrinfo,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_bytes = settings.remote_max_bytes
        self._seconds = settings.remote_seconds
        self._is_private = settings.remote_private
        self._lookup = lookup
        self._session: ClientSession | None = None
        self._places = Admission(MAX_FETCHES)
        self._flights = SingleFlight[RemoteImage]()
        self._images = MemoryCache[RemoteImage](
            settings.remote_cache_bytes, settings.remote_cache_seconds, clock=clock
        )
        self._failures = MemoryCache[Callable[[], RenuoError]](
            FAILURES_BYTES, FAILURE_SECONDS, clock=clock
        )

    def check(self, url: str, hosts: Sequence[str]) -> None:
        """Say before anything is asked for what of an address alone `read` would refuse.

        Raises:
            InvalidOptions: as `read`.
        """
        parse(url, hosts, allow_private=self._is_private)

    async def read(self, url: str, hosts: Sequence[str]) -> RemoteImage:
        """An image, from memory where it was fetched lately.

        Args:
            url: decoded as far as it is to be.
            hosts: where it and all redirects may lead to, as in `remote_address.parse`.

        Raises:
            InvalidOptions: the address is not allowed, malformed or not public, or the image is
                over the limit; so it was up to FAILURE_SECONDS ago.
            UpstreamError: its server did not give an image.
            UpstreamTimeout: it did not do so in time.
            Unavailable: MAX_FETCHES are under way.
        """
        target = parse(url, hosts, allow_private=self._is_private)
        name = _name(target, hosts)
        if image := self._images.get(name):
            return image
        if failure := self._failures.get(name):
            raise failure()
        return await self._flights.run(name, partial(self._make, name, target, hosts))

    async def close(self) -> None:
        """Give up what is being fetched, and close all connections."""
        await self._flights.close(0)
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _make(
        self, name: str, url: URL, hosts: Sequence[str], publish: Callable[[RemoteImage], None]
    ) -> None:
        with self._places.place(shown(url)):
            try:
                data = await self._fetch(url, hosts)
            except (InvalidOptions, UpstreamError) as error:
                again = partial(type(error), error.message, limit=error.limit)
                self._failures.put(name, again, len(error.message))
                raise
        image = RemoteImage(data, hashlib.sha256(data).hexdigest())
        self._images.put(name, image, len(data))
        publish(image)

    async def _fetch(self, url: URL, hosts: Sequence[str]) -> bytes:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(url, hosts)
        except TimeoutError as error:
            raise UpstreamTimeout(
                f"{shown(url)} gave no image within the limit of {self._seconds:g} seconds",
                limit=f"{self._seconds:g}",
            ) from error
        except (ClientError, OSError) as error:
            if isinstance(getattr(error, "os_error", error), NotPublic):
                raise InvalidOptions(f"{shown(url)} leads to no public address") from error
            raise UpstreamError(f"{shown(url)} cannot be reached, or broke off") from error

    async def _follow(self, url: URL, hosts: Sequence[str]) -> bytes:
        start = url
        for _ in range(MAX_REDIRECTS + 1):
            # The session would refuse redirects as such. Each is held to its rules and ours by
            # `parse` instead, just before it is asked for.
            asking = self._open().get(url, allow_redirects=False, middlewares=())
            async with asking as response:
                if response.status not in REDIRECTS:
                    return await self._body(response)
                location = response.headers.get("Location", "")
            url = follow(url, location, hosts, allow_private=self._is_private)
        raise UpstreamError(
            f"{shown(start)} redirects more often than {MAX_REDIRECTS} times", limit=MAX_REDIRECTS
        )

    def _open(self) -> ClientSession:
        if self._session is None:
            self._session = public_session(
                connect_seconds=self._seconds,
                total_seconds=self._seconds,
                allow_private=self._is_private,
                lookup=self._lookup,
            )
        return self._session

    async def _body(self, response: ClientResponse) -> bytes:
        host = shown(response.url)
        if response.status != OK:
            raise UpstreamError(f"{host} answered {response.status} for an image")
        if not response.content_type.startswith("image/"):
            raise UpstreamError(f"{host} gave no image")
        try:
            data = await read_at_most(response, self._max_bytes)
        except TooLarge as error:
            raise InvalidOptions(
                f"the image from {host} is over the limit of {self._max_bytes} bytes",
                limit=self._max_bytes,
            ) from error
        if not IMAGE.match(data):
            raise UpstreamError(f"{host} gave no JPEG, PNG, GIF, WebP or AVIF")
        return data


def _name(url: URL, hosts: Sequence[str]) -> str:
    """One for each list of hosts: a redirect that one app allows may be another's fault."""
    text = "\n".join([str(url), *sorted(set(hosts))])
    return hashlib.sha256(text.encode()).hexdigest()
