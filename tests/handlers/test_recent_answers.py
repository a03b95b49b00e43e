"""What was answered from memory is said again without a handler, and just as it was."""

import asyncio
import dataclasses
import gc
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from tornado.iostream import StreamClosedError
from tornado.web import Application

from tests.handlers.conftest import FOLDER, Fetch, picture
from thumbor_renuo.handlers import recent_answers
from thumbor_renuo.handlers.base import in_flight
from thumbor_renuo.handlers.recent_answers import RecentAnswers, _Again
from thumbor_renuo.handlers.thumbnail import ThumbnailHandler

KEY = f"{FOLDER}/recent.jpg"
PATH = f"/t/20x10/u/{KEY}"
OF_ONE_ANSWER = {"X-Request-Id", "Date"}


@pytest.fixture
def environment(request: pytest.FixtureRequest) -> dict[str, str]:
    """With a memory, which a test can have for itself by another number of seconds."""
    marked = request.node.get_closest_marker("options")
    return {"MEMORY_CACHE_SECONDS": "59", **(marked.kwargs if marked else {})}


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that came to the handler."""
    paths: list[str] = []
    get = ThumbnailHandler.get

    async def counted(handler: ThumbnailHandler) -> None:
        paths.append(handler.request.path)
        await get(handler)

    monkeypatch.setattr(ThumbnailHandler, "get", counted)
    monkeypatch.setattr(ThumbnailHandler, "head", counted)
    return paths


@pytest.fixture(autouse=True)
def original(bucket: Any, app: Application) -> Any:
    """One that nothing is remembered of."""
    recent = router(app)
    recent._answers.clear()
    recent._services.recent.forget(KEY)
    bucket.put_object(Key=KEY, Body=picture())
    return bucket


def router(app: Application) -> RecentAnswers:
    (found,) = [
        rule.target for rule in app.wildcard_router.rules if isinstance(rule.target, RecentAnswers)
    ]
    return found


async def warm(fetch: Fetch, path: str = PATH, **more: Any) -> Any:
    """The answer of the handler from memory."""
    await fetch(path, **more)
    response = await fetch(path, **more)
    assert response.headers["Server-Timing"] == "memory"
    return response


async def test_the_third_answer_is_the_second_one(fetch: Fetch, handled: list[str]) -> None:
    """Same status, headers and bytes, and no handler has seen the request."""
    second = await warm(fetch)
    third = await fetch(PATH)
    assert handled == [PATH, PATH]
    assert (third.code, third.body) == (200, second.body)
    assert {*third.headers.get_all()} ^ {*second.headers.get_all()} <= {
        pair
        for answer in (second, third)
        for pair in answer.headers.get_all()
        if pair[0] in OF_ONE_ANSWER
    }
    assert third.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert third.headers["Date"]


async def test_it_is_logged_as_all_are(fetch: Fetch, caplog: pytest.LogCaptureFixture) -> None:
    """Its line has the same fields, and the id that the client was told."""
    with caplog.at_level(logging.INFO, logger="thumbor_renuo.access"):
        await warm(fetch)
        response = await fetch(PATH, headers={"X-Request-Id": "mine"})
    lines = [record for record in caplog.records if record.name == "thumbor_renuo.access"]
    second, third = (record.fields for record in lines[-2:])  # type: ignore[attr-defined]
    assert {*third} == {*second}
    assert third["request_id"] == response.headers["X-Request-Id"] == "mine"
    assert third["bytes"] == len(response.body)


@pytest.mark.parametrize(
    ("method", "headers", "code"),
    [
        ("GET", {"If-None-Match": "*"}, 304),
        ("GET", {"If-Match": '"another"'}, 412),
        ("GET", {"Accept": "image/webp"}, 200),
        ("HEAD", {}, 200),
        ("OPTIONS", {}, 204),
        ("POST", {}, 405),
    ],
)
async def test_what_is_asked_otherwise_comes_to_a_handler(
    fetch: Fetch, method: str, headers: dict[str, str], code: int
) -> None:
    """Conditions, other methods, and other formats are not what was answered."""
    await warm(fetch)
    response = await fetch(PATH, method, headers=headers)
    assert response.code == code
    assert response.headers.get("Content-Type") != "image/jpeg" or method == "HEAD"


async def test_what_is_forgotten_is_not_said_again(fetch: Fetch, app: Application) -> None:
    """An image that was purged from memory is asked for anew."""
    await warm(fetch)
    router(app)._services.recent.forget(KEY)
    response = await fetch(PATH)
    assert response.headers["Server-Timing"] != "memory"


async def test_only_the_app_as_it_was_is_answered_for(
    fetch: Fetch, app: Application, handled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the apps were read again, each rule is looked at anew."""
    await warm(fetch)
    services = router(app)._services
    monkeypatch.setattr(services.apps, "by_name", lambda _name: None)
    assert (await fetch(PATH)).code == 404
    assert len(handled) == 3


@pytest.mark.options(ORIGIN_SECRETS="a-long-secret-of-the-cdn-0123456789")
async def test_the_cdns_secret_is_wanted_here_too(fetch: Fetch) -> None:
    """Whoever comes past the CDN is refused, however often others have asked."""
    await warm(fetch, headers={"X-Origin-Secret": "a-long-secret-of-the-cdn-0123456789"})
    assert (await fetch(PATH)).code == 403
    assert (await fetch(PATH, headers={"X-Origin-Secret": "guessed"})).code == 403


async def test_a_private_image_is_never_kept(
    fetch: Fetch, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What needs a signature is answered by the handler that checks it."""

    def signed(handler: ThumbnailHandler, *_args: Any, **_kwargs: Any) -> str:
        handler.is_private = True
        return "private, max-age=60"

    monkeypatch.setattr(ThumbnailHandler, "private_lifetime", signed)
    await warm(fetch)
    assert not router(app)._answers


async def test_large_bodies_are_left_to_the_handler(
    fetch: Fetch, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are sent piece by piece, to clients that take them fast enough."""
    monkeypatch.setattr(recent_answers, "MAX_BODY_BYTES", 10)
    await warm(fetch)
    assert not router(app)._answers


async def test_it_remembers_a_bounded_number(
    fetch: Fetch, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that was asked for longest ago goes first."""
    monkeypatch.setattr(recent_answers, "MAX_ANSWERS", 2)
    for width in (10, 11, 12):
        await warm(fetch, f"/t/{width}x10/u/{KEY}")
    assert [key[0].split("/")[2] for key in router(app)._answers] == ["11x10", "12x10"]


async def test_it_keeps_no_image(fetch: Fetch, app: Application) -> None:
    """What the memory for images has let go is gone; long headers are not kept either."""
    await warm(fetch)
    (answer,) = router(app)._answers.values()
    assert answer.derivative() is not None
    router(app)._services.recent.forget(KEY)
    await router(app)._services.flights.close(5)  # it was being stored
    gc.collect()
    assert answer.derivative() is None
    await warm(fetch, headers={"Accept": "image/png," * 500})
    assert len(router(app)._answers) == 1


@pytest.mark.options(CLIENT_HINTS="true")
async def test_client_hints_make_another_answer(fetch: Fetch) -> None:
    """A denser screen gets more pixels, whatever the one before was answered."""
    first = await warm(fetch)
    await fetch(PATH)
    dense = await fetch(PATH, headers={"Sec-CH-DPR": "2"})
    assert len(dense.body) != len(first.body)


async def test_a_client_that_takes_nothing_is_let_go(fetch: Fetch, app: Application) -> None:
    """A connection whose few bytes are not taken within the patience for clients ends."""
    await warm(fetch)
    (answer,) = router(app)._answers.values()
    written: asyncio.Future[None] = asyncio.Future()
    closed = asyncio.Event()
    connection = SimpleNamespace(
        stream=SimpleNamespace(close=closed.set, socket=None),
        write_headers=lambda *_what: written,
        finish=lambda: None,
    )
    line = RequestStartLine("GET", PATH, "HTTP/1.1")
    request: Any = HTTPServerRequest(
        start_line=line,
        headers=HTTPHeaders({"Host": "localhost"}),
        connection=connection,  # type: ignore[arg-type]
    )
    services = router(app)._services
    hasty = dataclasses.replace(services.settings, client_write_seconds=0.05)
    again = _Again(request, answer, b"image", dataclasses.replace(services, settings=hasty))
    again.finish()
    assert again in in_flight
    await asyncio.wait_for(closed.wait(), 10)
    written.set_exception(StreamClosedError())
    await asyncio.sleep(0)
    assert again not in in_flight
