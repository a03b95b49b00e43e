"""thumbor_renuo.error_reports: what arrives at Sentry, and what never does."""

import asyncio
import gzip
import json
import logging
import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any

import pytest
import sentry_sdk
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from thumbor_renuo import __version__, error_reports
from thumbor_renuo.logs import request_id

WAIT_SECONDS = 10


class Failing(RequestHandler):
    """Fails as any handler of ours may, with a secret in a local variable."""

    def get(self) -> None:
        """Capture an unexpected error within a request."""
        hidden = self.application.settings["hidden"]
        logging.getLogger(__name__).error("%s", hidden)
        try:
            {}[len(hidden)]
        except KeyError as error:
            sentry_sdk.capture_exception(error)


@pytest.fixture
def envelopes() -> Iterator[tuple[str, "Queue[bytes]"]]:
    """A DSN of a server of our own, and the envelopes that arrive there."""
    arrived: Queue[bytes] = Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            arrived.put(gzip.decompress(body) if packed else body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://public@127.0.0.1:{server.server_port}/1", arrived
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """No client is left behind, whatever a test started."""
    yield
    sentry_sdk.get_client().close(timeout=WAIT_SECONDS)
    sentry_sdk.get_global_scope().set_client(None)


def event_of(envelope: bytes) -> dict[str, Any]:
    """The event: the envelope's third line (its header, the item's header, the item)."""
    return json.loads(envelope.split(b"\n")[2])


async def fail_in_a_request(query: str, header: str, hidden: str) -> None:
    """Send one request with secrets in all of its parts to a handler that fails."""
    application = Application([("/", Failing)], hidden=hidden)
    socket, port = bind_unused_port()
    server = HTTPServer(application)
    server.add_sockets([socket])
    await AsyncHTTPClient().fetch(
        f"http://127.0.0.1:{port}/?api_key={query}", headers={"X-Secret": header}
    )
    server.stop()
    await server.close_all_connections()


def test_an_exception_arrives_without_what_the_client_sent(
    envelopes: tuple[str, "Queue[bytes]"],
) -> None:
    """The report holds the traceback; no query, header, local variable or log line."""
    dsn, arrived = envelopes
    hidden = [secrets.token_hex(8) for _ in range(3)]
    error_reports.start(dsn)
    asyncio.run(fail_in_a_request(*hidden))
    sentry_sdk.flush(WAIT_SECONDS)
    envelope = arrived.get(timeout=WAIT_SECONDS)

    event = event_of(envelope)
    (exception,) = event["exception"]["values"]
    assert exception["type"] == "KeyError"
    assert event["release"] == f"thumbor_renuo@{__version__}"
    frames = exception["stacktrace"]["frames"]
    assert frames[-1]["function"] == "get"
    assert all("vars" not in frame for frame in frames)
    assert not {"request", "user"} & set(event)
    assert event["breadcrumbs"]["values"] == []
    assert [secret for secret in hidden if secret.encode() in envelope] == []


@pytest.mark.parametrize("current", ["0123abc", ""])
def test_a_report_names_its_request(envelopes: tuple[str, "Queue[bytes]"], current: str) -> None:
    """The tag request_id is that of the request, and is absent outside of one."""
    dsn, arrived = envelopes
    error_reports.start(dsn)
    token = request_id.set(current)
    try:
        sentry_sdk.capture_exception(ValueError("x"))
    finally:
        request_id.reset(token)
    sentry_sdk.flush(WAIT_SECONDS)
    tags = event_of(arrived.get(timeout=WAIT_SECONDS)).get("tags", {})
    assert tags.get("request_id") == (current or None)


def test_without_a_dsn_nothing_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty DSN starts no client, even where the environment names one."""
    monkeypatch.setenv("SENTRY_DSN", "http://public@127.0.0.1:9/1")
    error_reports.start("")
    assert not sentry_sdk.get_client().is_active()
    assert sentry_sdk.capture_exception(ValueError("x")) is None
