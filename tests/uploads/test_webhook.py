"""thumbor_renuo.uploads.webhook: one event, signed, in one attempt."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from aiohttp import web

from tests.ports import free_port
from tests.web_server import WebServer, raw_server, web_server
from thumbor_renuo.app_rules import Webhook
from thumbor_renuo.public_session import public_session
from thumbor_renuo.uploads.webhook import (
    ANSWER_BYTES,
    Event,
    Gone,
    NotDelivered,
    WebhookSender,
    deliver,
    sign,
)

SECRET = "whsec_c2l4dGVlbiBieXRlcyA6KXNpeHRlZW4gYnl0ZXMgOik="
KEY = b"sixteen bytes :)sixteen bytes :)"
EVENT = Event("msg_1", "shop-live", '{"type":"upload.completed","name":"Ümläut 日本.png"}')
PATH = "/hooks/uploads?token=t0ken"
open_local = partial(public_session, schemes=("http", "https"), allow_private=True)


async def deliver_to(port: int, **options: Any) -> None:
    """One attempt at a server of the test's own."""
    async with open_local(**options) as session:
        await deliver(session, EVENT, Webhook(f"http://localhost:{port}{PATH}", SECRET))


def answering(server: WebServer, status: int, **more: Any) -> Callable[[web.Request], Any]:
    """Let a server answer everything the same."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, **more)

    server.answer = answer
    return answer


# -- signing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("secret", "message_id", "timestamp", "body", "signature"),
    [
        # That of Standard Webhooks' own libraries; both worked out with OpenSSL.
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            '{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (
            SECRET,
            "msg_1",
            1764072000,
            '{"name":"Ümläut 日本.png"}',
            "v1,BhxkjtLvAiSfp/W0DnpmM4MwYatb+kJKu+15uUDoyZ0=",
        ),
    ],
)
def test_known_signatures(
    secret: str, message_id: str, timestamp: int, body: str, signature: str
) -> None:
    """HMAC-SHA-256 over id, timestamp and body, under the decoded secret."""
    assert sign(secret, message_id, timestamp, body) == signature


@pytest.mark.parametrize("secret", ["", "c2l4dGVlbg==", "whsec_!!!!", "whsec_abc", "WHSEC_c2l4"])
def test_a_malformed_secret_signs_nothing(secret: str) -> None:
    """Rather than with another key than the receiver's."""
    with pytest.raises(ValueError) as caught:
        sign(secret, "msg_1", 1, "{}")
    assert not secret or secret not in str(caught.value)


def test_an_event_has_an_id_of_its_own() -> None:
    """Without a dot, which parts what is signed."""
    events = [Event.new("shop-live", "{}") for _ in range(100)]
    assert len({event.id for event in events}) == 100
    assert all(event.id.startswith("msg_") and "." not in event.id for event in events)


# -- what is sent ---------------------------------------------------------------------------------


async def test_an_event_is_posted_and_its_signature_holds() -> None:
    """As a receiver checks it, from the headers and the raw body."""
    async with web_server() as server:
        before = int(time.time())
        await deliver_to(server.port)
        (request,) = server.requests
    assert (request.method, request.path) == ("POST", PATH)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("thumbor_renuo/")
    assert json.loads(request.body) == {"type": "upload.completed", "name": "Ümläut 日本.png"}
    name, timestamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    assert name == "msg_1"
    assert before <= int(timestamp) <= time.time()
    signed = name.encode() + b"." + timestamp.encode() + b"." + request.body
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert request.headers["webhook-signature"] == f"v1,{expected}"


async def test_each_attempt_has_its_own_time_and_the_same_id() -> None:
    """So late attempts are not taken for replayed ones, and repeats can be told."""
    times = iter([1764072000.9, 1764075600.0])
    async with web_server() as server, open_local() as session:
        target = Webhook(f"http://localhost:{server.port}/", SECRET)
        for _ in range(2):
            await deliver(session, EVENT, target, now=lambda: next(times))
    headers = [request.headers for request in server.requests]
    assert [entry["webhook-timestamp"] for entry in headers] == ["1764072000", "1764075600"]
    assert [entry["webhook-id"] for entry in headers] == ["msg_1", "msg_1"]
    assert len({entry["webhook-signature"] for entry in headers}) == 2


# -- what counts as delivered ---------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_2xx_is_success(status: int) -> None:
    """And one request is all."""
    async with web_server() as server:
        server.answer = status
        await deliver_to(server.port)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 422, 429, 500, 502, 503, 504])
async def test_any_other_status_is_a_failure_that_may_pass(status: int) -> None:
    """The words name the host and the status, and neither path nor token."""
    async with web_server() as server:
        server.answer = status
        with pytest.raises(NotDelivered) as caught:
            await deliver_to(server.port)
    assert str(caught.value) == f"localhost answered {status}"
    assert not isinstance(caught.value, Gone)


async def test_410_is_a_failure_for_good() -> None:
    """The receiver wants no more of it."""
    async with web_server() as server:
        server.answer = 410
        with pytest.raises(Gone, match="localhost answered 410"):
            await deliver_to(server.port)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure(status: int) -> None:
    """And is not followed."""
    async with web_server() as server, web_server() as other:
        location = f"http://localhost:{other.port}/"
        answering(server, status, headers={"Location": location})
        with pytest.raises(NotDelivered, match=f"answered {status}, and redirects are not"):
            await deliver_to(server.port)
    assert (len(server.requests), len(other.requests)) == (1, 0)


async def test_a_receiver_that_is_away_is_a_failure() -> None:
    """Nobody listens."""
    with pytest.raises(NotDelivered, match="localhost was not reached: ClientConnector") as caught:
        await deliver_to(free_port())
    assert "t0ken" not in str(caught.value)


async def test_a_connection_that_is_reset_is_a_failure() -> None:
    """After the request was sent."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    async with raw_server(serve) as port:
        with pytest.raises(NotDelivered, match="localhost was not reached"):
            await deliver_to(port)


@pytest.mark.parametrize("answer", [b"nonsense\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n", b"SSH-2.0\n"])
async def test_an_answer_that_is_not_http_is_a_failure(answer: bytes) -> None:
    """What it said is not repeated."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with raw_server(serve) as port:
        with pytest.raises(NotDelivered, match="localhost was not reached") as caught:
            await deliver_to(port)
    assert answer.decode().strip() not in str(caught.value)


@pytest.mark.parametrize("drip", [b"", b"H"])
async def test_an_answer_that_does_not_come_is_a_failure_in_time(drip: bytes) -> None:
    """Nor one whose bytes come one by one: the time is for all of it."""
    ended = asyncio.Event()

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not ended.is_set():
            writer.write(drip)
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), 0.02)
        writer.close()

    async with raw_server(serve) as port:
        with pytest.raises(NotDelivered, match="localhost did not answer in time"):
            await deliver_to(port, total_seconds=0.2)
        ended.set()


async def test_a_body_that_drips_does_not_undo_a_success() -> None:
    """The status has been said; the rest is waited for no longer than an attempt may take."""
    ended = asyncio.Event()

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        await ended.wait()
        writer.close()

    async with raw_server(serve) as port, asyncio.timeout(10):
        await deliver_to(port, total_seconds=0.2)
        ended.set()


async def test_a_huge_body_is_not_read() -> None:
    """The connection is closed after some KiB."""
    sent = 0
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(bytes(65536))
                await writer.drain()
                sent += 65536
        closed.set()
        writer.close()

    async with raw_server(serve) as port, asyncio.timeout(10):
        await deliver_to(port)
        await closed.wait()
    assert sent < 10 * 1024**2  # what the kernel's buffers hold
    assert ANSWER_BYTES < 65536


async def test_a_private_address_is_refused() -> None:
    """Of a name as well as in the URL; nothing arrives."""
    async with web_server() as server:
        rules: dict[str, Any] = {"schemes": ("http",), "ports": (server.port,)}
        async with public_session(**rules) as session:
            for host, words in (
                ("localhost", "localhost has no public address"),
                ("127.0.0.1", "the URL's host is not a public address"),
            ):
                target = Webhook(f"http://{host}:{server.port}{PATH}", SECRET)
                with pytest.raises(NotDelivered, match=words):
                    await deliver(session, EVENT, target)
    assert server.requests == []


async def test_only_https_is_sent_to() -> None:
    """By default."""
    async with web_server() as server, public_session(allow_private=True) as session:
        target = Webhook(f"http://localhost:{server.port}{PATH}", SECRET)
        with pytest.raises(NotDelivered, match="must begin with https://"):
            await deliver(session, EVENT, target)
    assert server.requests == []


# -- the sender -----------------------------------------------------------------------------------


async def test_the_target_is_looked_up_when_it_is_sent_to() -> None:
    """So a changed address or secret holds for what waits already."""
    async with web_server() as first, web_server() as second:
        targets = {"shop-live": Webhook(f"http://localhost:{first.port}/", SECRET)}
        sender = WebhookSender(targets.get, open_session=open_local)
        await sender(EVENT)
        targets["shop-live"] = Webhook(f"http://localhost:{second.port}/", SECRET)
        await sender(EVENT)
        await sender.aclose()
    assert (len(first.requests), len(second.requests)) == (1, 1)


async def test_an_app_without_a_webhook_is_a_failure_that_may_pass() -> None:
    """Another process may know it already."""
    sender = WebhookSender({}.get, open_session=open_local)
    with pytest.raises(NotDelivered) as caught:
        await sender(EVENT)
    assert not isinstance(caught.value, Gone)
    await sender.aclose()


def test_a_sender_can_be_made_before_a_loop_runs() -> None:
    """Its connections belong to the loop that it is first used in."""
    sender = WebhookSender({}.get, open_session=open_local)
    asyncio.run(sender.aclose())


async def test_a_sender_opens_one_session() -> None:
    """And closes it."""
    opened = []

    def open_session() -> Any:
        opened.append(open_local())
        return opened[-1]

    async with web_server() as server:
        target = Webhook(f"http://localhost:{server.port}/", SECRET)
        sender = WebhookSender({"shop-live": target}.get, open_session=open_session)
        await asyncio.gather(*(sender(EVENT) for _ in range(5)))
        assert [session.closed for session in opened] == [False]
        await sender.aclose()
        assert [session.closed for session in opened] == [True]


def test_secrets_are_not_printed() -> None:
    """Neither of the target nor of anything that waits."""
    target = Webhook("https://shop.example/hooks", SECRET)
    assert SECRET not in repr(target)
    assert SECRET not in repr(EVENT)
