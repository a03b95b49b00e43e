"""thumbor_renuo.public_session: the HTTP client that reaches public addresses only."""

import asyncio
import gzip
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientConnectorError, web

from tests.certificates import self_signed, serving
from tests.web_server import raw_server, web_server
from thumbor_renuo import __version__
from thumbor_renuo.errors import BadRequest, TooLarge
from thumbor_renuo.public_session import (
    NotPublic,
    PublicResolver,
    Redirected,
    public_session,
    read_at_most,
)

HTTP: dict[str, Any] = {"schemes": ("http", "https")}


def lookup_of(*addresses: str) -> Any:
    """A name server that answers every question with these addresses."""

    def lookup(host: str, port: int, *_: Any) -> list[Any]:
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in addresses
        ]

    return lookup


# -- looking names up -----------------------------------------------------------------------------


async def test_a_name_has_its_public_addresses_only() -> None:
    """Private ones beside them are dropped."""
    lookup = lookup_of("10.0.0.1", "8.8.8.8", "::1", "2606:4700::1111", "169.254.169.254")
    found = await PublicResolver(lookup=lookup).resolve("shop.example", 443)
    assert [(entry["host"], entry["port"]) for entry in found] == [
        ("8.8.8.8", 443),
        ("2606:4700::1111", 443),
    ]
    assert {entry["hostname"] for entry in found} == {"shop.example"}
    assert [entry["family"] for entry in found] == [socket.AF_INET, socket.AF_INET6]


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("10.0.0.1", "fd00::1"), ()])
async def test_a_name_without_a_public_address_cannot_be_reached(
    addresses: tuple[str, ...],
) -> None:
    """The error is an OSError, as for a name that does not exist."""
    with pytest.raises(NotPublic) as caught:
        await PublicResolver(lookup=lookup_of(*addresses)).resolve("shop.example", 443)
    assert isinstance(caught.value, OSError)


async def test_private_addresses_can_be_allowed() -> None:
    """For tests and private networks."""
    resolver = PublicResolver(allow_private=True, lookup=lookup_of("10.0.0.1", "8.8.8.8"))
    found = await resolver.resolve("nas.lan", 443)
    assert [entry["host"] for entry in found] == ["10.0.0.1", "8.8.8.8"]


async def test_the_machine_s_own_lookup_is_asked_by_default() -> None:
    """It finds localhost, which is refused."""
    found = await PublicResolver(allow_private=True).resolve("localhost", 80)
    assert {entry["host"] for entry in found} <= {"127.0.0.1", "::1"}
    with pytest.raises(NotPublic):
        await PublicResolver().resolve("localhost", 80)


async def test_a_failed_lookup_is_told_as_it_is() -> None:
    """socket.gaierror is an OSError too."""

    def lookup(*_: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(socket.gaierror):
        await PublicResolver(lookup=lookup).resolve("shop.example", 443)


@pytest.fixture
def slow_lookup() -> Iterator[Any]:
    """A name server that does not answer before the test has ended."""
    ended = threading.Event()

    def lookup(*_: Any) -> list[Any]:
        ended.wait(30)
        return []

    yield lookup
    ended.set()


async def test_slow_name_servers_hold_up_no_other_threads(slow_lookup: Any) -> None:
    """Lookups have threads of their own: the loop's are free for everybody else."""
    async with public_session(lookup=slow_lookup, total_seconds=0.2) as session:
        pending = [
            asyncio.ensure_future(session.get(f"https://shop{number}.example/"))
            for number in range(50)
        ]
        await asyncio.sleep(0)
        async with asyncio.timeout(10):
            assert await asyncio.to_thread(lambda: "free") == "free"
            ended = await asyncio.gather(*pending, return_exceptions=True)
    assert all(isinstance(error, TimeoutError) for error in ended)


async def test_the_resolver_s_threads_end_with_it() -> None:
    """After close no more is looked up."""
    resolver = PublicResolver(lookup=lookup_of("8.8.8.8"))
    await resolver.resolve("shop.example", 443)
    await resolver.close()
    with pytest.raises(RuntimeError):
        await resolver.resolve("shop.example", 443)


# -- what is not connected to ---------------------------------------------------------------------


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("::1", "127.0.0.1"), ("::ffff:127.0.0.1",)])
async def test_a_name_of_a_private_address_is_not_connected_to(addresses: tuple[str, ...]) -> None:
    """A server that listens there sees nothing."""
    async with web_server() as server:
        rules = {**HTTP, "ports": (server.port,), "lookup": lookup_of(*addresses)}
        async with public_session(**rules) as session:
            with pytest.raises(ClientConnectorError) as caught:
                await session.get(f"http://shop.example:{server.port}/")
        assert isinstance(caught.value.os_error, NotPublic)
        assert server.requests == []


async def test_a_name_that_is_rebound_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection goes to the address that was checked: the name is not looked up again."""
    answers = [lookup_of("8.8.8.8"), lookup_of("127.0.0.1")]
    tried = []

    def lookup(*question: Any) -> list[Any]:
        return answers.pop(0)(*question)

    async def connect(_: socket.socket, address: tuple[str, int]) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", connect)
    async with public_session(lookup=lookup) as session:
        with pytest.raises(ClientConnectorError):
            await session.get("https://shop.example/")
    assert tried == [("8.8.8.8", 443)]
    assert len(answers) == 1


async def test_an_address_that_passed_by_the_check_has_no_socket() -> None:
    """Even a resolver that was tricked leads nowhere: the address itself is looked at last."""
    async with web_server() as server:
        async with public_session(**HTTP, ports=(server.port,)) as session:

            async def resolve(*_: Any, **__: Any) -> list[Any]:
                entry = {"hostname": "x", "host": "127.0.0.1", "port": server.port}
                return [{**entry, "family": socket.AF_INET, "proto": 6, "flags": 0}]

            session.connector._resolver.resolve = resolve  # type: ignore[union-attr]
            with pytest.raises(ClientConnectorError) as caught:
                await session.get(f"http://shop.example:{server.port}/")
        assert isinstance(caught.value.os_error, NotPublic)
        assert server.requests == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:7f00:1]", "2130706433", "0x7f000001", "127.1"]
)
async def test_a_private_address_in_the_url_is_not_connected_to(host: str) -> None:
    """In no spelling."""
    async with web_server() as server:
        async with public_session(**HTTP, ports=(server.port,)) as session:
            with pytest.raises((BadRequest, aiohttp.InvalidURL)):
                await session.get(f"http://{host}:{server.port}/")
        assert server.requests == []


@pytest.mark.parametrize(
    ("rules", "url"),
    [
        ({}, "http://localhost:{port}/"),
        ({"ports": (443,)}, "http://localhost:{port}/"),
        ({**HTTP, "allow_private": True}, "http://user:pw@localhost:{port}/"),
        ({**HTTP, "allow_private": True}, "http://:pw@localhost:{port}/"),
    ],
)
async def test_the_url_is_checked_for_every_request(rules: dict[str, Any], url: str) -> None:
    """Scheme, port and user name, where the caller forgot to."""
    async with web_server() as server:
        async with public_session(**rules) as session:
            with pytest.raises(BadRequest):
                await session.get(url.format(port=server.port))
        assert server.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_no_redirect_is_followed(status: int, method: str) -> None:
    """Neither to another server nor to the same."""
    async with web_server() as first, web_server() as second:

        async def answer(_: web.Request) -> web.Response:
            target = f"http://127.0.0.1:{second.port}/secret"
            return web.Response(status=status, headers={"Location": target})

        first.answer = answer
        async with public_session(**HTTP, allow_private=True) as session:
            with pytest.raises(Redirected) as caught:
                await session.request(method, f"http://127.0.0.1:{first.port}/")
        assert caught.value.status == status
        assert isinstance(caught.value, aiohttp.ClientError)
        assert (len(first.requests), len(second.requests)) == (1, 0)


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    """TLS is verified: nothing is sent."""
    async with web_server(serving(self_signed(tmp_path, "localhost"))) as server:
        async with public_session(allow_private=True) as session:
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await session.post(f"https://localhost:{server.port}/", data=b"secret")
        assert server.requests == []


# -- what is sent and read ------------------------------------------------------------------------


async def test_a_request_says_who_asks_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fixed User-Agent, no cookie, no proxy and no password of the environment."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    async with web_server() as server:

        async def answer(_: web.Request) -> web.Response:
            response = web.Response()
            response.set_cookie("session", "1")
            return response

        server.answer = answer
        async with public_session(**HTTP, allow_private=True) as session:
            for _ in range(2):
                async with session.get(f"http://localhost:{server.port}/"):
                    pass
    for request in server.requests:
        assert request.headers["user-agent"] == f"thumbor_renuo/{__version__}"
        assert request.headers["accept-encoding"] == "identity"
        assert not {"cookie", "authorization", "referer"} & set(request.headers)


@pytest.mark.parametrize("size", [0, 1, 99, 100])
async def test_an_answer_within_the_limit_is_read_whole(size: int) -> None:
    """The limit itself included."""
    async with web_server() as server:

        async def answer(_: web.Request) -> web.Response:
            return web.Response(body=bytes(size))

        server.answer = answer
        async with (
            public_session(**HTTP, allow_private=True) as session,
            session.get(f"http://localhost:{server.port}/") as response,
        ):
            assert await read_at_most(response, 100) == bytes(size)


async def test_a_huge_answer_is_cut_off() -> None:
    """A server that sends without end finds its connection closed."""
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        try:
            while True:
                writer.write(bytes(65536))
                await writer.drain()
        except ConnectionError:
            closed.set()
        finally:
            writer.close()

    async with (
        raw_server(serve) as port,
        public_session(**HTTP, allow_private=True) as session,
        session.get(f"http://localhost:{port}/") as response,
    ):
        with pytest.raises(TooLarge) as caught:
            await read_at_most(response, 1000)
        assert caught.value.limit == 1000
        async with asyncio.timeout(10):
            await closed.wait()


async def test_compressed_answers_stay_compressed() -> None:
    """So a small answer cannot become a huge one."""
    bomb = gzip.compress(bytes(1_000_000))
    async with web_server() as server:

        async def answer(_: web.Request) -> web.Response:
            return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

        server.answer = answer
        async with (
            public_session(**HTTP, allow_private=True) as session,
            session.get(f"http://localhost:{server.port}/") as response,
        ):
            assert await read_at_most(response, 10_000) == bomb


@pytest.mark.parametrize("greeting", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"])
async def test_an_answer_that_drips_ends_in_time(greeting: bytes) -> None:
    """The time holds for the whole answer, however often a byte comes."""
    stopped = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        while not stopped.is_set():
            writer.write(b"H")
            await asyncio.sleep(0.02)
        writer.close()

    async with (
        raw_server(serve) as port,
        public_session(**HTTP, allow_private=True, total_seconds=0.3) as session,
    ):
        with pytest.raises((TimeoutError, aiohttp.ClientError)) as caught:
            async with session.get(f"http://localhost:{port}/") as response:
                await read_at_most(response, 10**6)
        stopped.set()
    if greeting:
        assert isinstance(caught.value, TimeoutError)


async def test_no_connection_is_kept() -> None:
    """A second request finds no connection that the server is about to close."""
    async with web_server() as server:
        async with (
            public_session(**HTTP, allow_private=True) as session,
            session.get(f"http://localhost:{server.port}/"),
        ):
            pass
        assert server.requests[0].headers["connection"] == "close"
