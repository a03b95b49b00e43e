"""An internet for tests: names, their addresses, and one machine with a trusted certificate."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.certificates import self_signed, serving
from tests.web_server import WebServer, web_server

ADDRESS = "8.8.8.8"  # of the one machine; the test's own server stands in for it
NAMES = ("images.example.com", "a.cdn.example.net", "b.a.cdn.example.net", "other.example.org")


class SmallInternet:
    """What was looked up and connected to.

    Attributes:
        names: the addresses of a host, for one lookup after the other; the last ones stay.
        asked: the hosts that were looked up.
        connected: the addresses that somebody tried to connect to.
        server: answers at ADDRESS, on each port.
    """

    def __init__(self, server: WebServer) -> None:
        self.server = server
        self.names = {name: [[ADDRESS]] for name in NAMES}
        self.asked: list[str] = []
        self.connected: list[tuple[str, int]] = []
        self.ended = asyncio.Event()

    def lookup(self, host: str, port: int, *_: Any) -> list[Any]:
        """Answers like socket.getaddrinfo."""
        self.asked.append(host)
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        answers = self.names[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in addresses
        ]

    async def hang(self, _: web.Request) -> web.Response:
        """Answer when the block has ended."""
        await self.ended.wait()
        return web.Response()


@asynccontextmanager
async def small_internet(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SmallInternet]:
    """All that the client's connections reach until the block ends."""
    # For all names but the last.
    certificate = self_signed(folder, *NAMES[:-1])
    offered, trusted = serving(certificate), ssl.create_default_context(cafile=certificate)
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusted)
    loop = asyncio.get_running_loop()
    connect = loop.sock_connect
    async with web_server(offered) as server:
        internet = SmallInternet(server)

        async def route(sock: socket.socket, address: Any) -> None:
            internet.connected.append(address[:2])
            if address[0] != ADDRESS:
                raise ConnectionRefusedError
            await connect(sock, ("127.0.0.1", server.port))

        with monkeypatch.context() as patch:
            patch.setattr(loop, "sock_connect", route)
            try:
                yield internet
            finally:
                internet.ended.set()
