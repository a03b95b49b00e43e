"""thumbor_renuo.client.transport: time-outs, bounded answers, and trying again where it helps."""

import re
import socket
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.certificates import self_signed, serving
from tests.client.conftest import INFO, PRIVATE_KEY, make_client
from tests.client.stub_server import Reply, StubServer
from tests.ports import free_port
from thumbor_renuo.client import (
    BadAnswer,
    Client,
    ClientError,
    Conflict,
    ConnectionFailed,
    ContentRefused,
    Forbidden,
    InvalidRequest,
    NotFound,
    Redirected,
    RequestRefused,
    ServerError,
    TimedOut,
    TlsFailed,
    TooLarge,
    TooManyRequests,
    UnsupportedType,
    errors,
)
from thumbor_renuo.client.transport import MAX_ANSWER_BYTES, Transport

GOOD = Reply(json=[])
EXHAUSTED = 3  # the first try and two more


def ask(client: Client) -> list[object]:
    """One request with the private key."""
    return list(client.list())


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, InvalidRequest, "bad_request"),
        (401, Forbidden, "forbidden"),
        (403, Forbidden, "forbidden"),
        (404, NotFound, "not_found"),
        (405, RequestRefused, "request_refused"),
        (409, Conflict, "conflict"),
        (413, TooLarge, "too_large"),
        (415, UnsupportedType, "unsupported_type"),
        (422, ContentRefused, "content_refused"),
        (501, ServerError, "server_error"),
    ],
)
def test_a_status_is_an_error(
    server: StubServer, client: Client, status: int, kind: type[ClientError], code: str
) -> None:
    """Each status has its class; what is final is asked for once."""
    server.reply(Reply(status, body=b"Sorry."))
    with pytest.raises(ClientError) as caught:
        ask(client)
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.code) == (status, code)
    assert caught.value.message == "Sorry."
    assert str(caught.value) == f"Sorry. (HTTP {status}, {code})"
    assert len(server.requests) == 1


def test_the_server_s_words_are_told(server: StubServer, client: Client) -> None:
    """Code, message and limit come from the answer."""
    told = {"error": "content_broken", "message": "it ends too early", "limit": 7}
    server.reply(Reply(422, json=told))
    with pytest.raises(ContentRefused) as caught:
        ask(client)
    error = caught.value
    assert (error.code, error.message, error.limit) == ("content_broken", "it ends too early", 7)


@pytest.mark.parametrize(
    "body",
    [
        b"<html><h1>Bad gateway</h1>",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[1]",
        b'{"message": 7, "error": ["x"], "limit": {}}',
        b'{"message": "", "error": "two words", "limit": true}',
        b"x" * 201,
        b"",
        b"1" * 5000,
    ],
)
def test_an_error_without_words_is_an_error_still(
    server: StubServer, client: Client, body: bytes
) -> None:
    """What is no error of the service's is not quoted."""
    server.reply(Reply(404, body=body))
    with pytest.raises(NotFound) as caught:
        ask(client)
    error = caught.value
    assert (error.code, error.message) == ("not_found", "it does not say why")
    assert error.limit is None


def test_a_long_message_is_cut(server: StubServer, client: Client) -> None:
    """An error stays readable."""
    server.reply(Reply(400, json={"error": "bad_request", "message": "x" * 10_000}))
    with pytest.raises(InvalidRequest) as caught:
        ask(client)
    assert len(caught.value.message) == 500


@pytest.mark.parametrize("status", [201, 204])
def test_another_success_is_none(server: StubServer, client: Client, status: int) -> None:
    """An answer that was not promised is not taken for one."""
    server.reply(Reply(status, body=b""))
    with pytest.raises(BadAnswer, match="is not 200") as caught:
        ask(client)
    assert caught.value.status == status


@pytest.mark.parametrize("body", [b"", b"garbage", b"[", b"\xff", b"[" * 100_000, b"9" * 5000])
def test_garbage_is_a_bad_answer(server: StubServer, client: Client, body: bytes) -> None:
    """What is no JSON raises nothing of Python's own."""
    server.reply(Reply(body=body))
    with pytest.raises(BadAnswer, match="no JSON"):
        ask(client)


@pytest.mark.parametrize("body", [b"{}", b"null", b'"x"', b"7"])
def test_json_of_another_shape_is_a_bad_answer(
    server: StubServer, client: Client, body: bytes
) -> None:
    """A listing is an array."""
    server.reply(Reply(body=body))
    with pytest.raises(BadAnswer, match="no JSON array"):
        ask(client)


def test_a_huge_answer_is_not_read(server: StubServer, client: Client) -> None:
    """Reading stops soon after the limit, whatever length was announced."""
    endless = [b" " * 1_000_000] * 1000
    server.reply(Reply(pieces=endless))
    with pytest.raises(BadAnswer, match="over the limit") as caught:
        ask(client)
    assert caught.value.limit == MAX_ANSWER_BYTES
    assert len(server.requests) == 1


def test_an_answer_up_to_the_limit_is_read(server: StubServer, client: Client) -> None:
    """The limit itself is allowed."""
    server.reply(Reply(body=b"[]" + b" " * (MAX_ANSWER_BYTES - 2)))
    assert ask(client) == []
    server.reply(Reply(body=b"[]" + b" " * (MAX_ANSWER_BYTES - 1)))
    with pytest.raises(BadAnswer, match="over the limit"):
        ask(client)


def test_an_answer_that_drips_is_timed_out(server: StubServer, pauses: list[float]) -> None:
    """Each byte comes in time, all of them do not."""
    server.reply(Reply(pieces=[b" "] * 200, drip=0.05))
    client = make_client(server, pauses, timeout=0.4, retries=0)
    with pytest.raises(TimedOut, match="longer than"):
        ask(client)


def test_silence_is_timed_out_and_tried_again(server: StubServer, pauses: list[float]) -> None:
    """A server that answers at the second try is heard."""
    server.reply(Reply(fault="silence"), GOOD)
    with make_client(server, pauses, timeout=0.3) as client:
        assert ask(client) == []
    assert len(server.requests) == 2
    assert len(pauses) == 1


def test_a_server_that_stays_silent_is_given_up(server: StubServer, pauses: list[float]) -> None:
    """The number of tries is bounded, and the pauses grow."""
    server.reply(Reply(fault="silence"))
    with make_client(server, pauses, timeout=0.2) as client, pytest.raises(TimedOut) as caught:
        ask(client)
    assert (caught.value.code, caught.value.status) == ("timed_out", None)
    assert len(server.requests) == EXHAUSTED
    assert 0.3 < pauses[0] < 0.7 < pauses[1] < 1.3


@pytest.mark.parametrize("fault", ["reset", "cut"])
def test_a_broken_connection_is_tried_again(
    server: StubServer, client: Client, pauses: list[float], fault: str
) -> None:
    """A reset, and a body that ends too early, may pass."""
    server.reply(Reply(body=b"[]", fault=fault), Reply(body=b"[]", fault=fault), GOOD)
    assert ask(client) == []
    assert len(pauses) == 2


@pytest.mark.parametrize("fault", ["reset", "cut"])
def test_a_connection_that_stays_broken_is_an_error(
    server: StubServer, client: Client, fault: str
) -> None:
    """Half an answer is none."""
    server.reply(Reply(body=b"[]", fault=fault))
    with pytest.raises(ConnectionFailed) as caught:
        ask(client)
    assert type(caught.value) is ConnectionFailed
    assert len(server.requests) == EXHAUSTED


def test_nobody_listens() -> None:
    """A refused connection is told in the system's words."""
    pauses: list[float] = []
    client = Client(f"http://127.0.0.1:{free_port()}", private_key="x", sleep=pauses.append)
    with pytest.raises(ConnectionFailed, match="refused"):
        ask(client)
    assert len(pauses) == 2


def test_a_host_that_does_not_exist() -> None:
    """A name that is not found is an error of ours."""
    client = Client("http://nowhere.invalid", private_key="x", sleep=lambda _seconds: None)
    with pytest.raises(ConnectionFailed, match=r"the connection to nowhere\.invalid failed"):
        ask(client)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failing_server_is_asked_again(
    server: StubServer, client: Client, pauses: list[float], status: int
) -> None:
    """Twice more, then the error is told."""
    server.reply(Reply(status), GOOD)
    assert ask(client) == []
    assert len(pauses) == 1
    server.reply(Reply(status, json={"error": "unavailable", "message": "full"}))
    with pytest.raises(ServerError) as caught:
        ask(client)
    assert (caught.value.status, caught.value.code) == (status, "unavailable")
    assert len(server.requests) == 2 + EXHAUSTED


def test_retry_after_is_honoured(server: StubServer, client: Client, pauses: list[float]) -> None:
    """The pause is what the server asks for, in seconds or until a date."""
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    server.reply(
        Reply(429, headers={"Retry-After": "7"}), Reply(503, headers={"Retry-After": later}), GOOD
    )
    assert ask(client) == []
    assert pauses[0] == 7
    assert 30 < pauses[1] <= 40


def test_a_long_retry_after_is_told_and_not_waited_for(
    server: StubServer, client: Client, pauses: list[float]
) -> None:
    """Over a minute is for the caller to decide."""
    told = {"error": "too_many_requests", "message": "the budget is used up", "limit": 10_000}
    server.reply(Reply(429, json=told, headers={"Retry-After": "3600"}))
    with pytest.raises(TooManyRequests) as caught:
        ask(client)
    assert (caught.value.retry_after, caught.value.limit) == (3600, 10_000)
    assert pauses == []


@pytest.mark.parametrize("value", ["soon", "-5", "9" * 5000, "", "Sun, 06 Nov 1994 08:49:37 GMT"])
def test_a_retry_after_that_means_nothing_is_no_fault(
    server: StubServer, client: Client, pauses: list[float], value: str
) -> None:
    """The pause is the client's own then, at most a minute."""
    server.reply(Reply(429, headers={"Retry-After": value}), GOOD)
    assert ask(client) == []
    assert 0 <= pauses[0] <= 60


def test_no_retries_means_one_try(server: StubServer, pauses: list[float]) -> None:
    """Who retries in a queue of one's own does not want ours."""
    server.reply(Reply(503))
    with make_client(server, pauses, retries=0) as client, pytest.raises(ServerError):
        ask(client)
    assert (len(server.requests), pauses) == (1, [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server: StubServer, client: Client, status: int) -> None:
    """The Authorization header reaches nobody else."""
    with StubServer() as other:
        other.reply(GOOD)
        server.reply(Reply(status, headers={"Location": f"{other.url}/list_files"}))
        with pytest.raises(Redirected) as caught:
            ask(client)
        assert other.requests == []
    assert caught.value.status == status
    assert len(server.requests) == 1


def test_a_request_has_what_it_needs(server: StubServer, client: Client) -> None:
    """It names the client and proves who asks; the private key stands in that header only."""
    server.reply(GOOD)
    ask(client)
    request = server.requests[0]
    assert request.headers["Authorization"] == f"Bearer {PRIVATE_KEY}"
    assert request.headers["User-Agent"].startswith("thumbor_renuo/")
    assert request.headers["Accept"] == "application/json"
    assert PRIVATE_KEY not in request.target


def test_one_connection_serves_many_requests(server: StubServer, client: Client) -> None:
    """A connection is given back once its answer is read, an error's as well."""
    server.reply(GOOD, Reply(404, body=b"x"), GOOD)
    ask(client)
    with pytest.raises(NotFound):
        ask(client)
    ask(client)
    assert len({request.connection for request in server.requests}) == 1


def test_threads_share_a_client(server: StubServer, client: Client) -> None:
    """Each gets its own answers."""
    server.reply(GOOD)
    start = threading.Barrier(8)

    def work(_number: int) -> list[object]:
        start.wait(10)
        return [ask(client) for _ in range(5)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [[[]] * 5] * 8
    assert len(server.requests) == 40


FAULTS = {
    "reset": Reply(fault="reset"),
    "garbage": Reply(body=b"garbage"),
    "echo": Reply(403, json={"message": f"Bearer {PRIVATE_KEY}", "limit": PRIVATE_KEY}),
    "echo in text": Reply(500, body=f"Authorization: Bearer {PRIVATE_KEY}".encode()),
    "redirect": Reply(302, headers={"Location": "/"}),
    "status": Reply(204),
    "fields": Reply(json=[{"url": 7}]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_no_error_shows_the_private_key(
    server: StubServer, client: Client, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither its text nor its frames' variables, nor any line of a log, have it."""
    caplog.set_level("DEBUG")
    server.reply(FAULTS[fault])
    with pytest.raises(ClientError) as caught:
        ask(client)
    error = caught.value
    shown = [str(error), repr(error), repr(vars(error)), "".join(traceback.format_exception(error))]
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][1:]
    shown += [repr(value) for frame in frames for value in frame.f_locals.values()]
    assert len(frames) > 2
    assert not [text for text in [*shown, caplog.text] if PRIVATE_KEY in text]
    assert error.__context__ is None


def test_nothing_that_is_printed_shows_the_private_key(client: Client) -> None:
    """The client's repr, and those of its parts, do without it."""
    parts = [client, *vars(client).values(), *vars(client._connection).values()]
    assert not [part for part in parts if PRIVATE_KEY in f"{part!r} {part}"]


@pytest.mark.parametrize("key", ["", "a b", "a\r\nX: y", "ä", "x" * 1025, 98765])
def test_what_a_header_cannot_hold_is_no_private_key(key: str) -> None:
    """The error does not show it."""
    with pytest.raises(ValueError, match="visible ASCII") as caught:
        Client("https://images.example.com", private_key=key)
    assert not key or str(key) not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "images.example.com",
        "ftp://x",
        "https://",
        "https://u:p@x",
        "https://x?y",
        "http://ä",
        7,
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    """The address has a scheme, and no credentials."""
    with pytest.raises(ValueError, match="the address"):
        Client(address)


def test_the_address_may_have_a_path(server: StubServer, pauses: list[float]) -> None:
    """Behind a proxy, the service may lie in a folder."""
    server.reply(GOOD)
    ask(Client(f"{server.url}/images/", private_key="x"))
    assert server.requests[0].path == "/images/list_files"


@pytest.mark.parametrize("given", [{"timeout": 0}, {"timeout": -1}, {"retries": -1}])
def test_a_transport_without_sense_is_refused(given: dict[str, float]) -> None:
    """Without a time-out, a client would hang for ever."""
    with pytest.raises(ValueError, match="timeout takes"):
        Transport(**given)


@pytest.fixture
def untrusted(tmp_path: Path) -> Iterator[str]:
    """A TLS server whose certificate nobody else has signed."""
    context = serving(self_signed(tmp_path, "127.0.0.1"))
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with suppress(OSError), connection:
                    context.wrap_socket(connection, server_side=True)

        threading.Thread(target=serve, daemon=True).start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


def test_a_certificate_that_is_not_trusted_ends_it(untrusted: str) -> None:
    """Certificates are verified, and trying again would not help."""
    pauses: list[float] = []
    client = Client(untrusted, private_key="x", sleep=pauses.append)
    with pytest.raises(TlsFailed, match="certificate verify failed"):
        ask(client)
    assert pauses == []


def test_errors_keep_the_order_of_their_tree() -> None:
    """Who catches the root catches all; the tree in the docstring has every class."""
    found = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    kinds = {kind.__name__ for kind in found if issubclass(kind, ClientError)}
    drawn = set(re.findall(r"^[│├└─ ]*([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE))
    assert kinds == drawn - {"Every"}


def test_info_is_read(server: StubServer, client: Client) -> None:
    """A request without the private key has no Authorization."""
    server.reply(Reply(json=INFO))
    assert client.app().max_bytes == INFO["max_bytes"]
    assert "Authorization" not in server.requests[0].headers
