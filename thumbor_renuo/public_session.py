"""The one HTTP client for URLs that somebody else chose: it reaches public addresses only."""

import asyncio
import socket
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from aiohttp import (
    ClientError,
    ClientHandlerType,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.hdrs import AUTHORIZATION

from thumbor_renuo import __version__
from thumbor_renuo.errors import BadRequest, TooLarge
from thumbor_renuo.public_address import check_url, is_public

Lookup = Callable[..., list[Any]]  # socket.getaddrinfo, or what answers like it

USER_AGENT = f"thumbor_renuo/{__version__}"
LOOKUP_THREADS = 8


class NotPublic(OSError):
    """A host has no address that may be reached."""


class Redirected(ClientError):
    """The answer is a redirect; `status` is its code."""

    def __init__(self, status: int) -> None:
        super().__init__(f"answered {status}, and redirects are not followed")
        self.status = status


class PublicResolver(AbstractResolver):
    """Answers with public addresses only, so that a connection goes to one that was checked.

    Args:
        allow_private: answer with any address.
        lookup: asked in threads of its own, so that slow name servers hold up nothing else.
    """

    def __init__(self, *, allow_private: bool = False, lookup: Lookup = socket.getaddrinfo) -> None:
        self._allow_private = allow_private
        self._lookup = lookup
        self._threads = ThreadPoolExecutor(LOOKUP_THREADS, thread_name_prefix="lookup")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The public ones of a host's addresses.

        Raises:
            NotPublic: it has addresses, and none is public.
            OSError: the lookup found none or failed.
        """
        ask = partial(self._lookup, host, port, family, socket.SOCK_STREAM)
        infos = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        found = [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, proto, _, address in infos
            if self._allow_private or is_public(str(address[0]))
        ]
        if not found:
            raise NotPublic("the host has no public address")
        return found

    async def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def public_session(
    *,
    schemes: Collection[str] = ("https",),
    ports: Collection[int] = (443,),
    connect_seconds: float = 5.0,
    total_seconds: float = 15.0,
    allow_private: bool = False,
    lookup: Lookup = socket.getaddrinfo,
) -> ClientSession:
    """A session whose every request is held to check_url and to public addresses.

    It follows no redirect (Redirected is raised), keeps no cookie and no connection, heeds no proxy
    or netrc of the environment, and decompresses nothing. BadRequest is raised for a URL that
    check_url refuses. Read answers with read_at_most. To be called in a running loop; the caller
    closes it.

    Args:
        schemes, ports, allow_private: as in check_url.
        connect_seconds: for each address tried.
        total_seconds: for name, connection, request and the whole answer.
    """

    async def guard(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        if AUTHORIZATION in request.headers:  # what aiohttp makes of a URL's user name
            raise BadRequest("the URL must hold no user name and no password")
        check_url(request.url, schemes=schemes, ports=ports, allow_private=allow_private)
        response = await handler(request)
        if 300 <= response.status < 400:  # noqa: PLR2004 - RFC 9110, 15.4
            response.close()
            raise Redirected(response.status)
        return response

    def make_socket(info: Any) -> socket.socket:
        # IP literals pass by the resolver, so the address itself is looked at once more.
        family, kind, proto, _, address = info
        if not allow_private and not is_public(str(address[0])):
            raise NotPublic("the address is not public")
        return socket.socket(family, kind, proto)

    connector = TCPConnector(
        resolver=PublicResolver(allow_private=allow_private, lookup=lookup),
        socket_factory=make_socket,
        force_close=True,
    )
    return ClientSession(
        connector=connector,
        timeout=ClientTimeout(total=total_seconds, sock_connect=connect_seconds),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
        cookie_jar=DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        middlewares=(guard,),
    )


async def read_at_most(response: ClientResponse, limit: int) -> bytes:
    """The body of an answer, which is closed when it is longer.

    Raises:
        TooLarge: it has more than `limit` bytes.
    """
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            response.close()
            raise TooLarge(f"the answer has more than {limit} bytes", limit=limit)
    return bytes(body)
