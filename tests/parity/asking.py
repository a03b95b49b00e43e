"""Asks an engine in Thumbor's own application, in this process."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from thumbor.config import Config
from thumbor.context import ServerParameters
from thumbor.filters import BUILTIN_FILTERS
from thumbor.server import get_application, get_context, get_importer
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application

from thumbor_renuo.config import production

# High, so that what is compared is the engines' work and not the codecs' losses.
QUALITY = 95
SPEED = 10  # of AVIF: the default takes ten times as long


def application(engine: str, filters: list[str]) -> Application:
    """Thumbor with an engine, and with the originals that are made here."""
    config = Config(
        ENGINE=engine, FILTERS=filters, LOADER="tests.parity.memory_loader",
        STORAGE="thumbor.storages.no_storage", RESPECT_ORIENTATION=True, QUALITY=QUALITY,
        WEBP_QUALITY=QUALITY, AVIF_QUALITY=QUALITY, AVIF_SPEED=SPEED, MAX_ID_LENGTH=0,
    )  # fmt: skip
    parameters = ServerParameters(0, "", None, None, "error", "thumbor.app.ThumborServiceApp")
    return get_application(get_context(parameters, config, get_importer(config)))


def ours() -> Application:
    """With our engine, and our filters where we have our own."""
    return application("thumbor_renuo.engines.vips", production({})["FILTERS"])


def stock() -> Application:
    """With Thumbor's own."""
    return application("thumbor.engines.pil", list(BUILTIN_FILTERS))


class Asker:
    """Gets paths from applications that run beside each other."""

    def __init__(self, **applications: Application) -> None:
        self._runner = asyncio.Runner()
        self._addresses: dict[str, str] = {}
        for name, application_ in applications.items():
            self._runner.run(self._start(name, application_))

    async def _start(self, name: str, application_: Application) -> None:
        listening, port = bind_unused_port()
        server = HTTPServer(application_)
        server.add_sockets([listening])
        self._addresses[name] = f"http://127.0.0.1:{port}"

    def ask(self, name: str, path: str, **more: Any) -> HTTPResponse:
        """An error status is an answer, not an exception."""

        async def fetch() -> HTTPResponse:
            address = self._addresses[name] + path
            return await AsyncHTTPClient().fetch(address, raise_error=False, **more)

        return self._runner.run(fetch())

    def close(self) -> None:
        """Stop all."""
        self._runner.close()


@contextmanager
def asking(**applications: Application) -> Iterator[Asker]:
    """An Asker for a while."""
    asker = Asker(**applications)
    try:
        yield asker
    finally:
        asker.close()
