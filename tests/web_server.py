"""A web server on loopback for tests: it records requests and answers as it is told."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True)
class Received:
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class WebServer:
    """Answers 200 until `answer` is set to another status or handler."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.answer: int | Callable[[web.Request], Awaitable[web.StreamResponse]] = 200
        self.port = 0
        self._arrived = asyncio.Condition()

    async def has_received(self, number: int) -> list[Received]:
        """Wait until there were so many requests."""
        async with asyncio.timeout(20), self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) >= number)
        return self.requests

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Record a request; answer it."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = await request.read()
        self.requests.append(Received(request.method, request.path_qs, headers, body))
        async with self._arrived:
            self._arrived.notify_all()
        if isinstance(self.answer, int):
            return web.Response(status=self.answer)
        return await self.answer(request)


@asynccontextmanager
async def web_server(context: ssl.SSLContext | None = None) -> AsyncIterator[WebServer]:
    """A running server, over TLS where a context is given."""
    server = WebServer()
    runner = web.ServerRunner(web.Server(server.handle), shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        server.port = runner.addresses[0][1]
        yield server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_server(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """A server whose every byte is the test's own; its port."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
